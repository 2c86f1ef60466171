/** @file The connectionist temporal classification loss as a layer. */
import { type CTCOptions, ctc_loss } from "../ops/loss/ctc";
import type { Reduction } from "../ops/loss/reduction";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";

/** Lengths: a tensor (N), or a list. */
export type Lengths = Tensor | readonly number[] | number;

/**
 * The negative logarithm of the probability of a sequence of classes, over all ways to align it with a longer input.
 *
 * Called with `log_probs` (T, N, C), `targets` (N, S) or all of them one after the other, and the lengths of both (N).
 * Output: a scalar, or with `reduction: "none"` (N).
 *
 * @example
 * const criterion = new nn.CTCLoss();
 * criterion(torch.randn(50, 2, 20).log_softmax(2), torch.randint(1, 20, [2, 30]), [50, 50], [30, 25]);
 */
export class CTCLoss extends Module {
  blank: number;
  reduction: Reduction;
  zero_infinity: boolean;

  constructor(options?: CTCOptions);
  constructor(blank: number, reduction?: Reduction, zero_infinity?: boolean | CTCOptions);
  constructor(blank: number, options: Omit<CTCOptions, "blank">);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<CTCOptions>("CTCLoss", [], ["blank", "reduction", "zero_infinity"], args);
    this.blank = bound.blank ?? 0;
    this.reduction = bound.reduction ?? "mean";
    this.zero_infinity = bound.zero_infinity ?? false;
  }

  override forward(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
  ): Tensor {
    const { blank, reduction, zero_infinity } = this;
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity);
  }
}
