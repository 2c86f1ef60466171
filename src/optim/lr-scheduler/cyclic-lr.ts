/** @file Learning rates that go up and down again and again. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { per_group, set_momentum } from "./cycling";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Keyword arguments of {@link CyclicLR}. */
export interface CyclicOptions {
  /** The least rate, for all groups or each. */
  base_lr: number | readonly number[];
  /** The greatest rate, for all groups or each. */
  max_lr: number | readonly number[];
  /** Steps in which the rate rises, 2000 by default. */
  step_size_up?: number;
  /** Steps in which it falls; as many as it rises by default. */
  step_size_down?: number | null;
  /** Peaks that stay (`"triangular"`, the default), halve (`"triangular2"`), or fall by `gamma` per step (`"exp_range"`). */
  mode?: "triangular" | "triangular2" | "exp_range";
  gamma?: number;
  /** The peaks' share, of the cycle's number (from 1) or of the step's; instead of `mode`. */
  scale_fn?: ((x: number) => number) | null;
  scale_mode?: "cycle" | "iterations";
  /** Whether momentum moves against the rate, true by default. */
  cycle_momentum?: boolean;
  base_momentum?: number | readonly number[];
  max_momentum?: number | readonly number[];
  last_epoch?: number;
}

const names: (keyof CyclicOptions)[] = [
  ...(["base_lr", "max_lr", "step_size_up", "step_size_down", "mode", "gamma"] as const),
  ...(["scale_fn", "scale_mode", "cycle_momentum", "base_momentum", "max_momentum", "last_epoch"] as const),
];

/**
 * Lets the learning rate rise and fall between two bounds (Smith, 2017). Call `step` after every batch.
 *
 * @throws ValueError for an unknown mode, or an optimizer without momentum where `cycle_momentum`.
 */
export class CyclicLR extends LRScheduler {
  declare max_lrs: number[];
  declare total_size: number;
  declare step_ratio: number;
  declare mode: string;
  declare gamma: number;
  declare scale_mode: "cycle" | "iterations";
  declare cycle_momentum: boolean;
  declare base_momentums: number[];
  declare max_momentums: number[];
  declare scale_fn: (x: number) => number;

  constructor(
    optimizer: AnyOptimizer,
    base_lr: number | readonly number[],
    max_lr: number | readonly number[],
    options?: Omit<CyclicOptions, "base_lr" | "max_lr">,
  );
  constructor(optimizer: AnyOptimizer, options: CyclicOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const given = bind<CyclicOptions>("CyclicLR", names, [], args);
    const { base_lr, max_lr, step_size_up = 2000, step_size_down = null, mode = "triangular" } = given;
    const { gamma = 1, scale_fn = null, cycle_momentum = true, last_epoch = -1 } = given;
    if (base_lr === undefined || max_lr === undefined) {
      throw new TypeError("CyclicLR() missing required arguments: 'base_lr' and 'max_lr'");
    }
    if (!["triangular", "triangular2", "exp_range"].includes(mode) && scale_fn === null) {
      throw new ValueError("mode is invalid and scale_fn is None");
    }
    const down = step_size_down ?? step_size_up;
    if (Array.isArray(optimizer?.param_groups) && last_epoch === -1) {
      const least = per_group("base_lr", optimizer, base_lr);
      optimizer.param_groups.forEach((group, i) => {
        group.lr = least[i];
        group.initial_lr = least[i];
      });
    }
    super(optimizer, last_epoch, (self) => {
      const by_mode: Record<string, (x: number) => number> = {
        triangular: () => 1,
        triangular2: (x) => 1 / 2 ** (x - 1),
        exp_range: (x) => gamma ** x,
      };
      Object.assign(self, {
        max_lrs: per_group("max_lr", optimizer, max_lr),
        total_size: step_size_up + down,
        step_ratio: step_size_up / (step_size_up + down),
        mode,
        gamma,
        scale_mode:
          scale_fn !== null ? (given.scale_mode ?? "cycle") : mode === "exp_range" ? "iterations" : "cycle",
        cycle_momentum,
        scale_fn: scale_fn ?? by_mode[mode],
      });
      if (!cycle_momentum) return;
      if (!("momentum" in optimizer.defaults) && !("betas" in optimizer.defaults)) {
        throw new ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled");
      }
      const base = per_group("base_momentum", optimizer, given.base_momentum ?? 0.8);
      const max = per_group("max_momentum", optimizer, given.max_momentum ?? 0.9);
      Object.assign(self, { base_momentums: base, max_momentums: max });
      optimizer.param_groups.forEach((group, i) => {
        if (last_epoch === -1) set_momentum(group, max[i]);
        group.max_momentum = max[i];
        group.base_momentum = base[i];
      });
    });
  }

  override get_lr(): number[] {
    const step = this.last_epoch;
    const cycle = Math.floor(1 + step / this.total_size);
    const x = 1 + step / this.total_size - cycle;
    const height = x <= this.step_ratio ? x / this.step_ratio : (x - 1) / (this.step_ratio - 1);
    const share = this.scale_fn(this.scale_mode === "cycle" ? cycle : step);
    return this.base_lrs.map((base, i) => {
      if (this.cycle_momentum) {
        const [low, high] = [this.base_momentums[i], this.max_momentums[i]];
        set_momentum(this.optimizer.param_groups[i], high - (high - low) * height * share);
      }
      return base + (this.max_lrs[i] - base) * height * share;
    });
  }
}
