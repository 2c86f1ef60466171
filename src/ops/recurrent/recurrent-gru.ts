/**
 * @file One direction of a GRU layer in TensorFlow operations: the time loop, and the way back by hand.
 *
 * r, z = sigmoid of x W_ih' + b_ih + h W_hh' + b_hh; n = tanh(x W_in' + b_in + r (h W_hn' + b_hn)); h' = n + z (h - n).
 */
import { release } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import {
  add,
  concat,
  join,
  matmul,
  mul,
  RowState,
  release_all,
  reshape,
  sigmoid,
  sigmoid_slope,
  split,
  stack,
  sub,
  tanh,
  tanh_slope,
  transpose,
  using_temporary,
  zeros,
} from "./recurrent-raw";
import {
  add_bias,
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

/** Runs the direction; without `save` it keeps nothing for {@link gru_backward}. */
export function gru_forward(direction: Direction, save: boolean): Pass {
  const { sizes, weights } = direction;
  const steps = sizes.length;
  const hidden = weights.w_hh.shape[1];
  const parts = [2 * hidden, hidden];
  const all_gates = input_gates(direction, false);
  const [all_rz, all_n] = split(all_gates, parts, 1);
  const rz_gates = split(all_rz, sizes, 0);
  const n_gates = split(all_n, sizes, 0);
  release_all([all_gates, all_rz, all_n]);
  // A step's product is twice as fast with the weights turned over.
  const w_hh = transpose(weights.w_hh);
  const h = new RowState(direction.h0, first_size(direction));
  const outputs = new Array<Handle>(steps);
  // By time step: r, z, n, h W_hn' + b_hn, h.
  const kept = Array.from({ length: 5 }, () => new Array<Handle>(steps));
  each_step(direction, (t, count) => {
    h.resize(count);
    let recurrent = matmul(h.value, w_hh);
    if (weights.b_hh !== null) {
      const bias = weights.b_hh;
      recurrent = using_temporary(recurrent, (product) => add_bias(product, bias));
    }
    const [h_rz, h_n] = split(recurrent, parts, 1);
    const sum = add(rz_gates[t], h_rz);
    const rz = sigmoid(sum);
    const [r, z] = split(rz, [hidden, hidden], 1);
    const reset = mul(r, h_n);
    const n = using_temporary(add(n_gates[t], reset), tanh);
    const difference = sub(h.value, n);
    const share = mul(z, difference);
    outputs[t] = add(n, share);
    release_all([recurrent, h_rz, sum, rz, reset, difference, share, rz_gates[t], n_gates[t]]);
    if (save) {
      [r, z, n, h_n, h.value].forEach((value, k) => {
        kept[k][t] = value;
      });
    } else release_all([r, z, n, h_n]);
    h.value = outputs[t];
  });
  const output = concat(outputs, 0);
  const hn = h.finish();
  const saved = save ? kept.map((values) => concat(values, 0)) : [];
  for (const values of save ? kept.slice(0, 4) : []) release_all(values);
  release_all(outputs);
  release(w_hh);
  h.free();
  return { output, hn, cn: null, saved };
}

/** Gradients from what {@link gru_forward} saved. */
export function gru_backward(
  run: Run,
  saved: readonly Handle[],
  grads: PassGrads,
  needs: Needs,
): DirectionGrads {
  const { x, sizes, weights } = run;
  const [r, z, n, h_n, h_before] = saved;
  const hidden = weights.w_hh.shape[1];
  const count_rows = x.shape[0];

  // Every step is linear in its gradient; the factors of all steps come first, in few large operations.
  const slope_n = tanh_slope(n);
  const zn = mul(z, slope_n);
  const factor_n = sub(slope_n, zn);
  const factor_hn = mul(factor_n, r);
  const factor_r = using_temporary(sigmoid_slope(r), (slope) =>
    using_temporary(mul(slope, h_n), (s) => mul(s, factor_n)),
  );
  const factor_z = using_temporary(sigmoid_slope(z), (slope) =>
    using_temporary(sub(h_before, n), (difference) => mul(slope, difference)),
  );
  const all_hidden = stack([factor_r, factor_z, factor_hn], 1);
  const all_input = stack([factor_r, factor_z, factor_n], 1);
  const factors = split(all_hidden, sizes, 0);
  const keep = split(z, sizes, 0);
  const from_output = split(grads.output, sizes, 0);
  release_all([slope_n, zn, factor_n, factor_hn, factor_r, factor_z, all_hidden]);

  const last = last_size(run);
  const none = zeros([sizes[0], weights.w_hh.shape[1]], x.dtype);
  const dh = new RowState(grads.hn ?? none, last);
  const trash: Handle[] = [];
  const hidden_grads = new Array<Handle>(sizes.length);
  const output_grads = new Array<Handle>(sizes.length);
  each_step_back(run, (t, count) => {
    dh.resize(count);
    const d_output = add(from_output[t], dh.value);
    output_grads[t] = d_output;
    const wide = reshape(d_output, [count, 1, hidden]);
    const d_parts = mul(wide, factors[t]);
    hidden_grads[t] = reshape(d_parts, [count, 3 * hidden]);
    const through = matmul(hidden_grads[t], weights.w_hh);
    const direct = mul(d_output, keep[t]);
    dh.value = add(through, direct);
    trash.push(dh.value);
    release_all([wide, d_parts, through, direct, factors[t], keep[t], from_output[t]]);
  });
  const h0 = dh.finish();
  const from_hidden = join(hidden_grads);
  const all_outputs = join(output_grads);
  const wide = reshape(all_outputs, [count_rows, 1, hidden]);
  const d_input = mul(wide, all_input);
  const from_input = reshape(d_input, [count_rows, 3 * hidden]);
  const products = product_grads(weights, x, from_input, from_hidden, h_before, needs);
  release_all([...trash, from_hidden, all_outputs, wide, d_input, from_input, all_input, none]);
  dh.free();
  return { x: products.x, h0, c0: null, weights: products.weights };
}
