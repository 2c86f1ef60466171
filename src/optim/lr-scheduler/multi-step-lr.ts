/** @file Decay of the learning rate at given epochs. */
import { bind } from "../../args";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Arguments of {@link MultiStepLR} by name. */
export interface MultiStepOptions {
  milestones: readonly number[];
  gamma?: number;
  last_epoch?: number;
}

/**
 * Multiplies the learning rates by `gamma` (0.1 by default) at each of the epochs `milestones`; twice at one that is
 * named twice.
 *
 * @example
 * new optim.lr_scheduler.MultiStepLR(optimizer, { milestones: [30, 80], gamma: 0.1 })
 */
export class MultiStepLR extends LRScheduler {
  declare milestones: number[];
  declare gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    milestones: readonly number[],
    gamma?: number,
    last_epoch?: number | Partial<MultiStepOptions>,
  );
  constructor(
    optimizer: AnyOptimizer,
    milestones: readonly number[],
    options: Omit<MultiStepOptions, "milestones">,
  );
  constructor(optimizer: AnyOptimizer, options: MultiStepOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const given = bind<Required<MultiStepOptions>>(
      "MultiStepLR",
      ["milestones", "gamma", "last_epoch"],
      [],
      args,
    );
    const { milestones, gamma = 0.1, last_epoch } = given;
    if (!Array.isArray(milestones)) {
      throw new TypeError("MultiStepLR() missing a required argument: 'milestones', an array of epochs");
    }
    super(optimizer, last_epoch, (self) => Object.assign(self, { milestones: [...milestones], gamma }));
  }

  override get_lr(): number[] {
    const times = this.milestones.filter((milestone) => milestone === this.last_epoch).length;
    return this._present().map((rate) => (times === 0 ? rate : rate * this.gamma ** times));
  }

  protected override closed_form(): number[] {
    const times = this.milestones.filter((milestone) => milestone <= this.last_epoch).length;
    return this.base_lrs.map((base) => base * this.gamma ** times);
  }
}
