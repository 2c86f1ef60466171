/** @file A layer and the batch normalisation behind it as one layer, for evaluation. */
import { bind, none } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { AssertionError } from "../../errors";
import { add, mul, sub } from "../../ops/pointwise/elementwise";
import { rsqrt } from "../../ops/pointwise/unary";
import { reshape } from "../../ops/shape/movement";
import { ones_like, zeros_like } from "../../ops/value/create";
import type { Tensor } from "../../tensor";
import type { ConvBase } from "../conv-base";
import { deepcopy } from "../deepcopy";
import type { Linear } from "../linear";
import type { BatchNorm } from "../normalization";
import { Parameter } from "../parameter";

type MaybeTensor = Tensor | null;

function fuse(
  weight: Tensor,
  bias: MaybeTensor,
  mean: Tensor,
  variance: Tensor,
  eps: number,
  bn_weight: MaybeTensor,
  bn_bias: MaybeTensor,
  outputs: number,
): [Parameter, Parameter] {
  return no_grad(() => {
    const scale = mul(bn_weight ?? ones_like(mean), rsqrt(add(variance, eps)));
    const shape = weight.shape.map((_, dim) => (dim === outputs ? -1 : 1));
    const centered = sub(bias ?? zeros_like(mean), mean);
    return [
      new Parameter(mul(weight, reshape(scale, shape)), weight.requires_grad),
      new Parameter(add(mul(centered, scale), bn_bias ?? zeros_like(mean)), bias?.requires_grad ?? true),
    ];
  });
}

interface Weights {
  bn_rm: Tensor;
  bn_rv: Tensor;
  bn_eps: number;
  bn_w: MaybeTensor;
  bn_b: MaybeTensor;
  transpose: boolean;
}

/** Weight and bias of a convolution that does what the convolution and the batch normalisation behind it do. */
export function fuse_conv_bn_weights(
  conv_w: Tensor,
  conv_b: MaybeTensor,
  bn_rm: Tensor,
  bn_rv: Tensor,
  bn_eps: number,
  bn_w: MaybeTensor,
  bn_b: MaybeTensor,
  transpose?: boolean | { transpose?: boolean },
): [Parameter, Parameter];
export function fuse_conv_bn_weights(conv_w: Tensor, ...args: unknown[]): [Parameter, Parameter] {
  const names = ["conv_b", "bn_rm", "bn_rv", "bn_eps", "bn_w", "bn_b", "transpose"] as const;
  type Args = Weights & { conv_b: MaybeTensor };
  const given = bind<Args>("fuse_conv_bn_weights", names, [], args, 6);
  const { conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose } = given;
  return fuse(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose ? 1 : 0);
}

/** Weight and bias of a linear layer that does what the layer and the batch normalisation behind it do. */
export function fuse_linear_bn_weights(
  linear_w: Tensor,
  linear_b: MaybeTensor,
  bn_rm: Tensor,
  bn_rv: Tensor,
  bn_eps: number,
  bn_w: MaybeTensor,
  bn_b: MaybeTensor,
): [Parameter, Parameter];
export function fuse_linear_bn_weights(linear_w: Tensor, ...args: unknown[]): [Parameter, Parameter] {
  const names = ["linear_b", "bn_rm", "bn_rv", "bn_eps", "bn_w", "bn_b"] as const;
  type Args = Omit<Weights, "transpose"> & { linear_b: MaybeTensor };
  const given = bind<Args>("fuse_linear_bn_weights", names, [], args, 6);
  const { linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b } = given;
  return fuse(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0);
}

function statistics(layer: { training: boolean }, bn: BatchNorm): [Tensor, Tensor] {
  if (layer.training || bn.training) throw new AssertionError("Fusion only for eval!");
  if (bn.running_mean === null || bn.running_var === null) {
    throw new AssertionError("bn.running_mean and bn.running_var must be present");
  }
  return [bn.running_mean, bn.running_var];
}

/** A copy of a convolution in evaluation mode with the batch normalisation behind it worked in. @throws AssertionError in training. */
export function fuse_conv_bn_eval<M extends ConvBase>(
  conv: M,
  bn: BatchNorm,
  ...args: [transpose?: boolean] | [options: { transpose?: boolean }]
): M {
  const { transpose } = bind<{ transpose: boolean }>("fuse_conv_bn_eval", ["transpose"], [], args);
  const [mean, variance] = statistics(conv, bn);
  const fused = deepcopy(conv);
  const { weight, bias } = fused;
  [fused.weight, fused.bias] = fuse(
    weight,
    bias,
    mean,
    variance,
    bn.eps,
    bn.weight,
    bn.bias,
    transpose ? 1 : 0,
  );
  return fused;
}

/** A copy of a linear layer in evaluation mode with the batch normalisation behind it worked in. @throws AssertionError in training. */
export function fuse_linear_bn_eval(linear: Linear, bn: BatchNorm, ...more: []): Linear {
  none("fuse_linear_bn_eval", more);
  const [mean, variance] = statistics(linear, bn);
  const fused = deepcopy(linear);
  if (linear.out_features !== bn.num_features && bn.num_features !== 1) {
    throw new AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1");
  }
  const { weight, bias } = fused;
  [fused.weight, fused.bias] = fuse(weight, bias, mean, variance, bn.eps, bn.weight, bn.bias, 0);
  return fused;
}
