/** @file Decay of the learning rate every so many epochs. */
import { bind } from "../../args";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/**
 * Multiplies the learning rates by `gamma` every `step_size` epochs.
 *
 * @param gamma 0.1 by default.
 * @example
 * const scheduler = new optim.lr_scheduler.StepLR(optimizer, { step_size: 30, gamma: 0.1 });
 * for (let epoch = 0; epoch < 100; epoch++) { train(); scheduler.step(); }
 */
export class StepLR extends LRScheduler {
  declare step_size: number;
  declare gamma: number;

  constructor(
    optimizer: AnyOptimizer,
    step_size: number,
    gamma?: number,
    last_epoch?: number | { last_epoch?: number },
  );
  constructor(optimizer: AnyOptimizer, step_size: number, options: { gamma?: number; last_epoch?: number });
  constructor(optimizer: AnyOptimizer, options: { step_size: number; gamma?: number; last_epoch?: number });
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const {
      step_size,
      gamma = 0.1,
      last_epoch,
    } = bind<{
      step_size: number;
      gamma: number;
      last_epoch: number;
    }>("StepLR", ["step_size", "gamma", "last_epoch"], [], args);
    if (typeof step_size !== "number")
      throw new TypeError("StepLR() missing a required argument: 'step_size'");
    super(optimizer, last_epoch, (self) => Object.assign(self, { step_size, gamma }));
  }

  override get_lr(): number[] {
    const rates = this._present();
    if (this.last_epoch === 0 || this.last_epoch % this.step_size !== 0) return rates;
    return rates.map((rate) => rate * this.gamma);
  }

  protected override closed_form(): number[] {
    return this.base_lrs.map((base) => base * this.gamma ** Math.floor(this.last_epoch / this.step_size));
  }
}
