/** @file Decay of the learning rate in every epoch. */
import { bind } from "../../args";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/**
 * Multiplies the learning rates by `gamma` after every epoch.
 *
 * @example
 * new optim.lr_scheduler.ExponentialLR(optimizer, { gamma: 0.9 })
 */
export class ExponentialLR extends LRScheduler {
  declare gamma: number;

  constructor(optimizer: AnyOptimizer, gamma: number, last_epoch?: number | { last_epoch?: number });
  constructor(optimizer: AnyOptimizer, options: { gamma: number; last_epoch?: number });
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const { gamma, last_epoch } = bind<{ gamma: number; last_epoch: number }>(
      "ExponentialLR",
      ["gamma", "last_epoch"],
      [],
      args,
    );
    if (typeof gamma !== "number")
      throw new TypeError("ExponentialLR() missing a required argument: 'gamma'");
    super(optimizer, last_epoch, (self) => Object.assign(self, { gamma }));
  }

  override get_lr(): number[] {
    const rates = this._present();
    return this._is_initial ? rates : rates.map((rate) => rate * this.gamma);
  }

  protected override closed_form(): number[] {
    return this.base_lrs.map((base) => base * this.gamma ** this.last_epoch);
  }
}
