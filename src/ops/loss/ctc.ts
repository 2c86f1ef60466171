/** @file The connectionist temporal classification loss (Graves et al., ICML 2006). */
import { bind } from "../../args";
import { record } from "../../autograd/tape";
import { from_data } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { type DType, float64 } from "../../dtype";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { is_tensor, Tensor } from "../../tensor";
import { where } from "../position/masks";
import { reshape } from "../shape/movement";
import { cast, expect_tensor } from "../value/convert";
import type { Reduction } from "./reduction";

/** Keyword arguments of {@link ctc_loss}. */
export interface CTCOptions {
  /** The class that stands for nothing. Default: 0. */
  blank?: number;
  /** What becomes of the single losses. Default: `"mean"`, of the losses per length of their targets. */
  reduction?: Reduction;
  /** Whether infinite losses, of inputs too short for their targets, count as 0. Default: false. */
  zero_infinity?: boolean;
}

const { NEGATIVE_INFINITY } = Number;

/** The logarithm of the sum of the arguments' exponentials. */
function log_add(a: number, b: number): number {
  if (a === NEGATIVE_INFINITY) return b;
  if (b === NEGATIVE_INFINITY) return a;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** Lengths from a tensor, a list or one number. */
function lengths_of(what: string, given: unknown): number[] {
  if (is_tensor(given)) {
    if (given.dtype.is_floating_point) throw new RuntimeError(`${what} must be integral`);
    return Array.from(given.typed_array() as Int32Array, Number);
  }
  const list = Array.isArray(given) ? given : [given];
  if (!list.every((length) => Number.isInteger(length))) {
    throw new TypeError(`ctc_loss(): argument '${what}' must be Tensor or tuple of ints`);
  }
  return list as number[];
}

/**
 * The negative logarithm of the probability of `targets`, over all ways to align them with the input.
 *
 * @param log_probs Logarithms of the classes' probabilities, (T, N, C) or (T, C).
 * @param targets Classes without the blank: (N, S), or all of them one after the other.
 * @param input_lengths Lengths of the inputs, (N), at most T.
 * @param target_lengths Lengths of the targets, (N).
 * @returns A scalar; with `reduction: "none"` (N).
 * @throws RuntimeError when sizes and lengths do not go together.
 *
 * As in PyTorch, the gradient is meant to go on through `log_softmax`; gradients of it are not offered.
 *
 * @example
 * const log_probs = torch.randn(50, 16, 20).log_softmax(2);
 * F.ctc_loss(log_probs, torch.randint(1, 20, [16, 30]), Array(16).fill(50), Array(16).fill(30));
 */
export function ctc_loss(
  log_probs: Tensor,
  targets: Tensor,
  input_lengths: Tensor | readonly number[] | number,
  target_lengths: Tensor | readonly number[] | number,
  options?: CTCOptions,
): Tensor;
export function ctc_loss(
  log_probs: Tensor,
  targets: Tensor,
  input_lengths: Tensor | readonly number[] | number,
  target_lengths: Tensor | readonly number[] | number,
  blank?: number,
  reduction?: Reduction | CTCOptions,
  zero_infinity?: boolean | CTCOptions,
): Tensor;
export function ctc_loss(
  log_probs: Tensor,
  targets: Tensor,
  input_lengths: unknown,
  target_lengths: unknown,
  ...args: unknown[]
): Tensor {
  const names = ["blank", "reduction", "zero_infinity"] as const;
  const {
    blank = 0,
    reduction = "mean",
    zero_infinity = false,
  } = bind<CTCOptions>("ctc_loss", names, [], args);
  expect_tensor("ctc_loss", log_probs, "log_probs");
  expect_tensor("ctc_loss", targets, "targets");
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") {
    throw new ValueError(`${String(reduction)} is not a valid value for reduction`);
  }
  if (!log_probs.dtype.is_floating_point) {
    throw new NotImplementedError(`"ctc_loss_cpu" not implemented for '${log_probs.dtype.scalar_type}'`);
  }
  const alone = log_probs.ndim === 2;
  if (!alone && log_probs.ndim !== 3) {
    throw new RuntimeError(
      `Expected 3-dimensional tensor, but got ${log_probs.ndim}-dimensional tensor for argument #1 'log_probs' (while checking ` +
        "arguments for ctc_loss_allocate_outputs)",
    );
  }
  const [steps, classes] = [log_probs.shape[0], log_probs.shape[log_probs.ndim - 1]];
  const batch = alone ? reshape(log_probs, [steps, 1, classes]) : log_probs;
  const labels = alone && targets.ndim === 1 ? reshape(targets, [1, -1]) : targets;
  const inputs = lengths_of("input_lengths", input_lengths);
  const outputs = lengths_of("target_lengths", target_lengths);
  const problem = new Problem(batch, labels, inputs, outputs, blank);
  const losses = record("ctc_loss", problem.losses(), [batch], [], problem);
  const kept = zero_infinity ? where(losses.isinf(), 0, losses) : losses;
  problem.zero_infinity = zero_infinity;
  if (reduction === "sum") return kept.sum();
  if (reduction === "none") return alone ? reshape(kept, []) : kept;
  const divisors = new Tensor(
    from_data(
      [outputs.length],
      float64,
      Float64Array.from(outputs, (length) => Math.max(1, length)),
    ),
  );
  return kept.div(cast(divisors, kept.dtype)).mean();
}

/** What the loss and its gradient are computed from. */
export class Problem {
  zero_infinity = false;
  readonly #probs: Float64Array | Float32Array;
  readonly #dtype: DType;
  readonly #shape: readonly number[];
  /** Per sample the targets with blanks around them all. */
  readonly #paths: number[][];
  readonly #alphas: Float64Array[] = [];
  readonly #losses: Float64Array;

  constructor(
    log_probs: Tensor,
    targets: Tensor,
    readonly input_lengths: readonly number[],
    target_lengths: readonly number[],
    blank: number,
  ) {
    const [steps, batch, classes] = log_probs.shape;
    this.#shape = log_probs.shape;
    this.#dtype = log_probs.dtype;
    if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) {
      throw new RuntimeError("blank must be in label range");
    }
    if (input_lengths.length !== batch) throw new RuntimeError("input_lengths must be of size batch_size");
    if (target_lengths.length !== batch) throw new RuntimeError("target_lengths must be of size batch_size");
    const while_checking = "(while checking arguments for ctc_loss_allocate_outputs)";
    for (const length of target_lengths) {
      if (length < 0) {
        throw new RuntimeError(
          `Expected target_lengths to have value at least 0, but got value ${length} ${while_checking}`,
        );
      }
    }
    for (const length of input_lengths) {
      if (length < 0 || length > steps) {
        throw new RuntimeError(
          `Expected input_lengths to have value ${length < 0 ? "at least 0" : `at most ${steps}`}, but got value ${length} ${while_checking}`,
        );
      }
    }
    const labels = Array.from(targets.typed_array() as Float64Array, Number);
    const total = target_lengths.reduce((sum, length) => sum + length, 0);
    const longest = Math.max(0, ...target_lengths);
    if (targets.ndim === 1) {
      if (labels.length !== total) {
        throw new RuntimeError(
          `Expected tensor to have size ${total} at dimension 0, but got size ${labels.length} for argument #2 'targets' ${while_checking}`,
        );
      }
    } else if (targets.ndim !== 2 || targets.shape[0] !== batch) {
      throw new RuntimeError(
        `Expected tensor to have size ${batch} at dimension 0, but got size ${targets.shape[0] ?? 1} for argument #2 'targets' ${while_checking}`,
      );
    } else if (targets.shape[1] < longest) {
      throw new RuntimeError(
        `Expected tensor to have size at least ${longest} at dimension 1, but got size ${targets.shape[1]} for argument #2 'targets' ` +
          while_checking,
      );
    }
    let start = 0;
    this.#paths = target_lengths.map((length, n) => {
      const from = targets.ndim === 1 ? start : n * targets.shape[1];
      start += length;
      const path = [blank];
      for (const label of labels.slice(from, from + length)) {
        if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
          throw new RuntimeError(`ctc_loss(): target ${label} is out of range for ${classes} classes`);
        }
        path.push(label, blank);
      }
      return path;
    });
    this.#probs = log_probs.typed_array() as Float64Array;
    this.#losses = Float64Array.from(this.#paths, (_, n) => this.#forward(n));
  }

  #tensor(shape: readonly number[], values: Float64Array): Handle {
    return cast(new Tensor(from_data(shape, float64, values)), this.#dtype).handle;
  }

  /** The losses, (N). */
  losses(): Handle {
    return this.#tensor([this.#losses.length], this.#losses);
  }

  #at(t: number, n: number, label: number): number {
    const [, batch, classes] = this.#shape;
    return this.#probs[(t * batch + n) * classes + label];
  }

  /** Whether a path may go to place `s` past the blank before it. */
  #jumps(path: readonly number[], s: number): boolean {
    return s >= 2 && path[s] !== path[0] && path[s] !== path[s - 2];
  }

  /** Logarithms of the probabilities of all beginnings (equation 6); gives the loss. */
  #forward(n: number): number {
    const path = this.#paths[n];
    const steps = this.input_lengths[n];
    const size = path.length;
    const alpha = new Float64Array(steps * size).fill(NEGATIVE_INFINITY);
    this.#alphas.push(alpha);
    if (steps === 0) return size === 1 ? 0 : Number.POSITIVE_INFINITY;
    alpha[0] = this.#at(0, n, path[0]);
    if (size > 1) alpha[1] = this.#at(0, n, path[1]);
    for (let t = 1; t < steps; t++) {
      const before = (t - 1) * size;
      for (let s = 0; s < size; s++) {
        let sum = alpha[before + s];
        if (s >= 1) sum = log_add(sum, alpha[before + s - 1]);
        if (this.#jumps(path, s)) sum = log_add(sum, alpha[before + s - 2]);
        alpha[t * size + s] = sum + this.#at(t, n, path[s]);
      }
    }
    const end = (steps - 1) * size + size - 1;
    return -(size > 1 ? log_add(alpha[end], alpha[end - 1]) : alpha[end]);
  }

  /** The gradient for `log_probs` from that of the losses (equation 16, for what `log_softmax` has still to give back). */
  gradient(grad: Tensor): Tensor {
    const [steps, batch, classes] = this.#shape;
    const scale = grad.double().typed_array() as Float64Array;
    const result = new Float64Array(steps * batch * classes);
    for (let n = 0; n < batch; n++) {
      const loss = this.#losses[n];
      if (this.zero_infinity && loss === Number.POSITIVE_INFINITY) continue;
      this.#backward(n, (t, label, sum) => {
        const log_prob = this.#at(t, n, label);
        const at = (t * batch + n) * classes + label;
        result[at] = (Math.exp(log_prob) - Math.exp(sum + loss - log_prob)) * scale[n];
      });
    }
    return new Tensor(this.#tensor(this.#shape, result));
  }

  #backward(n: number, give: (t: number, label: number, sum: number) => void): void {
    const path = this.#paths[n];
    const alpha = this.#alphas[n];
    const steps = this.input_lengths[n];
    const size = path.length;
    const classes = this.#shape[2];
    let after = new Float64Array(size).fill(NEGATIVE_INFINITY);
    for (let t = steps - 1; t >= 0; t--) {
      const beta = new Float64Array(size);
      for (let s = 0; s < size; s++) {
        let sum: number;
        if (t === steps - 1) sum = s >= size - 2 ? 0 : NEGATIVE_INFINITY;
        else {
          sum = after[s];
          if (s + 1 < size) sum = log_add(sum, after[s + 1]);
          if (s + 2 < size && this.#jumps(path, s + 2)) sum = log_add(sum, after[s + 2]);
        }
        beta[s] = sum + this.#at(t, n, path[s]);
      }
      const sums = new Float64Array(classes).fill(NEGATIVE_INFINITY);
      for (let s = 0; s < size; s++) sums[path[s]] = log_add(sums[path[s]], alpha[t * size + s] + beta[s]);
      for (let label = 0; label < classes; label++) give(t, label, sums[label]);
      after = beta;
    }
  }
}
