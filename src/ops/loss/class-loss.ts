/** @file Losses of class scores: negative log likelihood, cross entropy. */
import { bind, lead } from "../../args";
import { named, record } from "../../autograd/tape";
import { execute, execute_many, ints, is_using_gpu, scalar } from "../../backend/engine";
import { int32, int64 } from "../../dtype";
import { IndexError, RuntimeError, ValueError } from "../../errors";
import { range, same_shape, size_text } from "../../shape";
import { scalar_tensor, Tensor } from "../../tensor";
import { log_softmax } from "../layer/softmax";
import { ne } from "../pointwise/compare";
import { choose, div, mul, neg } from "../pointwise/elementwise";
import { sum } from "../reduction/reduce";
import { take_along } from "../reduction/sort";
import { permute, reshape } from "../shape/movement";
import { cast, expect_floating_kernel, expect_no_gradient, expect_tensor } from "../value/convert";
import { type Reduced, reduced } from "./reduction";

interface ClassOptions extends Reduced {
  /** A weight for each class. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing. */
  ignore_index?: number;
}

/** @param picked The scores, where only those of the targets count: the weights have no gradient then. */
function check_weight(weight: Tensor | null, classes: number, picked?: Tensor): void {
  if (picked !== undefined) {
    expect_no_gradient(picked.ndim > 2 ? "nll_loss2d_forward" : "nll_loss_forward", "weight", weight);
  }
  if (weight !== null && (weight.ndim !== 1 || weight.shape[0] !== classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ` +
        size_text(weight.shape),
    );
  }
}

/** The classes' scores as (n, classes) and the targets as (n), from (classes), (n, classes) or (n, classes, ...). */
function rows_of_classes(
  name: string,
  input: Tensor,
  target: Tensor,
): { scores: Tensor; classes: Tensor; shape: number[] } {
  if (input.ndim === 0)
    throw new RuntimeError(`${name}(): input must have at least one dimension, for the classes`);
  if (target.dtype.category !== 1) {
    throw new RuntimeError(`expected scalar type Long but found ${target.dtype.scalar_type}`);
  }
  if (input.ndim === 1) {
    if (target.ndim > 1 || target.numel() !== 1) {
      throw new RuntimeError(
        `For 1D input, 1D target must have size 1, but got target size: ${target.numel()}`,
      );
    }
    return {
      scores: reshape(input, [1, input.shape[0]]),
      classes: reshape(target, [1]),
      shape: target.shape,
    };
  }
  if (input.shape[0] !== target.shape[0]) {
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0] ?? 0}).`,
    );
  }
  const shape = [input.shape[0], ...input.shape.slice(2)];
  if (!same_shape(target.shape, shape)) {
    throw new RuntimeError(`Expected target size ${size_text(shape)}, got ${size_text(target.shape)}`);
  }
  if (input.ndim === 2) return { scores: input, classes: target, shape };
  const order = [0, ...range(input.ndim).slice(2), 1];
  const count = shape.reduce((n, size) => n * size, 1);
  return {
    scores: reshape(permute(input, order), [count, input.shape[1]]),
    classes: reshape(target, [count]),
    shape,
  };
}

/** Minus the score at each row's class, weighted; ignored rows give 0. @throws IndexError for a class that is not there. */
function picked_losses(
  scores: Tensor,
  classes: Tensor,
  weight: Tensor | null,
  ignore_index: number,
): { losses: Tensor; weights: Tensor } {
  const count = scores.shape[1];
  const kept = ne(classes, ignore_index);
  const safe = choose(kept, classes, scalar_tensor(0, classes.dtype));
  check_classes(safe, count);
  const values = reshape(take_along(scores, reshape(safe, [-1, 1]), 1), [safe.shape[0]]);
  let weights = cast(kept, scores.dtype);
  if (weight !== null) {
    const each = new Tensor(
      execute("GatherV2", [cast(weight.detach(), scores.dtype).handle, safe.handle, scalar(0, int32)]),
    );
    weights = mul(each, weights);
  }
  return { losses: neg(mul(choose(kept, values, scalar_tensor(0, values.dtype)), weights)), weights };
}

function check_classes(classes: Tensor, count: number): void {
  const data = classes.typed_array();
  for (let i = 0; i < data.length; i++) {
    const at = Number(data[i]);
    if (at < 0 || at >= count) throw new IndexError(`Target ${at} is out of bounds.`);
  }
}

function class_options(
  name: string,
  args: readonly unknown[],
): Required<ClassOptions> & { label_smoothing: number } {
  type Args = Required<ClassOptions> & { label_smoothing: number; size_average: null; reduce: null };
  const smooth: (keyof Args)[] = name === "cross_entropy" ? ["label_smoothing"] : [];
  const {
    weight = null,
    ignore_index = -100,
    reduction = "mean",
    label_smoothing = 0,
  } = bind<Args>(
    name,
    ["weight", "size_average", "ignore_index", "reduce", "reduction", ...smooth],
    [],
    args,
  );
  return { weight, ignore_index, reduction, label_smoothing };
}

/** Losses of rows brought to the asked form: the mean counts every row by its weight. */
function reduced_rows(losses: Tensor, weights: Tensor, reduction: string, shape: number[]): Tensor {
  if (reduction === "none") return same_shape(losses.shape, shape) ? losses : reshape(losses, shape);
  if (reduction === "mean") return div(sum(losses), sum(weights));
  return reduced(losses, reduction);
}

/**
 * The negative log likelihood of log-probabilities at the target classes.
 *
 * @param input (classes), (n, classes) or (n, classes, ...): log-probabilities.
 * @param target (), (n) or (n, ...): classes as whole numbers.
 * @throws IndexError for a class out of range, ValueError and RuntimeError for shapes that do not fit.
 */
export function nll_loss(input: Tensor, target: Tensor, options?: ClassOptions): Tensor;
export function nll_loss(input: Tensor, options: { target: Tensor } & ClassOptions): Tensor;
export function nll_loss(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("nll_loss", ["target"], all);
  expect_tensor("nll_loss", input);
  const { weight, ignore_index, reduction } = class_options("nll_loss", args);
  const { scores, classes, shape } = rows_of_classes("nll_loss", input, target);
  check_weight(weight, scores.shape[1], input);
  expect_floating_kernel("nll_loss_out_frame", input);
  const { losses, weights } = picked_losses(scores, classes, weight, ignore_index);
  const label = input.ndim > 2 ? "NllLoss2DBackward0" : "NllLossBackward0";
  return named(label, reduced_rows(losses, weights, reduction, shape), input);
}

/**
 * The cross entropy between scores and targets: log_softmax, then the negative log likelihood.
 *
 * @param input (classes), (n, classes) or (n, classes, ...): scores (logits).
 * @param target Classes as in {@link nll_loss}, or probabilities of the classes in the shape of `input`.
 * @param options `label_smoothing` in [0, 1] mixes the targets with the uniform distribution.
 * @example
 * F.cross_entropy(torch.randn(3, 5), torch.tensor([1, 0, 4]))
 */
export function cross_entropy(
  input: Tensor,
  target: Tensor,
  options?: ClassOptions & { label_smoothing?: number },
): Tensor;
export function cross_entropy(
  input: Tensor,
  options: { target: Tensor } & ClassOptions & { label_smoothing?: number },
): Tensor;
export function cross_entropy(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("cross_entropy", ["target"], all);
  expect_tensor("cross_entropy", input);
  const { weight, ignore_index, reduction, label_smoothing } = class_options("cross_entropy", args);
  if (label_smoothing < 0 || label_smoothing > 1) {
    throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${label_smoothing}`);
  }
  if (target.dtype.is_floating_point) {
    return with_probabilities(input, target, weight, reduction, label_smoothing);
  }
  const { scores, classes, shape } = rows_of_classes("cross_entropy", input, target);
  const count = scores.shape[1];
  check_weight(weight, count, input);
  if (
    weight === null &&
    label_smoothing === 0 &&
    (ignore_index < 0 || ignore_index >= count) &&
    scores.shape[0] > 0
  ) {
    const losses = fused_cross_entropy(scores, classes, reduction, shape);
    if (losses !== null) return losses;
  }
  const logs = log_softmax(scores, 1);
  const { losses, weights } = picked_losses(logs, classes, weight, ignore_index);
  const likelihood = reduced_rows(losses, weights, reduction, shape);
  if (label_smoothing === 0) return likelihood;
  const kept = cast(ne(classes, ignore_index), logs.dtype);
  const spread = mul(neg(sum(weight === null ? logs : mul(logs, weight.detach()), 1)), kept);
  const smooth = reduced_rows(
    choose(ne(classes, ignore_index), spread, scalar_tensor(0, spread.dtype)),
    weights,
    reduction,
    shape,
  );
  return mul(likelihood, 1 - label_smoothing).add(mul(smooth, label_smoothing / count));
}

/**
 * Losses and their gradient in one op. It takes no ignored rows: with any, TensorFlow's check of the classes refuses, and
 * null says to go the longer way, which also names a class that is out of bounds.
 */
function fused_cross_entropy(
  scores: Tensor,
  classes: Tensor,
  reduction: string,
  shape: number[],
): Tensor | null {
  if (is_using_gpu() || !["none", "mean", "sum"].includes(reduction)) return null;
  let losses: ReturnType<typeof execute_many>;
  const labels = classes.dtype === int64 || classes.dtype === int32 ? classes : cast(classes, int32);
  try {
    losses = execute_many("SparseSoftmaxCrossEntropyWithLogits", [scores.handle, labels.handle], [], 2);
  } catch (error) {
    if (/label value/i.test(String(error))) return null;
    throw error;
  }
  const [each, slope] = losses;
  const handle =
    reduction === "none"
      ? execute("Reshape", [each, ints(shape)])
      : execute(reduction === "mean" ? "Mean" : "Sum", [each, ints([0])]);
  // As in PyTorch, the scores may be changed in place after this: an alias keeps their value. A leaf is its own history.
  const kept = scores.is_leaf ? scores : scores._alias();
  return record("cross_entropy", handle, [scores], [kept, labels, new Tensor(slope)], reduction);
}

function with_probabilities(
  input: Tensor,
  target: Tensor,
  weight: Tensor | null,
  reduction: string,
  label_smoothing: number,
): Tensor {
  if (!same_shape(input.shape, target.shape)) {
    throw new RuntimeError(
      `Expected floating point type for target with class probabilities in the shape of the input ${size_text(input.shape)}, got ` +
        size_text(target.shape),
    );
  }
  const dim = input.ndim === 1 ? 0 : 1;
  const count = input.shape[dim];
  check_weight(weight, count);
  let probabilities = target;
  if (label_smoothing > 0) probabilities = mul(target, 1 - label_smoothing).add(label_smoothing / count);
  let logs = mul(log_softmax(input, dim), probabilities);
  if (weight !== null) {
    const line = input.shape.map((_, d) => (d === dim ? count : 1));
    logs = mul(logs, reshape(weight, line));
  }
  if (reduction === "none") return neg(sum(logs, dim));
  if (reduction === "mean") return div(neg(sum(logs)), input.numel() / count);
  return neg(reduced(logs, reduction));
}
