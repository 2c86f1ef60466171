/** @file Decay of the learning rate to zero by a power. */
import { bind } from "../../args";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Keyword arguments of {@link PolynomialLR}. */
export interface PolynomialLROptions {
  /** In how many epochs, 5 by default. */
  total_iters?: number;
  /** The power, 1 by default. */
  power?: number;
  last_epoch?: number;
}

/** Lets the learning rates fall to zero as `(1 - epoch / total_iters) ** power`. */
export class PolynomialLR extends LRScheduler {
  declare total_iters: number;
  declare power: number;

  constructor(optimizer: AnyOptimizer, options?: PolynomialLROptions);
  constructor(
    optimizer: AnyOptimizer,
    total_iters?: number,
    power?: number | PolynomialLROptions,
    last_epoch?: number | PolynomialLROptions,
  );
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const {
      total_iters = 5,
      power = 1,
      last_epoch,
    } = bind<Required<PolynomialLROptions>>("PolynomialLR", ["total_iters", "power", "last_epoch"], [], args);
    super(optimizer, last_epoch, (self) => Object.assign(self, { total_iters, power }));
  }

  override get_lr(): number[] {
    const { total_iters, power, last_epoch } = this;
    const rates = this._present();
    if (this._is_initial || last_epoch > total_iters) return rates;
    const factor = ((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters)) ** power;
    return rates.map((rate) => rate * factor);
  }

  protected override closed_form(): number[] {
    const left = 1 - Math.min(this.total_iters, this.last_epoch) / this.total_iters;
    return this.base_lrs.map((base) => base * left ** this.power);
  }
}
