/** @file One cycle of the learning rate: up, then far down. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { per_group, set_momentum, start_momentum } from "./cycling";
import { type AnyOptimizer, LRScheduler } from "./scheduler";

/** Keyword arguments of {@link OneCycleLR}. */
export interface OneCycleOptions {
  /** The greatest rate, for all groups or each. */
  max_lr: number | readonly number[];
  /** Number of steps; or give `epochs` and `steps_per_epoch`. */
  total_steps?: number | null;
  epochs?: number | null;
  steps_per_epoch?: number | null;
  /** Share of the steps in which the rate rises, 0.3 by default. */
  pct_start?: number;
  /** `"cos"` (the default) or `"linear"`. */
  anneal_strategy?: "cos" | "linear";
  /** Whether momentum moves against the rate, true by default. */
  cycle_momentum?: boolean;
  base_momentum?: number | readonly number[];
  max_momentum?: number | readonly number[];
  /** The first rate is `max_lr / div_factor`, 25 by default. */
  div_factor?: number;
  /** The last rate is the first one over this, 1e4 by default. */
  final_div_factor?: number;
  /** Falls as steeply as it rose first, then to the last rate. */
  three_phase?: boolean;
  last_epoch?: number;
}

interface Phase {
  end_step: number;
  rates: readonly [string, string];
  momenta: readonly [string, string];
}

const names: (keyof OneCycleOptions)[] = [
  ...(["max_lr", "total_steps", "epochs", "steps_per_epoch", "pct_start", "anneal_strategy"] as const),
  ...(["cycle_momentum", "base_momentum", "max_momentum", "div_factor", "final_div_factor"] as const),
  ...(["three_phase", "last_epoch"] as const),
];

function expect_positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value <= 0) {
    throw new ValueError(`Expected positive integer ${name}, but got ${value}`);
  }
  return value;
}

function steps_of({ total_steps, epochs, steps_per_epoch }: Partial<OneCycleOptions>): number {
  if (total_steps !== undefined && total_steps !== null) return expect_positive("total_steps", total_steps);
  if (typeof epochs !== "number" || typeof steps_per_epoch !== "number") {
    throw new ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)");
  }
  return expect_positive("epochs", epochs) * expect_positive("steps_per_epoch", steps_per_epoch);
}

function phases_of(total: number, share: number, three: boolean): Phase[] {
  const up: Phase = {
    end_step: share * total - 1,
    rates: ["initial_lr", "max_lr"],
    momenta: ["max_momentum", "base_momentum"],
  };
  if (!three) {
    return [
      up,
      { end_step: total - 1, rates: ["max_lr", "min_lr"], momenta: ["base_momentum", "max_momentum"] },
    ];
  }
  return [
    up,
    {
      end_step: 2 * share * total - 2,
      rates: ["max_lr", "initial_lr"],
      momenta: ["base_momentum", "max_momentum"],
    },
    { end_step: total - 1, rates: ["initial_lr", "min_lr"], momenta: ["max_momentum", "max_momentum"] },
  ];
}

/**
 * Raises the learning rate to `max_lr` and lets it fall far below where it began, once over the whole training (Smith and
 * Topin, 2018). Call `step` after every batch.
 *
 * @throws ValueError when stepped beyond the last step.
 * @example
 * new optim.lr_scheduler.OneCycleLR(optimizer, { max_lr: 0.01, epochs: 10, steps_per_epoch: loader.length })
 */
export class OneCycleLR extends LRScheduler {
  declare total_steps: number;
  declare cycle_momentum: boolean;
  declare _schedule_phases: Phase[];
  declare _anneal_func_type: "cos" | "linear";

  constructor(
    optimizer: AnyOptimizer,
    max_lr: number | readonly number[],
    options: Omit<OneCycleOptions, "max_lr">,
  );
  constructor(optimizer: AnyOptimizer, max_lr: number | readonly number[], total_steps?: number);
  constructor(optimizer: AnyOptimizer, options: OneCycleOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    const given = bind<OneCycleOptions>("OneCycleLR", names, [], args);
    const {
      max_lr,
      pct_start = 0.3,
      anneal_strategy = "cos",
      cycle_momentum = true,
      last_epoch = -1,
    } = given;
    if (max_lr === undefined) throw new TypeError("OneCycleLR() missing a required argument: 'max_lr'");
    const total_steps = steps_of(given);
    if (!(pct_start >= 0 && pct_start <= 1)) {
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pct_start}`);
    }
    if (anneal_strategy !== "cos" && anneal_strategy !== "linear") {
      throw new ValueError(
        `anneal_strategy must be one of 'cos' or 'linear', instead got ${anneal_strategy}`,
      );
    }
    super(start_rates(optimizer, given, max_lr, last_epoch), last_epoch, (self) => {
      Object.assign(self, {
        total_steps,
        cycle_momentum,
        _schedule_phases: phases_of(total_steps, pct_start, given.three_phase ?? false),
        _anneal_func_type: anneal_strategy,
      });
      if (!cycle_momentum) return;
      const base = per_group("base_momentum", optimizer, given.base_momentum ?? 0.85);
      const max = per_group("max_momentum", optimizer, given.max_momentum ?? 0.95);
      start_momentum(optimizer, base, max, last_epoch === -1);
    });
  }

  override get_lr(): number[] {
    const step = this.last_epoch;
    if (step > this.total_steps) {
      throw new ValueError(
        `Tried to step ${step} times. The specified number of total steps is ${this.total_steps}`,
      );
    }
    const last = this._schedule_phases.length - 1;
    const at = this._schedule_phases.findIndex((phase, i) => step <= phase.end_step || i === last);
    const { end_step, rates, momenta } = this._schedule_phases[at];
    const begin = at === 0 ? 0 : this._schedule_phases[at - 1].end_step;
    const share = (step - begin) / (end_step - begin);
    const between = (from: number, to: number): number =>
      this._anneal_func_type === "linear"
        ? (to - from) * share + from
        : to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
    return this.optimizer.param_groups.map((group) => {
      if (this.cycle_momentum) set_momentum(group, between(group[momenta[0]], group[momenta[1]]));
      return between(group[rates[0]], group[rates[1]]);
    });
  }
}

function start_rates(
  optimizer: AnyOptimizer,
  { div_factor = 25, final_div_factor = 1e4 }: Partial<OneCycleOptions>,
  max_lr: number | readonly number[],
  last_epoch: number,
): AnyOptimizer {
  if (last_epoch !== -1 || !Array.isArray(optimizer?.param_groups)) return optimizer;
  const greatest = per_group("max_lr", optimizer, max_lr);
  optimizer.param_groups.forEach((group, i) => {
    group.initial_lr = greatest[i] / div_factor;
    group.max_lr = greatest[i];
    group.min_lr = group.initial_lr / final_div_factor;
  });
  return optimizer;
}
