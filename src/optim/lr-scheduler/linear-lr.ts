/** @file Learning rates that start lower: in a line, or constant. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Keyword arguments of {@link LinearLR}. */
export interface LinearLROptions {
  /** Share of the learning rate at the start, 1/3 by default. */
  start_factor?: number;
  /** Share of it at the end, 1 by default. */
  end_factor?: number;
  /** How many epochs it takes, 5 by default. */
  total_iters?: number;
  last_epoch?: number;
}

/** Goes from `start_factor` to `end_factor` of the learning rate in a straight line: a warm-up. */
export class LinearLR extends LRScheduler {
  declare start_factor: number;
  declare end_factor: number;
  declare total_iters: number;

  constructor(optimizer: AnyOptimizer, options?: LinearLROptions);
  constructor(
    optimizer: AnyOptimizer,
    start_factor?: number,
    end_factor?: number | LinearLROptions,
    total_iters?: number | LinearLROptions,
    last_epoch?: number | LinearLROptions,
  );
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const {
      start_factor = 1 / 3,
      end_factor = 1,
      total_iters = 5,
      last_epoch,
    } = bind<Required<LinearLROptions>>(
      "LinearLR",
      ["start_factor", "end_factor", "total_iters", "last_epoch"],
      [],
      args,
    );
    if (!(start_factor > 0 && start_factor <= 1)) {
      throw new ValueError(
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
      );
    }
    if (!(end_factor >= 0 && end_factor <= 1)) {
      throw new ValueError("Ending multiplicative factor expected to be between 0 and 1.");
    }
    super(optimizer, last_epoch, (self) => Object.assign(self, { start_factor, end_factor, total_iters }));
  }

  override get_lr(): number[] {
    const { start_factor, end_factor, total_iters, last_epoch } = this;
    const rates = this._present();
    if (last_epoch === 0) return rates.map((rate) => rate * start_factor);
    if (this._is_initial || last_epoch > total_iters) return rates;
    const rise = end_factor - start_factor;
    return rates.map((rate) => rate * (1 + rise / (total_iters * start_factor + (last_epoch - 1) * rise)));
  }

  protected override closed_form(): number[] {
    const { start_factor, end_factor, total_iters, last_epoch } = this;
    const reached = Math.min(total_iters, last_epoch) / total_iters;
    return this.base_lrs.map((base) => base * (start_factor + (end_factor - start_factor) * reached));
  }
}

/** Keyword arguments of {@link ConstantLR}. */
export interface ConstantLROptions {
  /** Share of the learning rate, 1/3 by default. */
  factor?: number;
  /** For how many epochs, 5 by default. */
  total_iters?: number;
  last_epoch?: number;
}

/** Takes `factor` of the learning rate until epoch `total_iters`, then the whole. */
export class ConstantLR extends LRScheduler {
  declare factor: number;
  declare total_iters: number;

  constructor(optimizer: AnyOptimizer, options?: ConstantLROptions);
  constructor(
    optimizer: AnyOptimizer,
    factor?: number,
    total_iters?: number | ConstantLROptions,
    last_epoch?: number | ConstantLROptions,
  );
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const {
      factor = 1 / 3,
      total_iters = 5,
      last_epoch,
    } = bind<Required<ConstantLROptions>>("ConstantLR", ["factor", "total_iters", "last_epoch"], [], args);
    if (!(factor >= 0 && factor <= 1)) {
      throw new ValueError("Constant multiplicative factor expected to be between 0 and 1.");
    }
    super(optimizer, last_epoch, (self) => Object.assign(self, { factor, total_iters }));
  }

  override get_lr(): number[] {
    const rates = this._present();
    if (this.last_epoch === 0) return rates.map((rate) => rate * this.factor);
    return this.last_epoch === this.total_iters ? rates.map((rate) => rate * (1 / this.factor)) : rates;
  }

  protected override closed_form(): number[] {
    const share = this.last_epoch >= this.total_iters ? 1 : this.factor;
    return this.base_lrs.map((base) => base * share);
  }
}
