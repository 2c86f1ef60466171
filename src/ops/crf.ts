/** @file The log likelihood of tag sequences in a linear-chain conditional random field, as one recorded operation. */
import { record, wants_grad } from "../autograd/tape";
import { from_data, read } from "../backend/engine";
import { type DType, float64 } from "../dtype";
import { NotImplementedError } from "../errors";
import { Tensor } from "../tensor";
import {
  add_expected_counts,
  add_path_counts,
  type Batch,
  best_path,
  type Chain,
  type Counts,
  forward_scores,
  path_score,
  weigh,
} from "./crf-inference";

/** The chain's parameters. */
export interface ChainTensors {
  /** (tags) */
  readonly start: Tensor;
  /** (tags) */
  readonly end: Tensor;
  /** (tags, tags), from row to column. */
  readonly transitions: Tensor;
}

/** How emissions lie, and how long each sequence is. */
export interface ChainLayout {
  /** Whether emissions are (batch, time, tags) instead of (time, batch, tags). */
  readonly batch_first: boolean;
  /** Steps of each sequence, at least 1. */
  readonly lengths: readonly number[];
}

interface Attrs {
  readonly layout: ChainLayout;
  readonly tags: Int32Array;
  readonly alphas: readonly Float64Array[];
  readonly partitions: readonly number[];
}

function chain_of({ start, end, transitions }: ChainTensors): Chain {
  return {
    tags: start.shape[0],
    start: read(start.handle) as Float64Array,
    end: read(end.handle) as Float64Array,
    transitions: read(transitions.handle) as Float64Array,
  };
}

function batch_of(emissions: Tensor, { batch_first, lengths }: ChainLayout): Batch {
  const [outer, inner] = emissions.shape;
  return {
    emissions: read(emissions.handle) as Float64Array,
    step: batch_first ? 1 : inner,
    stride: batch_first ? inner : 1,
    lengths: lengths.slice(0, batch_first ? outer : inner),
  };
}

function from_numbers(
  shape: readonly number[],
  dtype: DType,
  values: Float64Array | readonly number[],
): Tensor {
  const data = dtype === float64 ? Float64Array.from(values) : Float32Array.from(values);
  return new Tensor(from_data(shape, dtype, data));
}

/**
 * log p(tags | emissions) of each sequence, (batch): its score less the log of the sum over all tag sequences.
 *
 * @param emissions Scores of the tags at each step, see {@link ChainLayout}.
 * @param tags Tags at each step in the layout of the emissions; those behind a sequence's end are not looked at.
 */
export function crf_log_likelihood(
  emissions: Tensor,
  tags: Int32Array,
  parameters: ChainTensors,
  layout: ChainLayout,
): Tensor {
  const { start, end, transitions } = parameters;
  const inputs = [emissions, start, end, transitions];
  const chain = chain_of(parameters);
  const batch = batch_of(emissions, layout);
  const weighed = weigh(chain);
  const keep = wants_grad(inputs);
  const alphas: Float64Array[] = [];
  const partitions: number[] = [];
  const likelihoods = batch.lengths.map((length, b) => {
    const scores = new Float64Array(length * chain.tags);
    const partition = forward_scores(chain, weighed, batch, b, scores);
    if (keep) {
      alphas.push(scores);
      partitions.push(partition);
    }
    return path_score(chain, batch, b, tags) - partition;
  });
  const attrs: Attrs = { layout, tags, alphas, partitions };
  const output = from_numbers([likelihoods.length], emissions.dtype, likelihoods);
  return record("crf", output.handle, inputs, inputs, attrs);
}

function no_counts(emissions: number, tags: number): Counts {
  return {
    emissions: new Float64Array(emissions),
    start: new Float64Array(tags),
    end: new Float64Array(tags),
    transitions: new Float64Array(tags * tags),
  };
}

/** Gradients of {@link crf_log_likelihood}: what the tags count less what all tag sequences count on average. */
export function crf_backward(grad: Tensor, saved: readonly Tensor[], given: unknown): Tensor[] {
  const { layout, tags, alphas, partitions } = given as Attrs;
  const [emissions, start, end, transitions] = saved;
  const chain = chain_of({ start, end, transitions });
  const batch = batch_of(emissions, layout);
  const weighed = weigh(chain);
  const counts = no_counts(emissions.numel(), chain.tags);
  const weights = read(grad.handle) as Float64Array;
  for (let b = 0; b < batch.lengths.length; b++) {
    if (weights[b] === 0) continue;
    add_expected_counts(chain, weighed, batch, b, alphas[b], partitions[b], -weights[b], counts);
    add_path_counts(chain, batch, b, tags, weights[b], counts);
  }
  return [
    from_numbers(emissions.shape, emissions.dtype, counts.emissions),
    from_numbers(start.shape, start.dtype, counts.start),
    from_numbers(end.shape, end.dtype, counts.end),
    from_numbers(transitions.shape, transitions.dtype, counts.transitions),
  ];
}

/** Refuses gradients of gradients. @throws NotImplementedError always */
export function refuse_crf_double_backward(): never {
  throw new NotImplementedError("gradients of gradients do not go through the CRF's log likelihood here");
}

/** The probability of each tag at each step, in the layout of the emissions; zeros behind the sequences' ends. No gradient. */
export function crf_marginals(emissions: Tensor, parameters: ChainTensors, layout: ChainLayout): Tensor {
  const chain = chain_of(parameters);
  const batch = batch_of(emissions, layout);
  const weighed = weigh(chain);
  const counts = no_counts(emissions.numel(), chain.tags);
  batch.lengths.forEach((length, b) => {
    const alphas = new Float64Array(length * chain.tags);
    const partition = forward_scores(chain, weighed, batch, b, alphas);
    add_expected_counts(chain, weighed, batch, b, alphas, partition, 1, counts);
  });
  return from_numbers(emissions.shape, emissions.dtype, counts.emissions);
}

/** The best tag sequence of each sequence, and their scores. No gradient. */
export function crf_decode(
  emissions: Tensor,
  parameters: ChainTensors,
  layout: ChainLayout,
): { paths: number[][]; scores: number[] } {
  const chain = chain_of(parameters);
  const batch = batch_of(emissions, layout);
  const best = batch.lengths.map((_, b) => best_path(chain, batch, b));
  return { paths: best.map(({ path }) => path), scores: best.map(({ score }) => score) };
}
