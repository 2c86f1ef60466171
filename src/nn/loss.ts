/** @file Losses as layers: `criterion(output, target)`. */
import { ValueError } from "../errors";
import type { Reduction } from "../ops/loss";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { Module } from "./module";

/** Keyword arguments of all losses. */
export interface LossOptions {
  /** What becomes of the single losses: their mean (default), their sum, or nothing. */
  reduction?: Reduction;
  /** The old way to say `reduction`. */
  size_average?: boolean | null;
  /** The old way to say `reduction`. */
  reduce?: boolean | null;
}

const old = ["size_average", "reduce", "reduction"] as const;

/** What all losses share. */
abstract class Loss<R extends string = Reduction> extends Module {
  reduction: R;

  /** @internal */
  constructor(options: { reduction?: R; size_average?: boolean | null; reduce?: boolean | null }) {
    super();
    const { size_average = null, reduce = null } = options;
    const said = size_average !== null || reduce !== null;
    const older = (reduce ?? true) ? ((size_average ?? true) ? "mean" : "sum") : "none";
    this.reduction = said ? (older as R) : (options.reduction ?? ("mean" as R));
    if (typeof this.reduction !== "string") {
      throw new ValueError(`${String(this.reduction)} is not a valid value for reduction`);
    }
  }
}

/** Losses with a weight for each class or element. */
abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;

  /** @internal */
  constructor(options: LossOptions & { weight?: Tensor | null }) {
    super(options);
    this.register_buffer("weight", options.weight ?? null);
  }
}

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

/** Losses without other settings. */
abstract class PlainLoss extends Loss {
  constructor(options?: LossOptions);
  constructor(...args: unknown[]) {
    // The name is for messages alone, and `this` is not there yet.
    super(bind_layer<LossOptions>("Loss", [], old, args));
  }
}

/** The squared differences. */
export class MSELoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mse_loss(input, target, { reduction: this.reduction });
  }
}

/** The absolute differences. */
export class L1Loss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1_loss(input, target, { reduction: this.reduction });
  }
}

/** Squares of differences below `beta`, absolute ones above. */
export class SmoothL1Loss extends Loss {
  beta: number;

  constructor(options?: LossOptions & { beta?: number });
  constructor(...args: unknown[]) {
    const bound = bind_layer<LossOptions & { beta?: number }>("SmoothL1Loss", [], [...old, "beta"], args);
    super(bound);
    this.beta = bound.beta ?? 1;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smooth_l1_loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** Halved squares of differences up to `delta`, a straight line above. */
export class HuberLoss extends Loss {
  delta: number;

  constructor(options?: { reduction?: Reduction; delta?: number });
  constructor(...args: unknown[]) {
    type Args = { reduction?: Reduction; delta?: number };
    const bound = bind_layer<Args>("HuberLoss", [], ["reduction", "delta"], args);
    super(bound);
    this.delta = bound.delta ?? 1;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huber_loss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** Keyword arguments of the binary cross entropies. */
export interface BCEOptions extends LossOptions {
  /** A weight for each element, broadcast. */
  weight?: Tensor | null;
}

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

/** The Kullback-Leibler divergence of log-probabilities from targets; `reduction: "batchmean"` is its definition. */
export class KLDivLoss extends Loss<Reduction | "batchmean"> {
  log_target: boolean;

  constructor(
    options?: Omit<LossOptions, "reduction"> & { reduction?: Reduction | "batchmean"; log_target?: boolean },
  );
  constructor(...args: unknown[]) {
    type Args = Omit<LossOptions, "reduction"> & {
      reduction?: Reduction | "batchmean";
      log_target?: boolean;
    };
    const bound = bind_layer<Args>("KLDivLoss", [], [...old, "log_target"], args);
    super(bound);
    this.log_target = bound.log_target ?? false;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.kl_div(input, target, { reduction: this.reduction, log_target: this.log_target });
  }
}

/** `exp(input) - target · input` for targets of a Poisson distribution. */
export class PoissonNLLLoss extends Loss {
  log_input: boolean;
  full: boolean;
  eps: number;

  constructor(options?: LossOptions & { log_input?: boolean; full?: boolean; eps?: number });
  constructor(...args: unknown[]) {
    type Args = LossOptions & { log_input?: boolean; full?: boolean; eps?: number };
    const names = ["log_input", "full", "size_average", "eps", "reduce", "reduction"] as const;
    const bound = bind_layer<Args>("PoissonNLLLoss", [], names, args);
    super(bound);
    this.log_input = bound.log_input ?? true;
    this.full = bound.full ?? false;
    this.eps = bound.eps ?? 1e-8;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_input, full, eps, reduction } = this;
    return F.poisson_nll_loss(input, target, { log_input, full, eps, reduction });
  }
}

/** The negative log likelihood of normally distributed targets, of given means and variances. */
export class GaussianNLLLoss extends Loss {
  full: boolean;
  eps: number;

  constructor(options?: { full?: boolean; eps?: number; reduction?: Reduction });
  constructor(...args: unknown[]) {
    type Args = { full?: boolean; eps?: number; reduction?: Reduction };
    const bound = bind_layer<Args>("GaussianNLLLoss", [], ["full", "eps", "reduction"], args);
    super(bound);
    this.full = bound.full ?? false;
    this.eps = bound.eps ?? 1e-6;
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return F.gaussian_nll_loss(input, target, variance, { full, eps, reduction });
  }
}

/** Losses with a margin. */
abstract class MarginLoss extends Loss {
  margin: number;

  /** @internal */
  constructor(options: LossOptions & { margin?: number }, by_default: number) {
    super(options);
    this.margin = options.margin ?? by_default;
  }
}

type MarginOptions = LossOptions & { margin?: number };

/** x for targets 1, `max(0, margin - x)` for targets -1. */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(margin?: number, options?: LossOptions);
  constructor(options?: MarginOptions);
  constructor(...args: unknown[]) {
    super(bind_layer<MarginOptions>("HingeEmbeddingLoss", [], ["margin", ...old], args), 1);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.hinge_embedding_loss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** `1 - cos` for targets 1, `max(0, cos - margin)` for targets -1. */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(margin?: number, options?: LossOptions);
  constructor(options?: MarginOptions);
  constructor(...args: unknown[]) {
    super(bind_layer<MarginOptions>("CosineEmbeddingLoss", [], ["margin", ...old], args), 0);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return F.cosine_embedding_loss(input1, input2, target, { margin, reduction });
  }
}

/** `max(0, -target · (input1 - input2) + margin)`. */
export class MarginRankingLoss extends MarginLoss {
  constructor(margin?: number, options?: LossOptions);
  constructor(options?: MarginOptions);
  constructor(...args: unknown[]) {
    super(bind_layer<MarginOptions>("MarginRankingLoss", [], ["margin", ...old], args), 0);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return F.margin_ranking_loss(input1, input2, target, { margin, reduction });
  }
}

/** `log(1 + exp(-target · input))`. */
export class SoftMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.soft_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** The hinge of all pairs of a target class and another one. */
export class MultiLabelMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** The mean over classes of the binary cross entropy with logits. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(options?: BCEOptions);
  constructor(weight: Tensor | null, options?: Omit<BCEOptions, "weight">);
  constructor(...args: unknown[]) {
    super(bind_layer<BCEOptions>("MultiLabelSoftMarginLoss", [], ["weight", ...old], args));
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.multilabel_soft_margin_loss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** The hinge of the target class against all others, to the power `p`. */
export class MultiMarginLoss extends WeightedLoss {
  p: number;
  margin: number;

  constructor(p?: number, margin?: number, options?: BCEOptions);
  constructor(options?: BCEOptions & { p?: number; margin?: number });
  constructor(...args: unknown[]) {
    type Args = BCEOptions & { p?: number; margin?: number };
    const bound = bind_layer<Args>("MultiMarginLoss", [], ["p", "margin", "weight", ...old], args);
    super(bound);
    this.p = bound.p ?? 1;
    this.margin = bound.margin ?? 1;
    if (this.p !== 1 && this.p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}

/** `max(0, d(anchor, positive) - d(anchor, negative) + margin)`. */
export class TripletMarginLoss extends MarginLoss {
  p: number;
  eps: number;
  swap: boolean;

  constructor(margin?: number, p?: number, options?: LossOptions & { eps?: number; swap?: boolean });
  constructor(options?: MarginOptions & { p?: number; eps?: number; swap?: boolean });
  constructor(...args: unknown[]) {
    type Args = MarginOptions & { p?: number; eps?: number; swap?: boolean };
    const bound = bind_layer<Args>("TripletMarginLoss", [], ["margin", "p", "eps", "swap", ...old], args);
    super(bound, 1);
    this.p = bound.p ?? 2;
    this.eps = bound.eps ?? 1e-6;
    this.swap = bound.swap ?? false;
    if (this.margin <= 0) {
      throw new ValueError(
        `TripletMarginLoss: expected margin to be greater than 0, got ${this.margin} instead`,
      );
    }
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return F.triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}
