/**
 * @file One layer of a recurrent network by our own TensorFlow ops (`backend/native/recurrent.cc`): float32 on the CPU.
 *
 * They run the time loops, forward and back; the products over all steps are TensorFlow's. `TORCHBOOK_NATIVE=0` turns them off.
 */
import { record_many, wants_grad } from "../autograd/tape";
import { attr, execute_many, from_data, ints, is_using_gpu, release } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { float32, int32 } from "../dtype";
import { Tensor } from "../tensor";
import type { LayerResult, Layout } from "./recurrent";
import { add, release_all, reshape, zeros } from "./recurrent-raw";
import { product_grads, type RecurrentMode, type Weights } from "./recurrent-steps";

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

let allowed: boolean | null = null;

/** Whether the native ops take this layer. */
export function is_native(input: Tensor, weights: readonly Weights<Tensor>[]): boolean {
  allowed ??= process.env.TORCHBOOK_NATIVE !== "0" && !is_using_gpu();
  return allowed && input.dtype === float32 && weights[0].w_hr === null;
}

function step_sizes(sizes: readonly number[], packed: boolean): Handle {
  // Lengths of packed batches hardly ever come again.
  return packed ? from_data([sizes.length], int32, Int32Array.from(sizes)) : ints(sizes);
}

/** The layer's results; see `recurrent_layer`. */
export function native_layer(
  mode: RecurrentMode,
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  weights: readonly Weights<Tensor>[],
  { batch_first, batch_sizes }: Layout,
): LayerResult {
  const { shape } = input;
  const packed = batch_sizes !== null;
  const features = shape[shape.length - 1];
  const time = packed ? batch_sizes.length : shape[batch_first ? 1 : 0];
  const batch = packed ? batch_sizes[0] : shape[batch_first ? 0 : 1];
  const count = packed ? shape[0] : time * batch;
  const directions = weights.length;
  const hidden = weights[0].w_hh.shape[1];
  const biases = weights[0].b_ih !== null;
  const flat = weights.flatMap((set) =>
    set.b_ih === null || set.b_hh === null ? [set.w_ih, set.w_hh] : [set.w_ih, set.w_hh, set.b_ih, set.b_hh],
  );
  const inputs = [input, ...(h0 === null ? [] : [h0]), ...(c0 === null ? [] : [c0]), ...flat];
  const save = wants_grad(inputs);

  const rows = reshape(input.handle, [count, features]);
  const sizes = step_sizes(batch_sizes ?? new Array<number>(time).fill(batch), packed);
  const start = h0 === null ? zeros([directions, batch, hidden], float32) : h0.handle;
  const start_cell =
    mode !== "lstm"
      ? zeros([0], float32)
      : c0 === null
        ? zeros([directions, batch, hidden], float32)
        : c0.handle;
  const [output_rows, hn, cn, ...saved] = execute_many(
    "TorchbookRecurrent",
    [rows, sizes, start, start_cell, ...flat.map((weight) => weight.handle)],
    [
      attr.string("cell", cells[mode]),
      attr.bool("batch_first", batch_first && !packed),
      attr.bool("biases", biases),
      attr.bool("save", save),
      attr.int("count", flat.length),
      attr.int("directions", directions),
    ],
    3 + directions,
  );
  const output = reshape(output_rows, [...shape.slice(0, -1), directions * hidden]);
  if (!save) {
    release_all([rows, output_rows, ...saved]);
    if (h0 === null) release(start);
    if (c0 === null) release(start_cell);
  }
  const attrs: Attrs = {
    mode,
    sizes,
    batch_first: batch_first && !packed,
    has_h0: h0 !== null,
    has_c0: c0 !== null,
    biases,
    directions,
  };
  const results = record_many(
    "recurrent_native",
    mode === "lstm" ? [output, hn, cn] : [output, hn],
    inputs,
    () => [
      ...[rows, start, start_cell, output_rows].map((handle) => new Tensor(handle)),
      ...flat,
      ...saved.map((handle) => new Tensor(handle)),
    ],
    attrs,
  );
  return { output: results[0], hn: results[1], cn: results[2] ?? null };
}

/** Gradients of {@link native_layer}'s inputs, in their order. */
export function native_layer_backward(
  grads: readonly (Tensor | null)[],
  kept: readonly Tensor[],
  needs: readonly boolean[],
  shapes: readonly (readonly number[])[],
  given: unknown,
): (Tensor | null)[] {
  const { mode, sizes, batch_first, has_h0, has_c0, biases, directions } = given as Attrs;
  const [x, h0, c0, output, ...rest] = kept.map((tensor) => tensor.handle);
  const each = biases ? 4 : 2;
  const weights = Array.from({ length: directions }, (_, d): Weights<Handle> => {
    const [w_ih, w_hh, b_ih = null, b_hh = null] = rest.slice(d * each, (d + 1) * each);
    return { w_ih, w_hh, b_ih, b_hh, w_hr: null };
  });
  const saved = rest.slice(directions * each);
  const nothing = zeros([0], float32);
  const d_output = grads[0] === null ? zeros(output.shape, float32) : reshape(grads[0].handle, output.shape);
  const results = execute_many(
    "TorchbookRecurrentGrad",
    [
      ...[sizes, h0, c0, output, d_output],
      ...[grads[1]?.handle ?? nothing, grads[2]?.handle ?? nothing],
      ...weights.map((set) => set.w_hh),
      ...saved,
    ],
    [
      attr.string("cell", cells[mode]),
      attr.bool("batch_first", batch_first),
      attr.int("directions", directions),
    ],
    2 + 3 * directions,
  );
  const [d_h0, d_c0] = results;
  const part = (k: number, d: number): Handle => results[2 + k * directions + d];
  const first_weight = 1 + Number(has_h0) + Number(has_c0);
  const wanted = { x: needs[0], weights: needs.slice(first_weight).some(Boolean) };
  const products = weights.map((set, d) => {
    const from_input = part(0, d);
    const from_hidden = mode === "gru" ? part(1, d) : from_input;
    return product_grads(set, x, from_input, from_hidden, part(2, d), wanted);
  });
  release_all([nothing, d_output, ...results.slice(2)]);
  const gradients: (Handle | null)[] = [
    wanted.x
      ? sum(
          products.map((product) => product.x as Handle),
          shapes[0],
        )
      : null,
  ];
  if (has_h0) gradients.push(d_h0);
  if (has_c0) gradients.push(d_c0);
  for (const { weights: set } of products) {
    gradients.push(set.w_ih, set.w_hh);
    if (biases) gradients.push(set.b_ih, set.b_hh);
  }
  return gradients.map((handle) => (handle === null ? null : new Tensor(handle)));
}

/** The directions' gradients of the input added up, in the input's shape. */
function sum(parts: readonly Handle[], shape: readonly number[]): Handle {
  const total = parts.length === 1 ? parts[0] : add(parts[0], parts[1]);
  if (parts.length > 1) release_all(parts);
  const placed = reshape(total, shape);
  release(total);
  return placed;
}
