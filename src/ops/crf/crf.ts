/** @file The log likelihood of tag sequences in a linear-chain conditional random field, as one recorded operation. */
import { record, wants_grad } from "../../autograd/tape";
import { from_data, read } from "../../backend/engine";
import { native_ops } from "../../backend/native-ops";
import { type DType, float64 } from "../../dtype";
import { NotImplementedError, ValueError } from "../../errors";
import { Tensor } from "../../tensor";
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
import {
  type NativeCrf,
  native_best,
  native_gradients,
  native_likelihoods,
  native_marginals,
} from "./crf-native";
import type { ChainLayout, ChainTensors } from "./crf-tensors";

interface Attrs {
  readonly layout: ChainLayout;
  /** What the native ops saved; null where they are off. */
  readonly native: NativeCrf | null;
  readonly tags: Int32Array;
  readonly alphas: readonly Float64Array[];
  readonly partitions: readonly number[];
}

const no_tags = new Int32Array(0);

/** Tags as numbers. @throws ValueError for one out of range within a sequence */
function tag_numbers(tags: Tensor, { batch_first, lengths }: ChainLayout, count: number): Int32Array {
  const numbers = Float64Array.from(tags.typed_array() as Int32Array, Number);
  const [batch, time] = batch_first ? tags.shape : [tags.shape[1], tags.shape[0]];
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < lengths[b]; t++) {
      const tag = numbers[batch_first ? b * time + t : t * batch + b];
      if (tag < 0 || tag >= count) {
        throw new ValueError(
          `tag ${tag} of sequence ${b} at time step ${t} is out of range: there are ${count} tags, 0 to ${count - 1}`,
        );
      }
    }
  }
  return Int32Array.from(numbers);
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
 * @param given Tags at each step, whole numbers in the layout of the emissions; those behind a sequence's end are not looked at.
 * @throws ValueError for tags out of range.
 */
export function crf_log_likelihood(
  emissions: Tensor,
  given: Tensor,
  parameters: ChainTensors,
  layout: ChainLayout,
): Tensor {
  const { start, end, transitions } = parameters;
  const inputs = [emissions, start, end, transitions];
  if (native_ops()) {
    let native: NativeCrf;
    try {
      native = native_likelihoods(emissions, given, parameters, layout);
    } catch (error) {
      tag_numbers(given, layout, start.shape[0]); // knows which one is out of range
      throw error;
    }
    const attrs: Attrs = { layout, native, tags: no_tags, alphas: [], partitions: [] };
    return record("crf", native.likelihoods, inputs, inputs, attrs);
  }
  const chain = chain_of(parameters);
  const batch = batch_of(emissions, layout);
  const tags = tag_numbers(given, layout, chain.tags);
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
  const attrs: Attrs = { layout, native: null, tags, alphas, partitions };
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
  const { layout, native, tags, alphas, partitions } = given as Attrs;
  const [emissions, start, end, transitions] = saved;
  if (native !== null) {
    const chain = { start, end, transitions };
    const handles = native_gradients(emissions, chain, layout, native, grad.handle);
    return handles.map((handle) => new Tensor(handle));
  }
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
  if (native_ops()) return new Tensor(native_marginals(emissions, parameters, layout));
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
  if (native_ops()) return native_best(emissions, parameters, layout);
  const chain = chain_of(parameters);
  const batch = batch_of(emissions, layout);
  const best = batch.lengths.map((_, b) => best_path(chain, batch, b));
  return { paths: best.map(({ path }) => path), scores: best.map(({ score }) => score) };
}
