/** @file The triplet loss with a distance of one's own. */
import { ValueError } from "../errors";
import type { Reduction } from "../ops/loss/reduction";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { triplet_margin_with_distance_loss } from "./functional/embedding-loss";
import { Module } from "./module";
import { PairwiseDistance } from "./shape";

/** A distance between rows of two tensors. */
export type Distance = (a: Tensor, b: Tensor) => Tensor;

/** Keyword arguments of {@link TripletMarginWithDistanceLoss}. */
export interface TripletDistanceOptions {
  /** Default: `nn.PairwiseDistance()`. */
  distance_function?: Distance | null;
  margin?: number;
  /** Whether the distance of positive and negative counts where it is the smaller one. */
  swap?: boolean;
  reduction?: Reduction;
}

/** The triplet loss: that an anchor be nearer to the positive than to the negative by a margin. */
export class TripletMarginWithDistanceLoss extends Module {
  distance_function: Distance;
  margin: number;
  swap: boolean;
  reduction: Reduction;

  constructor(options: TripletDistanceOptions = {}) {
    super();
    const names = ["distance_function", "margin", "swap", "reduction"] as const;
    const layer = "TripletMarginWithDistanceLoss";
    const bound = bind_layer<TripletDistanceOptions>(layer, [], names, [options]);
    this.margin = bound.margin ?? 1;
    if (this.margin <= 0) {
      throw new ValueError(`${layer}: expected margin to be greater than 0, got ${this.margin} instead`);
    }
    this.distance_function = bound.distance_function ?? new PairwiseDistance();
    this.swap = bound.swap ?? false;
    this.reduction = bound.reduction ?? "mean";
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function, margin, swap, reduction } = this;
    return triplet_margin_with_distance_loss(anchor, positive, negative, {
      distance_function,
      margin,
      swap,
      reduction,
    });
  }
}
