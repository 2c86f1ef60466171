/** @file Decay of the learning rate when a measure stops getting better. */
import { bind } from "../../args";
import { RuntimeError, ValueError } from "../../errors";
import type { Tensor } from "../../tensor";
import { Optimizer } from "../optimizer";
import type { AnyOptimizer, SchedulerStateDict } from "./scheduler";

/** Keyword arguments of {@link ReduceLROnPlateau}. */
export interface PlateauOptions {
  /** Whether a smaller (`"min"`, the default) or a greater measure (`"max"`) is better. */
  mode?: "min" | "max";
  /** What the rates are multiplied by, 0.1 by default. */
  factor?: number;
  /** How many epochs without a gain are borne, 10 by default. */
  patience?: number;
  /** How great a gain must be to count, 1e-4 by default. */
  threshold?: number;
  /** Whether the threshold is relative to the best measure (`"rel"`, the default) or absolute. */
  threshold_mode?: "rel" | "abs";
  /** For how many epochs after a decay nothing is counted, 0 by default. */
  cooldown?: number;
  /** The smallest rate, for all groups or each. */
  min_lr?: number | readonly number[];
  /** Smaller changes are left out, 1e-8 by default. */
  eps?: number;
}

const names: (keyof PlateauOptions)[] = [
  ...(["mode", "factor", "patience", "threshold", "threshold_mode"] as const),
  ...(["cooldown", "min_lr", "eps"] as const),
];

/**
 * Multiplies the learning rates by `factor` once the measure given to `step` has not become better for more than
 * `patience` epochs.
 *
 * @example
 * const scheduler = new optim.lr_scheduler.ReduceLROnPlateau(optimizer, { patience: 3 });
 * scheduler.step(validation_loss);
 */
export class ReduceLROnPlateau {
  readonly mode: "min" | "max";
  factor: number;
  patience: number;
  threshold: number;
  readonly threshold_mode: "rel" | "abs";
  cooldown: number;
  min_lrs: number[];
  eps: number;
  last_epoch = 0;
  best: number;
  cooldown_counter = 0;
  num_bad_epochs = 0;
  /** @internal */ _last_lr: number[];

  constructor(optimizer: AnyOptimizer, options?: PlateauOptions);
  constructor(optimizer: AnyOptimizer, mode: "min" | "max", options?: Omit<PlateauOptions, "mode">);
  constructor(
    readonly optimizer: AnyOptimizer,
    ...args: unknown[]
  ) {
    if (!(optimizer instanceof Optimizer)) throw new TypeError(`${typeof optimizer} is not an Optimizer`);
    Object.defineProperty(this, "optimizer", { enumerable: false });
    const given = bind<Required<PlateauOptions>>("ReduceLROnPlateau", names, [], args);
    const { mode = "min", factor = 0.1, threshold_mode = "rel", min_lr = 0 } = given;
    if (!(factor < 1)) throw new ValueError("Factor should be < 1.0.");
    if (!["min", "max"].includes(mode)) throw new ValueError(`mode ${mode} is unknown!`);
    if (!["rel", "abs"].includes(threshold_mode)) {
      throw new ValueError(`threshold mode ${threshold_mode} is unknown!`);
    }
    const count = optimizer.param_groups.length;
    if (typeof min_lr !== "number" && min_lr.length !== count) {
      throw new ValueError(`expected ${count} min_lrs, got ${min_lr.length}`);
    }
    this.mode = mode;
    this.factor = factor;
    this.patience = given.patience ?? 10;
    this.threshold = given.threshold ?? 1e-4;
    this.threshold_mode = threshold_mode;
    this.cooldown = given.cooldown ?? 0;
    this.min_lrs = typeof min_lr === "number" ? Array(count).fill(min_lr) : [...min_lr];
    this.eps = given.eps ?? 1e-8;
    this.best = mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this._last_lr = optimizer.param_groups.map((group) => group.lr);
  }

  #is_better(value: number): boolean {
    const { best, threshold } = this;
    if (this.mode === "min") {
      return this.threshold_mode === "rel" ? value < best * (1 - threshold) : value < best - threshold;
    }
    return this.threshold_mode === "rel" ? value > best * (1 + threshold) : value > best + threshold;
  }

  /** Whether epochs are not counted at the moment. */
  get in_cooldown(): boolean {
    return this.cooldown_counter > 0;
  }

  /** Takes the epoch's measure, such as a validation loss. */
  step(metrics: number | Tensor, epoch?: number): void {
    const value = Number(metrics);
    this.last_epoch = epoch ?? this.last_epoch + 1;
    if (this.#is_better(value)) {
      this.best = value;
      this.num_bad_epochs = 0;
    } else this.num_bad_epochs++;
    if (this.in_cooldown) {
      this.cooldown_counter--;
      this.num_bad_epochs = 0;
    }
    if (this.num_bad_epochs > this.patience) {
      this.#reduce();
      this.cooldown_counter = this.cooldown;
      this.num_bad_epochs = 0;
    }
    this._last_lr = this.optimizer.param_groups.map((group) => group.lr);
  }

  #reduce(): void {
    const groups = this.optimizer.param_groups;
    if (groups.length !== this.min_lrs.length) {
      throw new RuntimeError(
        `The number of param groups in the \`optimizer\` (${groups.length}) differs from when \`ReduceLROnPlateau\` was ` +
          `initialized (${this.min_lrs.length}): set \`min_lrs\` to one number per group.`,
      );
    }
    groups.forEach((group, i) => {
      const rate = Math.max(group.lr * this.factor, this.min_lrs[i]);
      if (group.lr - rate > this.eps) group.lr = rate;
    });
  }

  /** The learning rates as of the last step. */
  get_last_lr(): number[] {
    return [...this._last_lr];
  }

  /** All fields but the optimizer, to be saved. */
  state_dict(): SchedulerStateDict {
    const { min_lrs, _last_lr, ...rest } = this;
    return { ...rest, min_lrs: [...min_lrs], _last_lr: [..._last_lr] } as unknown as SchedulerStateDict;
  }

  /** Goes on from a {@link state_dict}. */
  load_state_dict(state_dict: SchedulerStateDict): void {
    Object.assign(this, state_dict);
  }
}
