/** @file Learning rates along a cosine, with or without restarts. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Keyword arguments of {@link CosineAnnealingLR}. */
export interface CosineAnnealingOptions {
  /** Epochs from the greatest rate to the smallest. */
  T_max: number;
  /** The smallest rate, 0 by default. */
  eta_min?: number;
  last_epoch?: number;
}

/**
 * Lets the learning rates fall to `eta_min` in `T_max` epochs along half a cosine, then rise again (Loshchilov and
 * Hutter, 2017).
 *
 * @example
 * new optim.lr_scheduler.CosineAnnealingLR(optimizer, { T_max: 100 })
 */
export class CosineAnnealingLR extends LRScheduler {
  declare T_max: number;
  declare eta_min: number;

  constructor(
    optimizer: AnyOptimizer,
    T_max: number,
    eta_min?: number,
    last_epoch?: number | Partial<CosineAnnealingOptions>,
  );
  constructor(optimizer: AnyOptimizer, T_max: number, options: Omit<CosineAnnealingOptions, "T_max">);
  constructor(optimizer: AnyOptimizer, options: CosineAnnealingOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const {
      T_max,
      eta_min = 0,
      last_epoch,
    } = bind<Required<CosineAnnealingOptions>>(
      "CosineAnnealingLR",
      ["T_max", "eta_min", "last_epoch"],
      [],
      args,
    );
    if (typeof T_max !== "number")
      throw new TypeError("CosineAnnealingLR() missing a required argument: 'T_max'");
    super(optimizer, last_epoch, (self) => Object.assign(self, { T_max, eta_min }));
  }

  override get_lr(): number[] {
    const { T_max, eta_min, last_epoch } = this;
    const rates = this._present();
    if (this._is_initial) return rates;
    if (this._step_count === 1 && last_epoch > 0) return this.closed_form();
    if ((last_epoch - 1 - T_max) % (2 * T_max) === 0) {
      const rise = (1 - Math.cos(Math.PI / T_max)) / 2;
      return rates.map((rate, i) => rate + (this.base_lrs[i] - eta_min) * rise);
    }
    const now = 1 + Math.cos((Math.PI * last_epoch) / T_max);
    const before = 1 + Math.cos((Math.PI * (last_epoch - 1)) / T_max);
    return rates.map((rate) => (now / before) * (rate - eta_min) + eta_min);
  }

  protected override closed_form(): number[] {
    const share = (1 + Math.cos((Math.PI * this.last_epoch) / this.T_max)) / 2;
    return this.base_lrs.map((base) => this.eta_min + (base - this.eta_min) * share);
  }
}

/** Keyword arguments of {@link CosineAnnealingWarmRestarts}. */
export interface WarmRestartsOptions {
  /** Epochs to the first restart. */
  T_0: number;
  /** How many times longer each next run is, 1 by default. */
  T_mult?: number;
  /** The smallest rate, 0 by default. */
  eta_min?: number;
  last_epoch?: number;
}

/** Like {@link CosineAnnealingLR}, but jumps back to the greatest rate at the end of each run. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  declare T_0: number;
  declare T_i: number;
  declare T_mult: number;
  declare T_cur: number;
  declare eta_min: number;

  constructor(
    optimizer: AnyOptimizer,
    T_0: number,
    T_mult?: number,
    eta_min?: number | Partial<WarmRestartsOptions>,
    last_epoch?: number | Partial<WarmRestartsOptions>,
  );
  constructor(optimizer: AnyOptimizer, T_0: number, options: Omit<WarmRestartsOptions, "T_0">);
  constructor(optimizer: AnyOptimizer, options: WarmRestartsOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const given = bind<Required<WarmRestartsOptions>>(
      "CosineAnnealingWarmRestarts",
      ["T_0", "T_mult", "eta_min", "last_epoch"],
      [],
      args,
    );
    const { T_0, T_mult = 1, eta_min = 0, last_epoch = -1 } = given;
    if (!Number.isInteger(T_0) || (T_0 as number) <= 0) {
      throw new ValueError(`Expected positive integer T_0, but got ${T_0}`);
    }
    if (!Number.isInteger(T_mult) || T_mult < 1) {
      throw new ValueError(`Expected integer T_mult >= 1, but got ${T_mult}`);
    }
    super(optimizer, last_epoch, (self) =>
      Object.assign(self, { T_0, T_i: T_0, T_mult, eta_min, T_cur: last_epoch }),
    );
  }

  override get_lr(): number[] {
    const share = (1 + Math.cos((Math.PI * this.T_cur) / this.T_i)) / 2;
    return this.base_lrs.map((base) => this.eta_min + (base - this.eta_min) * share);
  }

  /** Goes on by one epoch, or to `epoch`, which may be a fraction such as `epoch + batch / batches`. */
  override step(epoch?: number): void {
    const { T_0, T_mult } = this;
    let next = epoch ?? (this.last_epoch < 0 ? 0 : undefined);
    if (next === undefined) {
      next = this.last_epoch + 1;
      this.T_cur += 1;
      if (this.T_cur >= this.T_i) {
        this.T_cur %= this.T_i;
        this.T_i *= T_mult;
      }
    } else {
      if (next < 0) throw new ValueError(`Expected non-negative epoch, but got ${next}`);
      this.T_i = T_0;
      this.T_cur = next;
      if (next >= T_0 && T_mult === 1) this.T_cur = next % T_0;
      else if (next >= T_0) {
        const run = Math.trunc(Math.log((next / T_0) * (T_mult - 1) + 1) / Math.log(T_mult));
        this.T_cur = next - (T_0 * (T_mult ** run - 1)) / (T_mult - 1);
        this.T_i = T_0 * T_mult ** run;
      }
    }
    this._step_count++;
    this.last_epoch = Math.floor(next);
    this._set(this.get_lr());
  }
}
