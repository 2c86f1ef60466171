/** @file One direction of a plain recurrent layer in TensorFlow operations: h' = tanh or relu of x W_ih' + b_ih + h W_hh' + b_hh. */
import { attr, execute, release, scalar } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import {
  add,
  concat,
  join,
  matmul,
  mul,
  RowState,
  release_all,
  relu,
  split,
  tanh,
  tanh_slope,
  transpose,
  using_temporary,
  zeros,
} from "./recurrent-raw";
import {
  type Direction,
  type DirectionGrads,
  each_step,
  each_step_back,
  first_size,
  input_gates,
  last_size,
  type Needs,
  type Pass,
  type PassGrads,
  product_grads,
  type Run,
} from "./recurrent-steps";

/** Runs the direction; without `save` it keeps nothing for {@link rnn_backward}. */
export function rnn_forward(direction: Direction, save: boolean, rectified: boolean): Pass {
  const { sizes, weights } = direction;
  const activation = rectified ? relu : tanh;
  const all_gates = input_gates(direction, true);
  const gates = split(all_gates, sizes, 0);
  release(all_gates);
  // A step's product is twice as fast with the weights turned over.
  const w_hh = transpose(weights.w_hh);
  const h = new RowState(direction.h0, first_size(direction));
  const outputs = new Array<Handle>(sizes.length);
  const before = new Array<Handle>(sizes.length);
  each_step(direction, (t, count) => {
    h.resize(count);
    before[t] = h.value;
    const recurrent = matmul(h.value, w_hh);
    outputs[t] = using_temporary(add(gates[t], recurrent), activation);
    release_all([recurrent, gates[t]]);
    h.value = outputs[t];
  });
  const output = concat(outputs, 0);
  const hn = h.finish();
  const saved = save ? [output, concat(before, 0)] : [];
  release_all(outputs);
  release(w_hh);
  h.free();
  return { output, hn, cn: null, saved };
}

/** Gradients from what {@link rnn_forward} saved. */
export function rnn_backward(
  run: Run,
  saved: readonly Handle[],
  grads: PassGrads,
  needs: Needs,
  rectified: boolean,
): DirectionGrads {
  const { x, sizes, weights } = run;
  const [output, h_before] = saved;
  const all_slopes = rectified
    ? using_temporary(execute("Greater", [output, scalar(0, x.dtype)]), (positive) =>
        execute("Cast", [positive], [attr.type("DstT", x.dtype)]),
      )
    : tanh_slope(output);
  const slopes = split(all_slopes, sizes, 0);
  release(all_slopes);
  const from_output = split(grads.output, sizes, 0);
  const last = last_size(run);
  const none = zeros([sizes[0], weights.w_hh.shape[1]], x.dtype);
  const dh = new RowState(grads.hn ?? none, last);
  const trash: Handle[] = [];
  const gate_grads = new Array<Handle>(sizes.length);
  each_step_back(run, (t, count) => {
    dh.resize(count);
    const d_output = add(from_output[t], dh.value);
    gate_grads[t] = mul(d_output, slopes[t]);
    dh.value = matmul(gate_grads[t], weights.w_hh);
    trash.push(dh.value);
    release_all([d_output, slopes[t], from_output[t]]);
  });
  const h0 = dh.finish();
  const all_gates = join(gate_grads);
  const products = product_grads(weights, x, all_gates, all_gates, h_before, needs);
  release_all([...trash, all_gates, none]);
  dh.free();
  return { x: products.x, h0, c0: null, weights: products.weights };
}
