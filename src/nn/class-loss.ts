/** @file Losses of class scores as layers. */
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { type BCEOptions, type LossOptions, old, WeightedLoss } from "./loss-base";

/** Keyword arguments of {@link CrossEntropyLoss}. */
export interface CrossEntropyOptions extends LossOptions {
  /** A weight for each class. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing. Default: -100. */
  ignore_index?: number;
  /** Mixes the targets with the uniform distribution; in [0, 1]. */
  label_smoothing?: number;
}

/**
 * The cross entropy between scores (logits) and targets.
 *
 * Input: (C), (N, C) or (N, C, d1, ...); target: classes (), (N) or (N, d1, ...) as int64, or probabilities in the shape of
 * the input. Output: a scalar, or with `reduction: "none"` the shape of the class targets.
 *
 * @example
 * const criterion = new nn.CrossEntropyLoss();
 * criterion(torch.randn(3, 5), torch.tensor([1, 0, 4])).backward();
 */
export class CrossEntropyLoss extends WeightedLoss {
  ignore_index: number;
  label_smoothing: number;

  constructor(options?: CrossEntropyOptions);
  constructor(weight: Tensor | null, options?: Omit<CrossEntropyOptions, "weight">);
  constructor(...args: unknown[]) {
    const names = [
      "weight",
      "size_average",
      "ignore_index",
      "reduce",
      "reduction",
      "label_smoothing",
    ] as const;
    const bound = bind_layer<CrossEntropyOptions>("CrossEntropyLoss", [], names, args);
    super(bound);
    this.ignore_index = bound.ignore_index ?? -100;
    this.label_smoothing = bound.label_smoothing ?? 0;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction, label_smoothing } = this;
    return F.cross_entropy(input, target, { weight, ignore_index, reduction, label_smoothing });
  }
}

/**
 * The negative log likelihood of log-probabilities (of `log_softmax`) at the target classes.
 *
 * Input: (C), (N, C) or (N, C, d1, ...); target: (), (N) or (N, d1, ...), int64.
 */
export class NLLLoss extends WeightedLoss {
  ignore_index: number;

  constructor(options?: Omit<CrossEntropyOptions, "label_smoothing">);
  constructor(weight: Tensor | null, options?: Omit<CrossEntropyOptions, "weight" | "label_smoothing">);
  constructor(...args: unknown[]) {
    const names = ["weight", "size_average", "ignore_index", "reduce", "reduction"] as const;
    const bound = bind_layer<CrossEntropyOptions>("NLLLoss", [], names, args);
    super(bound);
    this.ignore_index = bound.ignore_index ?? -100;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction } = this;
    return F.nll_loss(input, target, { weight, ignore_index, reduction });
  }
}

/** {@link NLLLoss}, which takes images (N, C, H, W) with targets (N, H, W) as it is; the older name for that. */
export class NLLLoss2d extends NLLLoss {}

/** The cross entropy of probabilities with targets in [0, 1]. */
export class BCELoss extends WeightedLoss {
  constructor(options?: BCEOptions);
  constructor(weight: Tensor | null, options?: Omit<BCEOptions, "weight">);
  constructor(...args: unknown[]) {
    super(bind_layer<BCEOptions>("BCELoss", [], ["weight", ...old], args));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.binary_cross_entropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** {@link BCELoss} of `sigmoid(input)`, without overflow. `pos_weight` weighs the targets that are 1. */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare pos_weight: Tensor | null;

  constructor(options?: BCEOptions & { pos_weight?: Tensor | null });
  constructor(weight: Tensor | null, options?: Omit<BCEOptions, "weight"> & { pos_weight?: Tensor | null });
  constructor(...args: unknown[]) {
    type Args = BCEOptions & { pos_weight?: Tensor | null };
    const bound = bind_layer<Args>("BCEWithLogitsLoss", [], ["weight", ...old, "pos_weight"], args);
    super(bound);
    this.register_buffer("pos_weight", bound.pos_weight ?? null);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, pos_weight } = this;
    return F.binary_cross_entropy_with_logits(input, target, { weight, reduction, pos_weight });
  }
}
