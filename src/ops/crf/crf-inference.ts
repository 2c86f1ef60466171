/**
 * @file Inference in linear-chain conditional random fields: partition function, marginals, best path.
 *
 * Plain loops in float64: for the tag sets of sequence labelling (tens of tags) they are far below the cost of dispatching an
 * operation per time step. Sums of exponentials are taken relative to their maxima; where even that underflows (transitions of
 * -10000 to forbid a pair), term by term.
 */

/** A chain's scores. */
export interface Chain {
  readonly tags: number;
  /** Score of beginning with a tag. */
  readonly start: ArrayLike<number>;
  /** Score of ending with a tag. */
  readonly end: ArrayLike<number>;
  /** Score of going from tag i to tag j, at i * tags + j. */
  readonly transitions: ArrayLike<number>;
}

/** Where a batch's numbers stand: element (t, b) of the emissions begins at (t * step + b * stride) * tags. */
export interface Batch {
  readonly emissions: ArrayLike<number>;
  readonly step: number;
  readonly stride: number;
  /** Steps of each sequence, at least 1. */
  readonly lengths: readonly number[];
}

/** exp(transitions - largest): a step's sums become products with it. */
export interface Weighed {
  readonly largest: number;
  readonly factors: Float64Array;
}

export function weigh(chain: Chain): Weighed {
  const { transitions, tags } = chain;
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < tags * tags; k++) if (transitions[k] > largest) largest = transitions[k];
  if (!Number.isFinite(largest)) largest = 0;
  const factors = new Float64Array(tags * tags);
  for (let k = 0; k < factors.length; k++) factors[k] = Math.exp(transitions[k] - largest);
  return { largest, factors };
}

const least_sum = 1e-250;

/** log Σ exp of `count` values that `at` gives. */
function log_sum_exp(count: number, at: (k: number) => number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) largest = Math.max(largest, at(k));
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let k = 0; k < count; k++) sum += Math.exp(at(k) - largest);
  return largest + Math.log(sum);
}

/**
 * The forward algorithm for sequence `b`.
 *
 * @param alphas Takes the log weights of all beginnings that end in a tag, (length, tags).
 * @returns The log of the partition function.
 */
export function forward_scores(
  chain: Chain,
  { largest, factors }: Weighed,
  { emissions, step, stride, lengths }: Batch,
  b: number,
  alphas: Float64Array,
): number {
  const { tags: n, start, end, transitions } = chain;
  const length = lengths[b];
  const first = b * stride * n;
  for (let j = 0; j < n; j++) alphas[j] = start[j] + emissions[first + j];
  const weights = new Float64Array(n);
  const sums = new Float64Array(n);
  for (let t = 1; t < length; t++) {
    const before = (t - 1) * n;
    const here = t * n;
    const score = (t * step + b * stride) * n;
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) if (alphas[before + i] > top) top = alphas[before + i];
    sums.fill(0);
    for (let i = 0; i < n; i++) {
      const weight = Math.exp(alphas[before + i] - top);
      weights[i] = weight;
      const row = i * n;
      for (let j = 0; j < n; j++) sums[j] += weight * factors[row + j];
    }
    for (let j = 0; j < n; j++) {
      alphas[here + j] =
        emissions[score + j] +
        (sums[j] > least_sum
          ? top + largest + Math.log(sums[j])
          : log_sum_exp(n, (i) => alphas[before + i] + transitions[i * n + j]));
    }
  }
  const last = (length - 1) * n;
  return log_sum_exp(n, (j) => alphas[last + j] + end[j]);
}

/** Expected counts, weighed and added up over a batch. */
export interface Counts {
  /** As the emissions. */
  readonly emissions: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly transitions: Float64Array;
}

/**
 * The backward algorithm for sequence `b`: adds `weight` times the probabilities of each tag at each step, and of each pair of
 * neighbouring tags, to `counts`.
 */
export function add_expected_counts(
  chain: Chain,
  { largest, factors }: Weighed,
  { emissions, step, stride, lengths }: Batch,
  b: number,
  alphas: Float64Array,
  partition: number,
  weight: number,
  counts: Counts,
): void {
  const { tags: n, end, transitions } = chain;
  const length = lengths[b];
  let beta = Float64Array.from({ length: n }, (_, j) => end[j]);
  let earlier = new Float64Array(n);
  const ahead = new Float64Array(n);
  const relative = new Float64Array(n);
  const pairs = new Float64Array(n * n);
  for (let t = length - 1; t >= 0; t--) {
    const here = t * n;
    const score = (t * step + b * stride) * n;
    for (let j = 0; j < n; j++) {
      const share = weight * Math.exp(alphas[here + j] + beta[j] - partition);
      counts.emissions[score + j] += share;
      if (t === 0) counts.start[j] += share;
      if (t === length - 1) counts.end[j] += share;
    }
    if (t === 0) break;
    const before = here - n;
    let top = Number.NEGATIVE_INFINITY;
    let top_before = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      ahead[j] = emissions[score + j] + beta[j];
      if (ahead[j] > top) top = ahead[j];
      if (alphas[before + j] > top_before) top_before = alphas[before + j];
    }
    for (let j = 0; j < n; j++) relative[j] = Math.exp(ahead[j] - top);
    const log_scale = top_before + top + largest - partition;
    // Where the best beginning and the best rest do not meet, the scale is huge and the products tiny: term by term then.
    const plain = log_scale < 200;
    const scale = weight * Math.exp(log_scale);
    for (let i = 0; i < n; i++) {
      const row = i * n;
      let sum = 0;
      for (let j = 0; j < n; j++) sum += factors[row + j] * relative[j];
      earlier[i] =
        sum > least_sum
          ? top + largest + Math.log(sum)
          : log_sum_exp(n, (j) => transitions[row + j] + ahead[j]);
      if (plain) {
        const share = scale * Math.exp(alphas[before + i] - top_before);
        for (let j = 0; j < n; j++) pairs[row + j] += share * relative[j];
      } else {
        for (let j = 0; j < n; j++) {
          counts.transitions[row + j] +=
            weight * Math.exp(alphas[before + i] + transitions[row + j] + ahead[j] - partition);
        }
      }
    }
    [beta, earlier] = [earlier, beta];
  }
  for (let k = 0; k < pairs.length; k++) counts.transitions[k] += pairs[k] * factors[k];
}

/** The score of one tag sequence, given as `tags[t * step + b * stride]`. */
export function path_score(chain: Chain, batch: Batch, b: number, tags: Int32Array): number {
  const { tags: n, start, end, transitions } = chain;
  const { emissions, step, stride, lengths } = batch;
  let at = b * stride;
  let score = start[tags[at]] + emissions[at * n + tags[at]];
  for (let t = 1; t < lengths[b]; t++) {
    const next = t * step + b * stride;
    score += transitions[tags[at] * n + tags[next]] + emissions[next * n + tags[next]];
    at = next;
  }
  return score + end[tags[at]];
}

/** Adds `weight` times what one tag sequence counts to `counts`. */
export function add_path_counts(
  chain: Chain,
  { step, stride, lengths }: Batch,
  b: number,
  tags: Int32Array,
  weight: number,
  counts: Counts,
): void {
  const n = chain.tags;
  let at = b * stride;
  counts.start[tags[at]] += weight;
  counts.emissions[at * n + tags[at]] += weight;
  for (let t = 1; t < lengths[b]; t++) {
    const next = t * step + b * stride;
    counts.transitions[tags[at] * n + tags[next]] += weight;
    counts.emissions[next * n + tags[next]] += weight;
    at = next;
  }
  counts.end[tags[at]] += weight;
}

/** The best tag sequence of sequence `b` and its score (Viterbi); of equal ones that with the lower tags last. */
export function best_path(
  chain: Chain,
  { emissions, step, stride, lengths }: Batch,
  b: number,
): { path: number[]; score: number } {
  const { tags: n, start, end, transitions } = chain;
  const length = lengths[b];
  let scores = Float64Array.from({ length: n }, (_, j) => start[j] + emissions[b * stride * n + j]);
  let next = new Float64Array(n);
  const from = new Int32Array(length * n);
  for (let t = 1; t < length; t++) {
    const score = (t * step + b * stride) * n;
    for (let j = 0; j < n; j++) {
      let best = 0;
      let top = scores[0] + transitions[j];
      for (let i = 1; i < n; i++) {
        const value = scores[i] + transitions[i * n + j];
        if (value > top) {
          top = value;
          best = i;
        }
      }
      next[j] = top + emissions[score + j];
      from[t * n + j] = best;
    }
    [scores, next] = [next, scores];
  }
  let tag = 0;
  for (let j = 1; j < n; j++) if (scores[j] + end[j] > scores[tag] + end[tag]) tag = j;
  const best_score = scores[tag] + end[tag];
  const path = new Array<number>(length);
  for (let t = length - 1; t >= 0; t--) {
    path[t] = tag;
    tag = from[t * n + tag];
  }
  return { path, score: best_score };
}
