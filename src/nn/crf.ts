/** @file `nn.CRF`: a linear-chain conditional random field over tag sequences, with the interface of pytorch-crf. */
import { is_options } from "../args";
import { from_data } from "../backend/engine";
import { type DType, float64, get_default_dtype } from "../dtype";
import { ValueError } from "../errors";
import { crf_decode, crf_log_likelihood, crf_marginals } from "../ops/crf/crf";
import type { ChainLayout, ChainTensors } from "../ops/crf/crf-tensors";
import { mul } from "../ops/pointwise/elementwise";
import { sum } from "../ops/reduction/reduce";
import { expect_tensor } from "../ops/value/convert";
import { default_generator, fill_uniform } from "../random";
import { numel, type Shape } from "../shape";
import { is_tensor, Tensor } from "../tensor";
import { bind_layer, type FactoryOptions } from "./factory";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** Keyword arguments of {@link CRF}. */
export interface CRFOptions extends FactoryOptions {
  /** Whether batches are (batch, time, ...) instead of (time, batch, ...). Default false. */
  batch_first?: boolean;
}

/** How the sequences' log likelihoods become one number: "token_mean" divides by the number of steps. */
export type CRFReduction = "none" | "sum" | "mean" | "token_mean";

/** Keyword arguments of a {@link CRF}'s call. */
export interface CRFForwardOptions {
  mask?: Tensor | null;
  reduction?: CRFReduction;
}

const reductions: readonly CRFReduction[] = ["none", "sum", "mean", "token_mean"];

function uniform(shape: Shape, dtype: DType): Tensor {
  const data = dtype === float64 ? new Float64Array(numel(shape)) : new Float32Array(numel(shape));
  return new Tensor(from_data(shape, dtype, fill_uniform(default_generator, data, -0.1, 0.1)));
}

/**
 * A conditional random field: scores whole tag sequences by emissions (what a network says of each step), by transitions from
 * tag to tag, and by scores for the first and the last tag; `exp(score)` over the sum of all sequences is the probability.
 *
 * Calling it gives the log likelihood: its negative is the loss. `decode` gives the best tags.
 *
 * @example
 * const crf = new nn.CRF(5, { batch_first: true });
 * const loss = crf(emissions, tags, mask).neg();  // emissions (batch, time, 5), tags and mask (batch, time)
 * const best = crf.decode(emissions, mask);       // number[][]
 */
export class CRF extends Module {
  readonly num_tags: number;
  readonly batch_first: boolean;
  /** Scores of the first tag, (num_tags). */
  start_transitions: Parameter;
  /** Scores of the last tag, (num_tags). */
  end_transitions: Parameter;
  /** Scores of going from tag i to tag j, at [i][j]. */
  transitions: Parameter;

  /**
   * @param num_tags Number of tags.
   * @param batch_first Whether batches are (batch, time, ...) instead of (time, batch, ...). Default false.
   * @throws ValueError for a number of tags below 1.
   */
  constructor(num_tags: number, batch_first?: boolean | CRFOptions, options?: FactoryOptions);
  constructor(...args: unknown[]) {
    super();
    const given = bind_layer<CRFOptions & { num_tags: number }>(
      "CRF",
      ["num_tags"],
      ["batch_first", "device", "dtype"],
      args,
    );
    const num_tags = given.num_tags as number;
    if (!Number.isInteger(num_tags) || num_tags <= 0) {
      throw new ValueError(`invalid number of tags: ${String(num_tags)}`);
    }
    this.num_tags = num_tags;
    this.batch_first = given.batch_first ?? false;
    const dtype = given.dtype ?? get_default_dtype();
    this.start_transitions = new Parameter(uniform([num_tags], dtype));
    this.end_transitions = new Parameter(uniform([num_tags], dtype));
    this.transitions = new Parameter(uniform([num_tags, num_tags], dtype));
  }

  /** Draws all parameters anew from U(-0.1, 0.1). */
  reset_parameters(): void {
    for (const parameter of [this.start_transitions, this.end_transitions, this.transitions]) {
      parameter.data = uniform(parameter.shape, parameter.dtype);
    }
  }

  override extra_repr(): string {
    return `num_tags=${this.num_tags}`;
  }

  /**
   * The log likelihood of tag sequences.
   *
   * @param emissions Scores (time, batch, num_tags), with `batch_first` (batch, time, num_tags).
   * @param tags Tags as integers, (time, batch) or (batch, time). Behind a sequence's end they may be anything.
   * @param mask True or 1 within the sequences, in the shape of `tags`: on at the first step, then off for good after the end.
   * All on where it is left out.
   * @param reduction "sum" (the default), "mean" over sequences, "token_mean" over steps, or "none" for one per sequence.
   * @throws ValueError for shapes that do not fit, masks with gaps, tags out of range.
   */
  override forward(
    emissions: Tensor,
    tags: Tensor,
    mask?: Tensor | null | CRFForwardOptions,
    reduction?: CRFReduction | CRFForwardOptions,
  ): Tensor {
    const options = is_options(mask) ? mask : is_options(reduction) ? reduction : {};
    const given_mask = is_tensor(mask) ? mask : ((options.mask as Tensor | null | undefined) ?? null);
    const how = typeof reduction === "string" ? reduction : ((options.reduction as CRFReduction) ?? "sum");
    if (!reductions.includes(how)) throw new ValueError(`invalid reduction: ${String(how)}`);
    const layout = this._layout(emissions, given_mask);
    this._check_tags(emissions, tags);
    const likelihood = crf_log_likelihood(emissions, tags, this._chain(), layout);
    if (how === "none") return likelihood;
    const total = sum(likelihood);
    if (how === "sum") return total;
    const count = how === "mean" ? layout.lengths.length : layout.lengths.reduce((a, b) => a + b, 0);
    return mul(total, 1 / count);
  }

  /**
   * The most likely tags of each sequence (Viterbi), without padding.
   *
   * @param emissions As for the call.
   * @param mask As for the call.
   */
  decode(emissions: Tensor, mask?: Tensor | null | { mask?: Tensor | null }): number[][] {
    return this.viterbi_decode(emissions, mask)[0];
  }

  /** {@link decode}, and the scores of the sequences that it gives. */
  viterbi_decode(emissions: Tensor, mask?: Tensor | null | { mask?: Tensor | null }): [number[][], number[]] {
    const layout = this._layout(emissions, plain_mask(mask));
    const { paths, scores } = crf_decode(emissions, this._chain(), layout);
    return [paths, scores];
  }

  /**
   * The probability of each tag at each step, shaped as the emissions; zeros behind the ends. Without gradient.
   *
   * @param emissions As for the call.
   * @param mask As for the call.
   */
  marginals(emissions: Tensor, mask?: Tensor | null | { mask?: Tensor | null }): Tensor {
    return crf_marginals(emissions, this._chain(), this._layout(emissions, plain_mask(mask)));
  }

  /** @internal */
  _chain(): ChainTensors {
    return { start: this.start_transitions, end: this.end_transitions, transitions: this.transitions };
  }

  /** @internal Checks emissions and mask, and reads the lengths. */
  _layout(emissions: Tensor, mask: Tensor | null): ChainLayout {
    expect_tensor("CRF", emissions, "emissions");
    if (emissions.ndim !== 3) {
      throw new ValueError(`emissions must have dimension of 3, got ${emissions.ndim}`);
    }
    if (emissions.shape[2] !== this.num_tags) {
      throw new ValueError(
        `expected last dimension of emissions is ${this.num_tags}, got ${emissions.shape[2]}`,
      );
    }
    if (emissions.dtype !== this.transitions.dtype) {
      throw new ValueError(
        `emissions are ${emissions.dtype}, but the CRF's parameters are ${this.transitions.dtype}: convert one of them`,
      );
    }
    const { batch_first } = this;
    const [batch, time] = batch_first ? emissions.shape : [emissions.shape[1], emissions.shape[0]];
    if (time === 0) throw new ValueError("emissions must have at least one time step");
    const lengths =
      mask === null ? new Array<number>(batch).fill(time) : this._lengths(emissions, mask, batch, time);
    return { batch_first, lengths };
  }

  /** @internal */
  _lengths(emissions: Tensor, mask: Tensor, batch: number, time: number): number[] {
    expect_tensor("CRF", mask, "mask");
    this._same_leading("mask", emissions, mask);
    const on = mask.typed_array();
    const lengths: number[] = [];
    for (let b = 0; b < batch; b++) {
      const is_on = (t: number): boolean => Number(on[this.batch_first ? b * time + t : t * batch + b]) !== 0;
      if (!is_on(0)) throw new ValueError("mask of the first timestep must all be on");
      let length = 1;
      while (length < time && is_on(length)) length++;
      for (let t = length; t < time; t++) {
        if (is_on(t)) {
          throw new ValueError(
            `mask must be on without gaps from the first time step: sequence ${b} is off at step ${length} and on at step ${t}`,
          );
        }
      }
      lengths.push(length);
    }
    return lengths;
  }

  /** @internal */
  _check_tags(emissions: Tensor, tags: Tensor): void {
    expect_tensor("CRF", tags, "tags");
    this._same_leading("tags", emissions, tags);
    if (tags.dtype.category !== 1) throw new ValueError(`tags must be integers, got ${tags.dtype}`);
  }

  /** @internal */
  _same_leading(name: string, emissions: Tensor, other: Tensor): void {
    if (other.ndim !== 2 || other.shape[0] !== emissions.shape[0] || other.shape[1] !== emissions.shape[1]) {
      throw new ValueError(
        `the first two dimensions of emissions and ${name} must match, got (${emissions.shape.slice(0, 2).join(", ")}) and ` +
          `(${other.shape.join(", ")})`,
      );
    }
  }
}

function plain_mask(mask: Tensor | null | undefined | { mask?: Tensor | null }): Tensor | null {
  if (mask === null || mask === undefined || is_tensor(mask)) return mask ?? null;
  return is_options(mask) ? ((mask.mask as Tensor | null | undefined) ?? null) : (mask as Tensor);
}
