/** @file L-BFGS: an optimizer. */
import { bind } from "../args";
import { enable_grad, no_grad } from "../autograd/grad-mode";
import { RuntimeError, ValueError } from "../errors";
import { cat } from "../ops/shape/join";
import type { Tensor } from "../tensor";
import { check_rate } from "./check";
import { type Given, Optimizer, type Params } from "./optimizer";
import { strong_wolfe } from "./strong-wolfe";

/** Options of {@link LBFGS}. */
export interface LBFGSOptions {
  lr: number;
  /** Iterations per step. */
  max_iter: number;
  /** Evaluations per step; 5/4 of `max_iter` by default. */
  max_eval: number | null;
  /** Ends a step where no element of the gradient is larger. */
  tolerance_grad: number;
  /** Ends a step where neither parameters nor loss change by more. */
  tolerance_change: number;
  /** How many changes are remembered. */
  history_size: number;
  /** `"strong_wolfe"`, or null for steps of the length `lr`. */
  line_search_fn: "strong_wolfe" | null;
  maximize: boolean;
}

/** What L-BFGS remembers from step to step; the history itself is not in `state_dict()`. */
export type LBFGSState = { func_evals?: number; n_iter?: number };

interface Memory {
  direction: Tensor;
  length: number;
  /** Changes of the gradient, of the parameters, and the inverses of their products. */
  readonly changes: { y: Tensor; s: Tensor; ro: number }[];
  diagonal: number;
  gradient: Tensor;
  loss: number;
}

/**
 * The quasi-Newton method with limited memory (Liu and Nocedal, 1989). A step takes a closure that clears the gradients,
 * computes the loss, runs backward and gives the loss; it is called several times.
 *
 * @param lr Length of the steps, 1 by default.
 * @throws ValueError for several parameter groups.
 * @example
 * optimizer.step(() => {
 *   optimizer.zero_grad();
 *   const loss = criterion(model(x), y);
 *   loss.backward();
 *   return loss;
 * });
 */
export class LBFGS extends Optimizer<LBFGSOptions, LBFGSState> {
  #memory: Memory | null = null;

  constructor(params: Params<LBFGSOptions>, lr?: number, options?: Given<LBFGSOptions>);
  constructor(params: Params<LBFGSOptions>, options: Given<LBFGSOptions>);
  constructor(params: Params<LBFGSOptions>, ...args: unknown[]) {
    const given = bind<LBFGSOptions>(
      "LBFGS",
      ["lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size", "line_search_fn"],
      ["maximize"],
      args,
    );
    const max_iter = given.max_iter ?? 20;
    const options: LBFGSOptions = {
      lr: 1,
      max_iter,
      tolerance_grad: 1e-7,
      tolerance_change: 1e-9,
      history_size: 100,
      line_search_fn: null,
      maximize: false,
      ...given,
      max_eval: given.max_eval ?? Math.floor((max_iter * 5) / 4),
    };
    check_rate(options);
    if (options.line_search_fn !== null && options.line_search_fn !== "strong_wolfe") {
      throw new RuntimeError("only 'strong_wolfe' is supported");
    }
    super(params, options);
    if (this.param_groups.length !== 1) {
      throw new ValueError("LBFGS doesn't support per-parameter options (parameter groups)");
    }
  }

  #gradient(): Tensor {
    const { params, maximize } = this.param_groups[0];
    const parts = params.map((param) =>
      (param.grad ?? param.detach().new_zeros(param.shape)).reshape([param.numel()]),
    );
    const flat = cat(parts);
    return maximize ? flat.neg() : flat;
  }

  /** Moves the parameters along a direction. */
  #move(from: readonly Tensor[], direction: Tensor, length: number): void {
    let start = 0;
    this.param_groups[0].params.forEach((param, i) => {
      const count = param.numel();
      const part = direction.narrow(0, start, count).reshape(param.shape);
      param._assign(from[i].add(part.mul(length)));
      start += count;
    });
  }

  /** The direction that the remembered changes give (two-loop recursion). */
  #direction(memory: Memory): Tensor {
    let q = memory.gradient.neg();
    const weights: number[] = [];
    for (let i = memory.changes.length - 1; i >= 0; i--) {
      const { s, y, ro } = memory.changes[i];
      weights[i] = s.dot(q).item() * ro;
      q = q.sub(y.mul(weights[i]));
    }
    let direction = q.mul(memory.diagonal);
    memory.changes.forEach(({ s, y, ro }, i) => {
      direction = direction.add(s.mul(weights[i] - y.dot(direction).item() * ro));
    });
    return direction;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the closure's own type
  override step(closure?: () => any): any {
    if (typeof closure !== "function") {
      throw new TypeError("LBFGS.step() missing 1 required positional argument: 'closure'");
    }
    this._step_count++;
    const group = this.param_groups[0];
    const { params, lr, max_iter, tolerance_grad, tolerance_change, history_size, line_search_fn } = group;
    const max_eval = group.max_eval as number;
    const state = this.state.get(params[0]) ?? {};
    this.state.set(params[0], state);
    const sign = group.maximize ? -1 : 1;
    const evaluate = (): unknown => enable_grad(closure);
    const number = (loss: unknown): number => sign * Number(loss);
    const first = evaluate();
    let loss = number(first);
    let evaluations = 1;
    state.func_evals = (state.func_evals ?? 0) + 1;
    no_grad(() => {
      let gradient = this.#gradient();
      const size = (tensor: Tensor): number => tensor.abs().max().item();
      if (size(gradient) <= tolerance_grad) return;
      for (let iteration = 1; ; iteration++) {
        state.n_iter = (state.n_iter ?? 0) + 1;
        let memory = this.#memory;
        if (memory === null) {
          memory = {
            direction: gradient.neg(),
            length: 0,
            changes: [],
            diagonal: 1,
            gradient,
            loss,
          };
          this.#memory = memory;
        } else {
          const y = gradient.sub(memory.gradient);
          const s = memory.direction.mul(memory.length);
          const ys = y.dot(s).item();
          if (ys > 1e-10) {
            if (memory.changes.length === history_size) memory.changes.shift();
            memory.changes.push({ y, s, ro: 1 / ys });
            memory.diagonal = ys / y.dot(y).item();
          }
          memory.gradient = gradient;
          memory.direction = this.#direction(memory);
        }
        memory.gradient = gradient;
        const before = loss;
        memory.loss = loss;
        memory.length = state.n_iter === 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * lr : lr;
        const slope = gradient.dot(memory.direction).item();
        if (slope > -tolerance_change) break;
        let used = 1;
        if (line_search_fn === "strong_wolfe") {
          const start = params.map((param) => param.detach().clone());
          const { direction } = memory;
          const found = strong_wolfe(
            (length) => {
              this.#move(start, direction, length);
              const value = number(evaluate());
              const here = this.#gradient();
              this.#move(start, direction, 0);
              return { loss: value, gradient: here };
            },
            direction,
            memory.length,
            loss,
            gradient,
            slope,
            { max_searches: max_eval - evaluations },
          );
          ({ loss, gradient } = found);
          memory.length = found.length;
          used = found.evaluations;
          this.#move(start, direction, memory.length);
        } else {
          this.#move(
            params.map((param) => param.detach()),
            memory.direction,
            memory.length,
          );
          if (iteration !== max_iter) {
            loss = number(evaluate());
            gradient = this.#gradient();
          }
        }
        evaluations += used;
        state.func_evals = (state.func_evals ?? 0) + used;
        if (iteration === max_iter || evaluations >= max_eval) break;
        if (size(gradient) <= tolerance_grad) break;
        if (size(memory.direction.mul(memory.length)) <= tolerance_change) break;
        if (Math.abs(loss - before) < tolerance_change) break;
      }
    });
    return first;
  }
}
