/** @file Learning rates by functions of the epoch. */
import { bind } from "../../args";
import { ValueError } from "../../errors";
import { type AnyOptimizer, LRScheduler, type SchedulerStateDict } from "./scheduler";

/** A factor for an epoch. */
export type Factor = (epoch: number) => number;

/** Arguments of {@link LambdaLR} and {@link MultiplicativeLR} by name. */
export interface LambdaOptions {
  lr_lambda: Factor | readonly Factor[];
  last_epoch?: number;
}

abstract class FunctionLR extends LRScheduler {
  declare lr_lambdas: Factor[];

  constructor(name: string, optimizer: AnyOptimizer, args: unknown[]) {
    const { lr_lambda, last_epoch } = bind<Required<LambdaOptions>>(
      name,
      ["lr_lambda", "last_epoch"],
      [],
      args,
    );
    super(optimizer, last_epoch, (self) => {
      const count = optimizer.param_groups.length;
      const lambdas = Array.isArray(lr_lambda) ? [...lr_lambda] : Array(count).fill(lr_lambda);
      if (lambdas.length !== count) {
        throw new ValueError(`Expected ${count} lr_lambdas, but got ${lambdas.length}`);
      }
      for (const lambda of lambdas) {
        if (typeof lambda !== "function") {
          throw new TypeError(`lr_lambda should be a function, but got ${typeof lambda}`);
        }
      }
      (self as FunctionLR).lr_lambdas = lambdas;
    });
  }

  /** The fields but the optimizer and the functions. */
  override state_dict(): SchedulerStateDict {
    const { lr_lambdas: _, ...state } = super.state_dict();
    return state;
  }

  override load_state_dict({ lr_lambdas: _, ...state }: SchedulerStateDict): void {
    super.load_state_dict(state);
  }
}

/**
 * The first learning rate times `lr_lambda(epoch)`; an array gives each parameter group a function of its own.
 *
 * @example
 * new optim.lr_scheduler.LambdaLR(optimizer, (epoch) => 0.95 ** epoch)
 */
export class LambdaLR extends FunctionLR {
  constructor(
    optimizer: AnyOptimizer,
    lr_lambda: Factor | readonly Factor[],
    last_epoch?: number | Partial<LambdaOptions>,
  );
  constructor(optimizer: AnyOptimizer, options: LambdaOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    super("LambdaLR", optimizer, args);
  }

  override get_lr(): number[] {
    return this.base_lrs.map((base, i) => base * this.lr_lambdas[i](this.last_epoch));
  }
}

/** Multiplies the learning rate by `lr_lambda(epoch)` after every epoch. */
export class MultiplicativeLR extends FunctionLR {
  constructor(
    optimizer: AnyOptimizer,
    lr_lambda: Factor | readonly Factor[],
    last_epoch?: number | Partial<LambdaOptions>,
  );
  constructor(optimizer: AnyOptimizer, options: LambdaOptions);
  constructor(optimizer: AnyOptimizer, ...args: unknown[]) {
    super("MultiplicativeLR", optimizer, args);
  }

  override get_lr(): number[] {
    const rates = this._present();
    return this._is_initial ? rates : rates.map((rate, i) => rate * this.lr_lambdas[i](this.last_epoch));
  }
}
