/** @file The adaptive softmax for large vocabularies (Grave et al., arXiv:1609.04309). */
import { RuntimeError, ValueError } from "../errors";
import { cat } from "../ops/shape/join";
import { zeros } from "../ops/value/create";
import { range, size_text } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer, type FactoryOptions } from "./factory";
import { Linear } from "./linear";
import { Module } from "./module";
import { ModuleList } from "./module-list";
import { Sequential } from "./sequential";

/** Keyword arguments of {@link AdaptiveLogSoftmaxWithLoss}. */
export interface AdaptiveSoftmaxOptions extends FactoryOptions {
  /** How much smaller each cluster's inner size is than that of the one before. Default: 4. */
  div_value?: number;
  /** Whether the frequent classes' layer has a bias. Default: false. */
  head_bias?: boolean;
}

interface Args extends AdaptiveSoftmaxOptions {
  in_features: number;
  n_classes: number;
  cutoffs: readonly number[];
}

/** `[output, loss]`, by name too. */
export type AdaptiveSoftmaxResult = [output: Tensor, loss: Tensor] & {
  readonly output: Tensor;
  readonly loss: Tensor;
};

/**
 * The logarithm of the softmax over many classes, sorted by frequency and cut into clusters of which the rare ones are smaller
 * inside; with the loss of the targets.
 *
 * @param cutoffs Increasing numbers of classes at which a new cluster begins.
 *
 * Called with inputs (N, in_features) and targets (N): gives the targets' log probabilities (N) and their mean's negative.
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  in_features: number;
  n_classes: number;
  cutoffs: number[];
  div_value: number;
  head_bias: boolean;
  shortlist_size: number;
  n_clusters: number;
  head_size: number;
  head: Linear;
  tail: ModuleList;

  constructor(
    in_features: number,
    n_classes: number,
    cutoffs: readonly number[],
    options?: AdaptiveSoftmaxOptions,
  );
  constructor(
    in_features: number,
    n_classes: number,
    cutoffs: readonly number[],
    div_value: number,
    head_bias?: boolean | AdaptiveSoftmaxOptions,
  );
  constructor(options: Args);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<Args>(
      "AdaptiveLogSoftmaxWithLoss",
      ["in_features", "n_classes", "cutoffs"],
      ["div_value", "head_bias", "device", "dtype"],
      args,
    );
    const cutoffs = [...(bound.cutoffs as readonly number[])];
    const n_classes = bound.n_classes as number;
    if (cutoffs.length === 0) throw new ValueError("cutoffs should be a sequence of length larger than 0");
    const increasing = cutoffs.every((cutoff, i) => i === 0 || cutoff > cutoffs[i - 1]);
    const whole = cutoffs.every((cutoff) => Number.isInteger(cutoff));
    if (!increasing || !whole || cutoffs[0] <= 0 || cutoffs[cutoffs.length - 1] > n_classes - 1) {
      throw new ValueError(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and " +
          "n_classes-1",
      );
    }
    const factory = { dtype: bound.dtype };
    this.in_features = bound.in_features as number;
    this.n_classes = n_classes;
    this.cutoffs = [...cutoffs, n_classes];
    this.div_value = bound.div_value ?? 4;
    this.head_bias = bound.head_bias ?? false;
    this.shortlist_size = cutoffs[0];
    this.n_clusters = this.cutoffs.length - 1;
    this.head_size = this.shortlist_size + this.n_clusters;
    this.head = new Linear(this.in_features, this.head_size, { bias: this.head_bias, ...factory });
    this.tail = new ModuleList();
    for (const i of range(this.n_clusters)) {
      const inner = Math.floor(this.in_features / this.div_value ** (i + 1));
      const outer = this.cutoffs[i + 1] - this.cutoffs[i];
      this.tail.append(
        new Sequential(
          new Linear(this.in_features, inner, { bias: false, ...factory }),
          new Linear(inner, outer, { bias: false, ...factory }),
        ),
      );
    }
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    for (const module of this.modules()) if (module instanceof Linear) module.reset_parameters();
  }

  /** @internal What a cluster's layers give. */
  _cluster(i: number, input: Tensor): Tensor {
    return (this.tail[i] as unknown as (input: Tensor) => Tensor)(input);
  }

  override forward(input: Tensor, target: Tensor): AdaptiveSoftmaxResult {
    const alone = target.ndim === 0;
    if (target.ndim > 1) {
      throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
    }
    if (input.ndim !== target.ndim + 1) {
      throw new RuntimeError(
        alone
          ? `0D target tensor expects 1D input tensors, but found inputs with sizes ${size_text(input.shape)}`
          : `1D target tensor expects 2D input tensors, but found inputs with sizes ${size_text(input.shape)}`,
      );
    }
    const rows = alone ? input.unsqueeze(0) : input;
    const classes = Array.from((alone ? target.unsqueeze(0) : target).typed_array() as Int32Array, Number);
    if (rows.shape[0] !== classes.length) {
      throw new RuntimeError("Input and target should have the same size in the batch dimension.");
    }
    for (const label of classes) {
      if (!(label >= 0 && label < this.n_classes)) {
        throw new RuntimeError(
          `Target values should be in [0, ${this.n_classes - 1}], but values in range [${Math.min(...classes)}, ${Math.max(...classes)}] were found. `,
        );
      }
    }
    const head = this.head(rows).log_softmax(1);
    const picks = classes.map((label) => {
      const cluster = this.cutoffs.findIndex((cutoff) => label < cutoff);
      return cluster === 0 ? label : this.shortlist_size + cluster - 1;
    });
    const index = (values: readonly number[]): Tensor => rows.new_tensor([...values]).long();
    let output = head.gather(1, index(picks).unsqueeze(1)).squeeze(1);
    for (const i of range(this.n_clusters)) {
      const from = this.cutoffs[i];
      const members = [...classes.keys()].filter(
        (n) => classes[n] >= from && classes[n] < this.cutoffs[i + 1],
      );
      if (members.length === 0) continue;
      const at = index(members);
      const inner = this._cluster(i, rows.index_select(0, at)).log_softmax(1);
      const found = inner.gather(1, index(members.map((n) => classes[n] - from)).unsqueeze(1)).squeeze(1);
      output = output.add(zeros([classes.length], { dtype: found.dtype }).index_add(0, at, found));
    }
    const loss = output.neg().mean();
    const result = [alone ? output.squeeze(0) : output, loss] as unknown as AdaptiveSoftmaxResult;
    Object.defineProperty(result, "output", { value: result[0] });
    Object.defineProperty(result, "loss", { value: result[1] });
    return result;
  }

  /** Log probabilities of all classes: (N, in_features) to (N, n_classes). */
  log_prob(input: Tensor): Tensor {
    const head = this.head(input).log_softmax(1);
    const parts = [head.narrow(1, 0, this.shortlist_size)];
    for (const i of range(this.n_clusters)) {
      const inner = this._cluster(i, input).log_softmax(1);
      parts.push(inner.add(head.narrow(1, this.shortlist_size + i, 1)));
    }
    return cat(parts, 1);
  }

  /** The most probable class of each row. */
  predict(input: Tensor): Tensor {
    return this.log_prob(input).argmax(1);
  }
}
