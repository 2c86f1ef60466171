/** @file The base of the learning rate schedulers. */
import { KeyError, NotImplementedError } from "../../errors";
import { Optimizer } from "../optimizer";

// biome-ignore lint/suspicious/noExplicitAny: a scheduler serves any optimizer
export type AnyOptimizer = Optimizer<any, any>;

/** What schedulers save: plain values. */
export type SchedulerStateDict = Record<string, unknown>;

/**
 * Base of the schedulers: `step()` after every epoch (some: every batch) gives each parameter group a new `lr`. One of
 * your own extends it and overrides `get_lr()`; fields that it reads are set in the `prepare` function
 * given to `super`, which runs before the first rates are computed.
 *
 * @param last_epoch -1 to start; otherwise the groups must have an `initial_lr`.
 * @throws TypeError for what is no optimizer; KeyError where `initial_lr` is missing.
 */
export abstract class LRScheduler {
  /** The groups' learning rates at the start. */
  base_lrs: number[];
  last_epoch: number;
  /** @internal */ _step_count = 0;
  /** @internal */ _last_lr: number[] = [];
  /** @internal True while the constructor sets the first rates. */
  _is_initial = false;

  constructor(
    readonly optimizer: AnyOptimizer,
    last_epoch = -1,
    prepare?: (self: LRScheduler) => void,
  ) {
    if (!(optimizer instanceof Optimizer)) {
      const value = optimizer as unknown;
      const kind = value === null || typeof value !== "object" ? String(value) : value.constructor?.name;
      throw new TypeError(`${kind} is not an Optimizer`);
    }
    Object.defineProperty(this, "optimizer", { value: optimizer, enumerable: false, writable: true });
    optimizer.param_groups.forEach((group, i) => {
      if (last_epoch === -1) group.initial_lr ??= group.lr;
      else if (group.initial_lr === undefined) {
        throw new KeyError(
          `param 'initial_lr' is not specified in param_groups[${i}] when resuming scheduler with last_epoch >= 0.\n` +
            "Load the optimizer's saved state first, or leave last_epoch out for a fresh training run.",
        );
      }
    });
    this.base_lrs = optimizer.param_groups.map((group) => group.initial_lr as number);
    this.last_epoch = last_epoch;
    prepare?.(this);
    this._start();
  }

  /** @internal Sets the first rates. */
  _start(): void {
    this._step_count = 0;
    this._is_initial = true;
    this.step();
    this._is_initial = false;
  }

  /** The groups' learning rates for `last_epoch`, from those of the epoch before. */
  abstract get_lr(): number[];

  /** The rates of `last_epoch` without those before; where a scheduler has such a formula. */
  protected closed_form?(): number[];

  /** The learning rates that `step` set last. */
  get_last_lr(): number[] {
    return [...this._last_lr];
  }

  /** @internal The groups' present learning rates. */
  _present(): number[] {
    return this.optimizer.param_groups.map((group) => group.lr);
  }

  /**
   * Goes on to the next epoch: after `optimizer.step()`.
   *
   * @param epoch Goes to this epoch instead.
   */
  step(epoch?: number): void {
    if (this._step_count === 1 && this.optimizer._step_count === 0) {
      console.warn(
        "Detected call of `lr_scheduler.step()` before `optimizer.step()`: the first value of the learning rate " +
          "schedule is skipped. Call `optimizer.step()` first.",
      );
    }
    this._step_count++;
    this._update(epoch);
  }

  /** @internal A step that is not counted. */
  _update(epoch?: number): void {
    let rates: number[];
    if (epoch === undefined) {
      this.last_epoch++;
      rates = this.get_lr();
    } else {
      this.last_epoch = epoch;
      rates = this.closed_form?.() ?? this.get_lr();
    }
    this._set(rates);
  }

  /** @internal */
  _set(rates: readonly number[]): void {
    this.optimizer.param_groups.forEach((group, i) => {
      group.lr = rates[i];
    });
    this._last_lr = this._present();
  }

  /** All fields but the optimizer and functions, to be saved. */
  state_dict(): SchedulerStateDict {
    const state: SchedulerStateDict = {};
    for (const [key, value] of Object.entries(this)) {
      if (typeof value !== "function" && key !== "optimizer") state[key] = copied(value);
    }
    return state;
  }

  /** Goes on from a {@link state_dict}. Load the optimizer's as well: it holds the rates. */
  load_state_dict(state_dict: SchedulerStateDict): void {
    for (const [key, value] of Object.entries(state_dict)) {
      if (key === "optimizer") throw new NotImplementedError("a scheduler's state holds no optimizer");
      (this as unknown as SchedulerStateDict)[key] = copied(value);
    }
  }
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (typeof item === "function" ? null : copied(item)));
  return value;
}
