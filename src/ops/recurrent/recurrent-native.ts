/**
 * @file One layer of a recurrent network by our own TensorFlow ops (`backend/native/recurrent.cc`): float32 on the CPU.
 *
 * `TORCHBOOK_NATIVE=0` turns them off.
 */
import { record_many, wants_grad } from "../../autograd/tape";
import { attr, execute_many, from_data, ints, lasting_value, release } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { native_ops } from "../../backend/native-ops";
import { float32, int32 } from "../../dtype";
import { Tensor } from "../../tensor";
import type { LayerResult, Layout } from "./recurrent-layer";
import type { RecurrentMode, Weights } from "./recurrent-steps";

const cells: Record<RecurrentMode, string> = { rnn_tanh: "tanh", rnn_relu: "relu", gru: "gru", lstm: "lstm" };

interface Attrs {
  readonly mode: RecurrentMode;
  readonly sizes: Handle;
  readonly batch_first: boolean;
  readonly has_h0: boolean;
  readonly has_c0: boolean;
  readonly biases: boolean;
  readonly directions: number;
}

/** Whether the native ops take this layer. */
export function is_native(input: Tensor, weights: readonly Weights<Tensor>[]): boolean {
  return native_ops() && input.dtype === float32 && weights[0].w_hr === null;
}

let empty: { readonly floats: Handle; readonly sizes: Handle } | null = null;

/** What stands for states and gradients that are zeros, and for the sizes of a batch that is not packed. */
function nothing(): { readonly floats: Handle; readonly sizes: Handle } {
  empty ??= {
    floats: lasting_value(() => from_data([0], float32, new Float32Array(0))),
    sizes: ints([]),
  };
  return empty;
}

/** The layer's results; see `recurrent_layer`. */
export function native_layer(
  mode: RecurrentMode,
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  weights: readonly Weights<Tensor>[],
  layout: Layout,
): LayerResult {
  const packed = layout.batch_sizes !== null;
  const batch_first = layout.batch_first && !packed;
  const directions = weights.length;
  const biases = weights[0].b_ih !== null;
  const flat = weights.flatMap((set) =>
    set.b_ih === null || set.b_hh === null ? [set.w_ih, set.w_hh] : [set.w_ih, set.w_hh, set.b_ih, set.b_hh],
  );
  const inputs = [input, ...(h0 === null ? [] : [h0]), ...(c0 === null ? [] : [c0]), ...flat];
  const save = wants_grad(inputs);
  const none = nothing();
  // Lengths of packed batches hardly ever come again.
  const sizes =
    layout.batch_sizes === null
      ? none.sizes
      : from_data([layout.batch_sizes.length], int32, Int32Array.from(layout.batch_sizes));
  const [output, hn, cn, saved] = execute_many(
    "TorchbookRecurrent",
    [
      input.handle,
      sizes,
      h0?.handle ?? none.floats,
      c0?.handle ?? none.floats,
      ...flat.map((weight) => weight.handle),
    ],
    [
      attr.string("cell", cells[mode]),
      attr.bool("batch_first", batch_first),
      attr.bool("biases", biases),
      attr.bool("save", save),
      attr.int("count", flat.length),
      attr.int("directions", directions),
    ],
    4,
  );
  if (!save) release(saved);
  if (mode !== "lstm") release(cn);
  const attrs: Attrs = {
    mode,
    sizes,
    batch_first,
    has_h0: h0 !== null,
    has_c0: c0 !== null,
    biases,
    directions,
  };
  const results = record_many(
    "recurrent_native",
    mode === "lstm" ? [output, hn, cn] : [output, hn],
    inputs,
    () => [new Tensor(saved), input, h0, c0, new Tensor(output), ...flat],
    attrs,
  );
  return { output: results[0], hn: results[1], cn: results[2] ?? null };
}

/** Gradients of {@link native_layer}'s inputs, in their order. */
export function native_layer_backward(
  grads: readonly (Tensor | null)[],
  kept: readonly (Tensor | null)[],
  needs: readonly boolean[],
  given: unknown,
): (Tensor | null)[] {
  const { mode, sizes, batch_first, has_h0, has_c0, biases, directions } = given as Attrs;
  const [saved, x, h0, c0, output, ...flat] = kept.map((tensor) => tensor?.handle ?? nothing().floats);
  const first_weight = 1 + Number(has_h0) + Number(has_c0);
  const want_weights = needs.indexOf(true, first_weight) >= 0;
  const results = execute_many(
    "TorchbookRecurrentGrad",
    [
      ...[x, sizes, h0, c0, output, saved],
      ...[0, 1, 2].map((i) => grads[i]?.handle ?? nothing().floats),
      ...flat,
    ],
    [
      attr.string("cell", cells[mode]),
      attr.bool("batch_first", batch_first),
      attr.bool("biases", biases),
      attr.bool("want_x", needs[0]),
      attr.bool("want_states", has_h0 || has_c0),
      attr.bool("want_weights", want_weights),
      attr.int("count", flat.length),
      attr.int("directions", directions),
    ],
    3 + flat.length,
  );
  const [d_x, d_h0, d_c0, ...d_weights] = results;
  const gradients: (Handle | null)[] = [needs[0] ? d_x : null];
  if (has_h0) gradients.push(d_h0);
  if (has_c0) gradients.push(d_c0);
  d_weights.forEach((handle, k) => {
    // Tensors' values never change, so that one handle can serve both biases, which have the same gradient but for GRU.
    const shared = biases && k % 4 === 3 && mode !== "gru";
    gradients.push(want_weights ? (shared ? d_weights[k - 1] : handle) : null);
  });
  for (const handle of results) if (!gradients.includes(handle)) release(handle);
  return gradients.map((handle) => (handle === null ? null : new Tensor(handle)));
}

/** Frees what only the way back of {@link native_layer} knows: its gates, several times as large as the output. */
export function release_saved(kept: readonly (Tensor | null)[]): void {
  if (kept[0] !== null) release(kept[0].handle);
}
