/** @file Schedulers made of others: one after the other, or all at once. */
import { ValueError } from "../../errors";
import { type AnyOptimizer, LRScheduler, type SchedulerStateDict } from "./scheduler";

function check(name: string, optimizer: AnyOptimizer, schedulers: readonly LRScheduler[]): void {
  if (schedulers.length < 1)
    throw new ValueError(`${name} expects at least one scheduler, but got no scheduler.`);
  schedulers.forEach((scheduler, i) => {
    if (!(scheduler instanceof LRScheduler)) {
      throw new ValueError(
        `${name} does not support what stands at index ${i}: an LRScheduler is needed, whose step() takes no measure`,
      );
    }
    if (scheduler.optimizer !== optimizer) {
      throw new ValueError(
        `${name} expects all schedulers to belong to the same optimizer, but the one at index ${i} has another`,
      );
    }
  });
}

function save(schedulers: readonly LRScheduler[]): SchedulerStateDict[] {
  return schedulers.map((scheduler) => scheduler.state_dict());
}

function restore(schedulers: readonly LRScheduler[], state_dict: SchedulerStateDict): SchedulerStateDict {
  const { _schedulers, ...rest } = state_dict;
  const states = _schedulers as SchedulerStateDict[];
  if (states.length !== schedulers.length) {
    throw new ValueError(
      `the state is that of ${states.length} schedulers, but there are ${schedulers.length}`,
    );
  }
  schedulers.forEach((scheduler, i) => {
    scheduler.load_state_dict(states[i]);
  });
  return rest;
}

/** Keyword arguments of {@link SequentialLR}. */
export interface SequentialLROptions {
  schedulers: readonly LRScheduler[];
  /** At which epochs the next scheduler takes over. */
  milestones: readonly number[];
  last_epoch?: number;
}

/**
 * Schedulers one after the other.
 *
 * @example
 * const warm_up = new LinearLR(optimizer, { total_iters: 5 });
 * new SequentialLR(optimizer, [warm_up, new ExponentialLR(optimizer, 0.9)], [5])
 */
export class SequentialLR extends LRScheduler {
  declare _schedulers: LRScheduler[];
  declare _milestones: number[];

  constructor(
    optimizer: AnyOptimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
    last_epoch?: number | Partial<SequentialLROptions>,
  );
  constructor(optimizer: AnyOptimizer, options: SequentialLROptions);
  constructor(
    optimizer: AnyOptimizer,
    first: readonly LRScheduler[] | SequentialLROptions,
    second?: readonly number[],
    third?: number,
  ) {
    const given =
      "schedulers" in first ? first : { schedulers: first, milestones: second ?? [], last_epoch: third };
    const schedulers = [...given.schedulers];
    const milestones = [...given.milestones];
    check("SequentialLR", optimizer, schedulers);
    if (milestones.length !== schedulers.length - 1) {
      throw new ValueError(
        "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone " +
          `points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ` +
          `${milestones.length}`,
      );
    }
    super(optimizer, given.last_epoch, (self) =>
      Object.assign(self, { _schedulers: schedulers, _milestones: milestones }),
    );
  }

  override get_lr(): number[] {
    return this._present();
  }

  /** @internal Which scheduler the present epoch belongs to. */
  _running(): number {
    return this._milestones.filter((milestone) => milestone <= this.last_epoch).length;
  }

  override step(): void {
    this.last_epoch++;
    if (this._is_initial) {
      // Each scheduler changed the rates when it was made: start over with the first one alone.
      for (const group of this.optimizer.param_groups) group.lr = group.initial_lr as number;
      undo(this._schedulers);
      this._schedulers[this._running()]._start();
    } else {
      const at = this._running();
      const scheduler = this._schedulers[at];
      if (at > 0 && this._milestones[at - 1] === this.last_epoch) scheduler._update(0);
      else scheduler.step();
    }
    this._last_lr = this._present();
  }

  override state_dict(): SchedulerStateDict {
    return { ...super.state_dict(), _schedulers: save(this._schedulers) };
  }

  override load_state_dict(state_dict: SchedulerStateDict): void {
    super.load_state_dict(restore(this._schedulers, state_dict));
  }
}

/** Takes back the epoch that making a scheduler counted, also of those inside of others. */
function undo(schedulers: readonly LRScheduler[]): void {
  for (const scheduler of schedulers) {
    const inner = (scheduler as Partial<SequentialLR>)._schedulers;
    if (inner !== undefined) undo(inner);
    else scheduler.last_epoch--;
  }
}

/** Several schedulers whose factors multiply. */
export class ChainedScheduler extends LRScheduler {
  declare _schedulers: LRScheduler[];

  constructor(schedulers: readonly LRScheduler[], optimizer: AnyOptimizer = schedulers[0]?.optimizer) {
    check("ChainedScheduler", optimizer, schedulers);
    super(optimizer, -1, (self) => Object.assign(self, { _schedulers: [...schedulers] }));
  }

  override get_lr(): number[] {
    return this._present();
  }

  override step(): void {
    if (!this._is_initial) for (const scheduler of this._schedulers) scheduler.step();
    this._last_lr = this._present();
  }

  override state_dict(): SchedulerStateDict {
    return { ...super.state_dict(), _schedulers: save(this._schedulers) };
  }

  override load_state_dict(state_dict: SchedulerStateDict): void {
    super.load_state_dict(restore(this._schedulers, state_dict));
  }
}
