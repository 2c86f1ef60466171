/**
 * @file One layer of a recurrent network as one recorded operation: all time steps, both directions, packed batches.
 *
 * The time loop runs in raw handles and its way back is written by hand, so that the tape sees one node and not one per step.
 */
import { record_many, wants_grad } from "../../autograd/tape";
import type { Handle } from "../../backend/handle";
import { NotImplementedError, RuntimeError } from "../../errors";
import { Tensor } from "../../tensor";
import { gru_backward, gru_forward } from "./recurrent-gru";
import type { LayerResult, Layout } from "./recurrent-layer";
import { lstm_backward, lstm_forward } from "./recurrent-lstm";
import { is_native, native_layer } from "./recurrent-native";
import { add, concat, release_all, reshape, split, stack, swap, unstack, zeros } from "./recurrent-raw";
import { rnn_backward, rnn_forward } from "./recurrent-rnn";
import type {
  Direction,
  DirectionGrads,
  Needs,
  Pass,
  PassGrads,
  RecurrentMode,
  Run,
  Weights,
} from "./recurrent-steps";

export type { RecurrentMode, Weights } from "./recurrent-steps";

/** What the way back knows beside tensors. */
interface Attrs {
  readonly mode: RecurrentMode;
  readonly sizes: readonly number[];
  readonly batch_first: boolean;
  readonly packed: boolean;
  readonly has_h0: boolean;
  readonly has_c0: boolean;
  /** Which of the five weights each direction has. */
  readonly present: readonly (readonly boolean[])[];
  /** How many tensors each direction saved. */
  readonly saved_each: number;
  readonly input_shape: readonly number[];
}

const weight_names = ["w_ih", "w_hh", "b_ih", "b_hh", "w_hr"] as const;

function map_weights<A, B>(weights: Weights<A>, map: (weight: A) => B): Weights<B> {
  const or_null = (weight: A | null): B | null => (weight === null ? null : map(weight));
  return {
    w_ih: map(weights.w_ih),
    w_hh: map(weights.w_hh),
    b_ih: or_null(weights.b_ih),
    b_hh: or_null(weights.b_hh),
    w_hr: or_null(weights.w_hr),
  };
}

function check_dtypes(input: Tensor, states: readonly (Tensor | null)[], weights: Weights<Tensor>): void {
  const differ = (other: string, tensor: Tensor): RuntimeError =>
    new RuntimeError(
      `Input and ${other} tensors are not the same dtype, found input tensor with ${input.dtype.scalar_type} and ` +
        `${other} tensor with ${tensor.dtype.scalar_type}`,
    );
  if (weights.w_ih.dtype !== input.dtype) throw differ("parameter", weights.w_ih);
  for (const state of states)
    if (state !== null && state.dtype !== input.dtype) throw differ("hidden", state);
}

/**
 * Runs one layer over all time steps.
 *
 * @param input (time, batch, features), (batch, time, features) or packed (rows, features); see {@link Layout}.
 * @param h0 Initial hidden states (directions, batch, hidden or projected), null for zeros.
 * @param c0 LSTM's initial cells (directions, batch, hidden), null for zeros.
 * @param weights One set, or two: the second runs from the end of the sequences to their beginning.
 * @throws RuntimeError for dtypes that differ. Shapes are the caller's to check.
 */
export function recurrent_layer(
  mode: RecurrentMode,
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  weights: readonly Weights<Tensor>[],
  { batch_first, batch_sizes }: Layout,
): LayerResult {
  check_dtypes(input, [h0, c0], weights[0]);
  if (is_native(input, weights))
    return native_layer(mode, input, h0, c0, weights, { batch_first, batch_sizes });
  const packed = batch_sizes !== null;
  const shape = input.shape;
  const time = packed ? batch_sizes.length : shape[batch_first ? 1 : 0];
  const batch = packed ? batch_sizes[0] : shape[batch_first ? 0 : 1];
  const sizes = packed ? batch_sizes : new Array<number>(time).fill(batch);

  const listed = weights.map((set) => weight_names.map((name) => set[name]));
  const flat = listed.flat().filter((weight): weight is Tensor => weight !== null);
  const inputs = [input, ...(h0 === null ? [] : [h0]), ...(c0 === null ? [] : [c0]), ...flat];
  const save = wants_grad(inputs);

  const x = to_rows(input.handle, packed, batch_first);
  const width = weights[0].w_hh.shape[1];
  const cell_width = weights[0].w_hh.shape[0] / 4;
  const states = initial_states(h0, weights.length, [batch, width], input);
  const cells = mode === "lstm" ? initial_states(c0, weights.length, [batch, cell_width], input) : null;
  const passes = weights.map((set, i) =>
    forward(
      mode,
      {
        x,
        sizes,
        reverse: i === 1,
        h0: states[i],
        c0: cells === null ? null : cells[i],
        weights: map_weights(set, (weight) => weight.handle),
      },
      save,
    ),
  );
  release_all([...states, ...(cells ?? [])]);

  const handles = [
    from_rows(
      passes.map((pass) => pass.output),
      sizes,
      packed,
      batch_first,
    ),
    stack_states(passes.map((pass) => pass.hn)),
  ];
  if (mode === "lstm") handles.push(stack_states(passes.map((pass) => pass.cn as Handle)));
  const kept = passes.flatMap((pass) => pass.saved);
  // The rows of an unsaved direction's output have been copied; a plain layer saves its output.
  for (const pass of passes) if (!pass.saved.includes(pass.output)) release_all([pass.output]);
  const attrs: Attrs = {
    mode,
    sizes,
    batch_first,
    packed,
    has_h0: h0 !== null,
    has_c0: c0 !== null,
    present: listed.map((set) => set.map((weight) => weight !== null)),
    saved_each: passes[0].saved.length,
    input_shape: shape,
  };
  const [output, hn, cn] = record_many(
    "recurrent",
    handles,
    inputs,
    () => [new Tensor(x), ...flat, ...kept.map((handle) => new Tensor(handle))],
    attrs,
  );
  if (!save) release_all([x]);
  return { output, hn, cn: cn ?? null };
}

/** All steps' rows under one another, in a handle of its own. */
function to_rows(handle: Handle, packed: boolean, batch_first: boolean): Handle {
  const features = handle.shape[handle.shape.length - 1];
  if (packed || !batch_first)
    return reshape(handle, [packed ? handle.shape[0] : count(handle.shape), features]);
  const swapped = swap(handle);
  const flat = reshape(swapped, [count(handle.shape), features]);
  release_all([swapped]);
  return flat;
}

function count(shape: readonly number[]): number {
  return shape[0] * shape[1];
}

/** The directions' rows side by side, in the layer's layout. */
function from_rows(
  parts: readonly Handle[],
  sizes: readonly number[],
  packed: boolean,
  batch_first: boolean,
): Handle {
  const joined = concat(parts, 1);
  if (packed) return joined;
  const timed = reshape(joined, [sizes.length, sizes[0], joined.shape[1]]);
  release_all([joined]);
  if (!batch_first) return timed;
  const swapped = swap(timed);
  release_all([timed]);
  return swapped;
}

/** One state per direction, in handles of their own. */
function initial_states(
  given: Tensor | null,
  directions: number,
  shape: readonly number[],
  input: Tensor,
): Handle[] {
  if (given !== null) return unstack(given.handle);
  return Array.from({ length: directions }, () => zeros(shape, input.dtype));
}

/** One handle of the directions' states, which it frees. */
function stack_states(states: readonly Handle[]): Handle {
  const stacked = stack(states, 0);
  release_all(states);
  return stacked;
}

function forward(mode: RecurrentMode, direction: Direction, save: boolean): Pass {
  if (mode === "lstm") return lstm_forward(direction, save);
  if (mode === "gru") return gru_forward(direction, save);
  return rnn_forward(direction, save, mode === "rnn_relu");
}

function backward(
  mode: RecurrentMode,
  run: Run,
  saved: readonly Handle[],
  grads: PassGrads,
  needs: Needs,
): DirectionGrads {
  if (mode === "lstm") return lstm_backward(run, saved, grads, needs);
  if (mode === "gru") return gru_backward(run, saved, grads, needs);
  return rnn_backward(run, saved, grads, needs, mode === "rnn_relu");
}

/**
 * Gradients of {@link recurrent_layer}'s inputs, in their order, from those of its results.
 *
 * @param saved The packed rows of the input, the weights, and what each direction saved.
 * @param needs Which inputs want a gradient.
 */
export function recurrent_layer_backward(
  grads: readonly (Tensor | null)[],
  saved: readonly Tensor[],
  needs: readonly boolean[],
  given: unknown,
): (Tensor | null)[] {
  const attrs = given as Attrs;
  const { mode, sizes, packed, batch_first, present } = attrs;
  const directions = present.length;
  const x = saved[0].handle;
  let at = 1;
  const sets = present.map((has) => {
    const [w_ih, w_hh, b_ih, b_hh, w_hr] = has.map((there) => (there ? saved[at++].handle : null));
    return { w_ih, w_hh, b_ih, b_hh, w_hr } as Weights<Handle>;
  });
  const first_weight = 1 + Number(attrs.has_h0) + Number(attrs.has_c0);
  const wanted: Needs = { x: needs[0], weights: needs.slice(first_weight).some(Boolean) };

  const width = sets.map((set) => (set.w_hr === null ? set.w_hh.shape[1] : set.w_hr.shape[0]));
  const total = width.reduce((sum, part) => sum + part, 0);
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const d_rows =
    grads[0] === null ? zeros([rows, total], x.dtype) : to_rows(grads[0].handle, packed, batch_first);
  const d_output = split_columns(d_rows, width);
  const d_hn = grads[1] === null ? null : unstack(grads[1].handle);
  const d_cn = grads[2] ? unstack(grads[2].handle) : null;

  const results = sets.map((weights, i) =>
    backward(
      mode,
      { x, sizes, reverse: i === 1, weights },
      saved.slice(at + i * attrs.saved_each, at + (i + 1) * attrs.saved_each).map((tensor) => tensor.handle),
      { output: d_output[i], hn: d_hn === null ? null : d_hn[i], cn: d_cn === null ? null : d_cn[i] },
      wanted,
    ),
  );
  release_all([d_rows, ...d_output, ...(d_hn ?? []), ...(d_cn ?? [])]);

  const gradients: (Handle | null)[] = [];
  gradients.push(wanted.x ? input_gradient(results, sizes, packed, batch_first) : null);
  const d_h0 = stack_states(results.map((result) => result.h0));
  if (attrs.has_h0) gradients.push(d_h0);
  const d_c0 = mode === "lstm" ? stack_states(results.map((result) => result.c0 as Handle)) : null;
  if (attrs.has_c0) gradients.push(d_c0);
  for (let i = 0; i < directions; i++) {
    weight_names.forEach((name, k) => {
      if (present[i][k]) gradients.push(results[i].weights[name]);
    });
  }
  return gradients.map((handle) => (handle === null ? null : new Tensor(handle)));
}

function split_columns(handle: Handle, widths: readonly number[]): Handle[] {
  return widths.length === 1 ? [handle] : split(handle, widths, 1);
}

function input_gradient(
  results: readonly DirectionGrads[],
  sizes: readonly number[],
  packed: boolean,
  batch_first: boolean,
): Handle {
  const parts = results.map((result) => result.x as Handle);
  const sum = parts.length === 1 ? parts[0] : add(parts[0], parts[1]);
  if (sum !== parts[0]) release_all(parts);
  const placed = from_rows([sum], sizes, packed, batch_first);
  release_all([sum]);
  return placed;
}

/** Refuses gradients of gradients. @throws NotImplementedError always */
export function refuse_double_backward(): never {
  throw new NotImplementedError(
    "gradients of gradients do not go through RNN, LSTM and GRU layers here: use RNNCell, LSTMCell or GRUCell in a loop",
  );
}
