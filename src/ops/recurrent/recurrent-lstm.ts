/**
 * @file One direction of an LSTM layer in TensorFlow operations: the time loop, and the way back by hand.
 *
 * i, f, o = sigmoid and g = tanh of x W_ih' + b_ih + h W_hh' + b_hh; c' = f c + i g; h' = o tanh(c'), times W_hr' with projections.
 */
import { release } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import {
  add,
  concat,
  join,
  matmul,
  matmul_at,
  matmul_bt,
  mul,
  RowState,
  release_all,
  reshape,
  sigmoid,
  sigmoid_slope,
  split,
  stack,
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

/** Runs the direction; without `save` it keeps nothing for {@link lstm_backward}. */
export function lstm_forward(direction: Direction, save: boolean): Pass {
  const { sizes, weights } = direction;
  const steps = sizes.length;
  const hidden = weights.w_hh.shape[0] / 4;
  const quarters = [hidden, hidden, hidden, hidden];
  const all_gates = input_gates(direction, true);
  const gates = split(all_gates, sizes, 0);
  release(all_gates);
  const first = first_size(direction);
  // A step's product is twice as fast with the weights turned over.
  const w_hh = transpose(weights.w_hh);
  const h = new RowState(direction.h0, first);
  const c = new RowState(direction.c0 as Handle, first);
  const outputs = new Array<Handle>(steps);
  const cells: Handle[] = [];
  // By time step: i, f, g, o, tanh(c'), c, h, o tanh(c').
  const kept = Array.from({ length: 8 }, () => new Array<Handle>(steps));
  each_step(direction, (t, count) => {
    h.resize(count);
    c.resize(count);
    const recurrent = matmul(h.value, w_hh);
    const sum = add(gates[t], recurrent);
    const parts = split(sum, quarters, 1);
    release_all([recurrent, sum, gates[t]]);
    const i = sigmoid(parts[0]);
    const f = sigmoid(parts[1]);
    const g = tanh(parts[2]);
    const o = sigmoid(parts[3]);
    release_all(parts);
    const fc = mul(f, c.value);
    const ig = mul(i, g);
    const cell = add(fc, ig);
    const squashed = tanh(cell);
    const inner = mul(o, squashed);
    release_all([fc, ig]);
    outputs[t] = weights.w_hr === null ? inner : matmul_bt(inner, weights.w_hr);
    if (save) {
      [i, f, g, o, squashed, c.value, h.value, inner].forEach((value, k) => {
        kept[k][t] = value;
      });
    } else {
      release_all([i, f, g, o, squashed]);
      if (weights.w_hr !== null) release(inner);
    }
    cells.push(cell);
    c.value = cell;
    h.value = outputs[t];
  });
  const output = concat(outputs, 0);
  const hn = h.finish();
  const cn = c.finish();
  const saved = save ? kept.slice(0, weights.w_hr === null ? 7 : 8).map((parts) => concat(parts, 0)) : [];
  // The states before the first step can be the caller's own.
  for (const parts of save ? [...kept.slice(0, 5), kept[7]] : []) release_all(parts);
  release_all(outputs);
  release_all(cells);
  release(w_hh);
  h.free();
  c.free();
  return { output, hn, cn, saved };
}

/** Gradients from what {@link lstm_forward} saved. */
export function lstm_backward(
  run: Run,
  saved: readonly Handle[],
  grads: PassGrads,
  needs: Needs,
): DirectionGrads {
  const { x, sizes, weights } = run;
  const [i, f, g, o, squashed, c_before, h_before, inner] = saved;
  const hidden = weights.w_hh.shape[0] / 4;
  const { dtype } = x;

  // Every step is linear in its gradients; the factors of all steps come first, in few large operations.
  const slope_i = using_temporary(sigmoid_slope(i), (s) => mul(s, g));
  const slope_f = using_temporary(sigmoid_slope(f), (s) => mul(s, c_before));
  const slope_g = using_temporary(tanh_slope(g), (s) => mul(s, i));
  const slope_o = using_temporary(sigmoid_slope(o), (s) => mul(s, squashed));
  const all_factors = stack([slope_i, slope_f, slope_g, slope_o], 1);
  const factors = split(all_factors, sizes, 0);
  const all_to_cell = using_temporary(tanh_slope(squashed), (s) => mul(s, o));
  const to_cell = split(all_to_cell, sizes, 0);
  const forget = split(f, sizes, 0);
  const from_output = split(grads.output, sizes, 0);
  release_all([slope_i, slope_f, slope_g, slope_o, all_factors, all_to_cell]);

  const last = last_size(run);
  const none = zeros([sizes[0], weights.w_hh.shape[1]], dtype);
  const none_c = zeros([sizes[0], hidden], dtype);
  const dh = new RowState(grads.hn ?? none, last);
  const dc = new RowState(grads.cn ?? none_c, last);
  const trash: Handle[] = [];
  const gate_grads = new Array<Handle>(sizes.length);
  const output_grads = new Array<Handle>(sizes.length);
  each_step_back(run, (t, count) => {
    dh.resize(count);
    dc.resize(count);
    const d_output = add(from_output[t], dh.value);
    const d_inner = weights.w_hr === null ? d_output : matmul(d_output, weights.w_hr);
    const through = mul(d_inner, to_cell[t]);
    const d_cell = add(dc.value, through);
    const d_sources = stack([d_cell, d_cell, d_cell, d_inner], 1);
    const d_parts = mul(d_sources, factors[t]);
    gate_grads[t] = reshape(d_parts, [count, 4 * hidden]);
    dh.value = matmul(gate_grads[t], weights.w_hh);
    dc.value = mul(d_cell, forget[t]);
    trash.push(dh.value, dc.value);
    output_grads[t] = d_output;
    release_all([through, d_cell, d_sources, d_parts, factors[t], to_cell[t], forget[t], from_output[t]]);
    if (d_inner !== d_output) release(d_inner);
  });
  const h0 = dh.finish();
  const c0 = dc.finish();
  const all_gates = join(gate_grads);
  const products = product_grads(weights, x, all_gates, all_gates, h_before, needs);
  let w_hr: Handle | null = null;
  if (weights.w_hr !== null && needs.weights) {
    w_hr = using_temporary(concat(output_grads, 0), (all) => matmul_at(all, inner));
  }
  release_all([...trash, ...output_grads, all_gates, none, none_c]);
  dh.free();
  dc.free();
  return { x: products.x, h0, c0, weights: { ...products.weights, w_hr } };
}
