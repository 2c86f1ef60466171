/** @file The conditional random field by our own TensorFlow ops (`backend/native/crf.cc`). `TORCHBOOK_NATIVE=0` turns them off. */
import { attr, execute, execute_many, from_data, ints, read, release, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { int32, int64 } from "../../dtype";
import { Tensor } from "../../tensor";
import type { ChainLayout, ChainTensors } from "./crf-tensors";

/** What the way back needs of the way forward. */
export interface NativeCrf {
  readonly likelihoods: Handle;
  readonly tags: Handle;
  readonly alphas: Handle;
  readonly partitions: Handle;
  readonly lengths: Handle;
}

function lengths_of(emissions: Tensor, { batch_first, lengths }: ChainLayout): Handle {
  const count = emissions.shape[batch_first ? 0 : 1];
  return from_data([count], int32, Int32Array.from(lengths.slice(0, count)));
}

function scores({ start, end, transitions }: ChainTensors): Handle[] {
  return [start.handle, end.handle, transitions.handle];
}

function attrs_of({ batch_first }: ChainLayout): readonly ReturnType<typeof attr.bool>[] {
  return [attr.bool("batch_first", batch_first)];
}

/** Log likelihoods of `tags`, whole numbers in the layout of the emissions. @throws RuntimeError for tags out of range */
export function native_likelihoods(
  emissions: Tensor,
  tags: Tensor,
  parameters: ChainTensors,
  layout: ChainLayout,
): NativeCrf {
  const numbers =
    tags.dtype === int64 ? tags.handle : execute("Cast", [tags.handle], [attr.type("DstT", int64)]);
  const lengths = lengths_of(emissions, layout);
  const [likelihoods, alphas, partitions] = execute_many(
    "TorchbookCrf",
    [emissions.handle, ...scores(parameters), lengths, numbers],
    attrs_of(layout),
    3,
  );
  return { likelihoods, tags: numbers, alphas, partitions, lengths };
}

/** Gradients of emissions, start, end and transitions; `weights` are those of the likelihoods. */
export function native_gradients(
  emissions: Tensor,
  parameters: ChainTensors,
  layout: ChainLayout,
  { tags, alphas, partitions, lengths }: NativeCrf,
  weights: Handle,
): Handle[] {
  return execute_many(
    "TorchbookCrfGrad",
    [emissions.handle, ...scores(parameters), lengths, tags, alphas, partitions, weights],
    attrs_of(layout),
    4,
  );
}

/** Probabilities of each tag at each step. */
export function native_marginals(emissions: Tensor, parameters: ChainTensors, layout: ChainLayout): Handle {
  const shape = emissions.shape.slice(0, 2);
  const any = new Tensor(execute("Fill", [ints(shape), scalar(0n, int64)]));
  const forward = native_likelihoods(emissions, any, parameters, layout);
  const count = emissions.shape[layout.batch_first ? 0 : 1];
  const minus_one = execute("Fill", [ints([count]), scalar(-1, emissions.dtype)]);
  const none = { ...forward, tags: from_data([0], int64, new BigInt64Array(0)) };
  const [marginals, ...others] = native_gradients(emissions, parameters, layout, none, minus_one);
  for (const handle of [...others, forward.alphas, forward.likelihoods, forward.partitions]) release(handle);
  return marginals;
}

/** The best tags of each sequence, and their scores. */
export function native_best(
  emissions: Tensor,
  parameters: ChainTensors,
  layout: ChainLayout,
): { paths: number[][]; scores: number[] } {
  const lengths = lengths_of(emissions, layout);
  const [tags, totals] = execute_many(
    "TorchbookCrfBest",
    [emissions.handle, ...scores(parameters), lengths],
    attrs_of(layout),
    2,
  );
  const all = read(tags) as Int32Array;
  let at = 0;
  const paths = Array.from(read(lengths) as Int32Array, (length) => {
    at += length;
    return Array.from(all.subarray(at - length, at));
  });
  return { paths, scores: Array.from(read(totals) as Float64Array) };
}
