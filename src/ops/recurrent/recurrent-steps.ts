/** @file What the three kinds of recurrent layers share: one direction's inputs and results, the time loop, weight gradients. */
import { execute, release } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { add, matmul, matmul_at, matmul_bt, sum_rows } from "./recurrent-raw";

/** The kinds of cells. */
export type RecurrentMode = "rnn_tanh" | "rnn_relu" | "lstm" | "gru";

/** One direction's parameters. `G` is 1 (RNN), 3 (GRU: r, z, n) or 4 (LSTM: i, f, g, o) times the hidden size. */
export interface Weights<T> {
  /** (G, input). */
  readonly w_ih: T;
  /** (G, hidden), with projections (G, projected). */
  readonly w_hh: T;
  /** (G). */
  readonly b_ih: T | null;
  /** (G). */
  readonly b_hh: T | null;
  /** LSTM's projection, (projected, hidden). */
  readonly w_hr: T | null;
}

/** One direction of one layer over a batch, as backward needs it. */
export interface Run {
  /** All steps' inputs under one another, (rows, input): step by step in time, packed. */
  readonly x: Handle;
  /** How many rows each step has, never growing. */
  readonly sizes: readonly number[];
  readonly reverse: boolean;
  readonly weights: Weights<Handle>;
}

/** One direction with its initial states. */
export interface Direction extends Run {
  /** (batch, hidden) */
  readonly h0: Handle;
  /** LSTM's cell, (batch, hidden). */
  readonly c0: Handle | null;
}

/** What a direction gives. */
export interface Pass {
  /** (rows, hidden), rows as in the input. */
  readonly output: Handle;
  readonly hn: Handle;
  readonly cn: Handle | null;
  /** What backward needs, of all steps. */
  readonly saved: readonly Handle[];
}

/** Gradients of what a direction gives. */
export interface PassGrads {
  readonly output: Handle;
  /** Null where no gradient came. */
  readonly hn: Handle | null;
  readonly cn: Handle | null;
}

/** Gradients of a direction's inputs, null where none is wanted. */
export interface DirectionGrads {
  readonly x: Handle | null;
  readonly h0: Handle;
  readonly c0: Handle | null;
  readonly weights: Weights<Handle | null>;
}

/** What backward is asked for. */
export interface Needs {
  readonly x: boolean;
  readonly weights: boolean;
}

/** Rows of the step that comes first. */
export function first_size({ sizes, reverse }: Run): number {
  return sizes[reverse ? sizes.length - 1 : 0];
}

/** Rows of the step that comes last. */
export function last_size({ sizes, reverse }: Run): number {
  return sizes[reverse ? 0 : sizes.length - 1];
}

/** Calls `step` for every time step in the direction's order. */
export function each_step({ sizes, reverse }: Run, step: (t: number, count: number) => void): void {
  if (reverse) for (let t = sizes.length - 1; t >= 0; t--) step(t, sizes[t]);
  else for (let t = 0; t < sizes.length; t++) step(t, sizes[t]);
}

/** Calls `step` for every time step against the direction's order. */
export function each_step_back({ sizes, reverse }: Run, step: (t: number, count: number) => void): void {
  if (!reverse) for (let t = sizes.length - 1; t >= 0; t--) step(t, sizes[t]);
  else for (let t = 0; t < sizes.length; t++) step(t, sizes[t]);
}

/** `a + bias` for each row. */
export function add_bias(a: Handle, bias: Handle): Handle {
  return execute("BiasAdd", [a, bias]);
}

/** The inputs' share of the gates at all steps in one product, (rows, G). */
export function input_gates({ x, weights }: Run, both_biases: boolean): Handle {
  const product = matmul_bt(x, weights.w_ih);
  if (weights.b_ih === null) return product;
  let bias = weights.b_ih;
  if (both_biases && weights.b_hh !== null) bias = add(bias, weights.b_hh);
  const sum = add_bias(product, bias);
  release(product);
  if (bias !== weights.b_ih) release(bias);
  return sum;
}

/**
 * Gradients of the input and of the weights, each by one product over all steps.
 *
 * @param from_input Gradients of the gates as x W_ih' + b_ih meets them, (rows, G).
 * @param from_hidden The same for h W_hh' + b_hh; they differ for GRU only.
 * @param h_before The hidden states before each step, (rows, hidden).
 */
export function product_grads(
  weights: Weights<Handle>,
  x: Handle,
  from_input: Handle,
  from_hidden: Handle,
  h_before: Handle,
  needs: Needs,
): { x: Handle | null; weights: Weights<Handle | null> } {
  const bias = needs.weights && weights.b_ih !== null;
  const b_ih = bias ? sum_rows(from_input) : null;
  return {
    x: needs.x ? matmul(from_input, weights.w_ih) : null,
    weights: {
      w_ih: needs.weights ? matmul_at(from_input, x) : null,
      w_hh: needs.weights ? matmul_at(from_hidden, h_before) : null,
      b_ih,
      // Tensors' values never change, so that one handle can serve both biases.
      b_hh: bias && from_hidden !== from_input ? sum_rows(from_hidden) : b_ih,
      w_hr: null,
    },
  };
}
