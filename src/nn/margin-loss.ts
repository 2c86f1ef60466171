/** @file Losses with margins as layers. */
import { ValueError } from "../errors";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { type BCEOptions, Loss, type LossOptions, old, PlainLoss, WeightedLoss } from "./loss-base";

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

  constructor(p?: number, margin?: number | (BCEOptions & { margin?: number }), options?: BCEOptions);
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

  constructor(
    margin?: number,
    p?: number | (MarginOptions & { p?: number; eps?: number; swap?: boolean }),
    options?: LossOptions & { eps?: number; swap?: boolean },
  );
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
