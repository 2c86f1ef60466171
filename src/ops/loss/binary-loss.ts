/** @file Binary cross entropies. */
import { bind, lead } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { named, record } from "../../autograd/tape";
import { RuntimeError, ValueError } from "../../errors";
import { same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import { log_one_plus_exp } from "../pointwise/activation";
import { clamp } from "../pointwise/bounds";
import { ge, le } from "../pointwise/compare";
import { mul, neg, sub } from "../pointwise/elementwise";
import { log } from "../pointwise/unary";
import { expect_floating_kernel, expect_no_gradient, expect_tensor } from "../value/convert";
import { type PairOptions, weighted } from "./pair-loss";
import { reduced } from "./reduction";

const binary = ["weight", "size_average", "reduce", "reduction"] as const;

/**
 * The cross entropy of probabilities with targets in [0, 1]; logarithms are held above -100.
 *
 * @throws ValueError when the shapes differ, RuntimeError for probabilities outside of [0, 1].
 */
export function binary_cross_entropy(input: Tensor, target: Tensor, options?: PairOptions): Tensor;
export function binary_cross_entropy(input: Tensor, options: { target: Tensor } & PairOptions): Tensor;
export function binary_cross_entropy(input: Tensor, ...all: unknown[]): Tensor {
  const { target, args } = lead<{ target: Tensor }>("binary_cross_entropy", ["target"], all);
  expect_tensor("binary_cross_entropy", input);
  const { weight = null, reduction = "mean" } = bind<
    Required<PairOptions> & Record<"size_average" | "reduce", null>
  >("binary_cross_entropy", binary, [], args);
  if (!same_shape(input.shape, target.shape)) {
    throw new ValueError(
      `Using a target size (torch.Size(${size_text(target.shape)})) that is different to the input size ` +
        `(torch.Size(${size_text(input.shape)})) is deprecated. Please ensure they have the same size.`,
    );
  }
  expect_no_gradient("binary_cross_entropy", "weight", weight);
  expect_floating_kernel("binary_cross_entropy", input, target);
  no_grad(() => {
    if (ge(input, 0).logical_and(le(input, 1)).all().item() as unknown as boolean) return;
    throw new RuntimeError("all elements of input should be between 0 and 1");
  });
  const held = (x: Tensor): Tensor => record("log_held", clamp(log(x.detach()), -100).handle, [x], [x]);
  const losses = neg(mul(target, held(input)).add(mul(target.rsub(1), held(input.rsub(1)))));
  return named("BinaryCrossEntropyBackward0", reduced(weighted(losses, weight), reduction), input);
}

/**
 * {@link binary_cross_entropy} of `sigmoid(input)`, without overflow.
 *
 * @param options `pos_weight`: a weight for the targets that are 1, broadcast against them.
 */
export function binary_cross_entropy_with_logits(
  input: Tensor,
  target: Tensor,
  options?: PairOptions & { pos_weight?: Tensor | null },
): Tensor;
export function binary_cross_entropy_with_logits(
  input: Tensor,
  options: { target: Tensor } & PairOptions & { pos_weight?: Tensor | null },
): Tensor;
export function binary_cross_entropy_with_logits(input: Tensor, ...args: unknown[]): Tensor {
  type Args = Required<PairOptions> & Record<"size_average" | "reduce", null> & { pos_weight: Tensor | null };
  const {
    target,
    weight = null,
    reduction = "mean",
    pos_weight = null,
  } = bind<{ target: Tensor } & Partial<Args>>(
    "binary_cross_entropy_with_logits",
    ["target", ...binary, "pos_weight"],
    [],
    args,
    1,
  );
  expect_tensor("binary_cross_entropy_with_logits", input);
  if (!same_shape(input.shape, target.shape)) {
    throw new ValueError(
      `Target size (torch.Size(${size_text(target.shape)})) must be the same as input size (torch.Size(${size_text(input.shape)}))`,
    );
  }
  expect_no_gradient("binary_cross_entropy_with_logits", "weight", weight);
  expect_no_gradient("binary_cross_entropy_with_logits", "pos_weight", pos_weight);
  expect_floating_kernel("log_sigmoid_cpu", input);
  // -log sigmoid(x) = softplus(-x), and 1 - sigmoid(x) = sigmoid(-x).
  const miss = log_one_plus_exp(neg(input));
  const losses =
    pos_weight === null
      ? mul(target.rsub(1), input).add(miss)
      : mul(target.rsub(1), input).add(mul(mul(sub(pos_weight, 1), target).add(1), miss));
  return named("BinaryCrossEntropyWithLogitsBackward0", reduced(weighted(losses, weight), reduction), input);
}
