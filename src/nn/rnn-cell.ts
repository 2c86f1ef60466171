/** @file Single steps of recurrent networks: `nn.RNNCell`, `nn.LSTMCell`, `nn.GRUCell`. */
import { type DType, get_default_dtype } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { linear } from "../ops/algebra/linear";
import { relu } from "../ops/pointwise/activation";
import { add, mul, sub } from "../ops/pointwise/elementwise";
import { sigmoid, tanh } from "../ops/pointwise/unary";
import { squeeze, unsqueeze } from "../ops/shape/movement";
import { chunk } from "../ops/shape/splits";
import { expect_tensor } from "../ops/value/convert";
import { zeros } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, type FactoryOptions } from "./factory";
import type { LSTMState } from "./lstm";
import { Module } from "./module";
import type { Parameter } from "./parameter";
import { uniform_parameter } from "./rnn-base";

/** Keyword arguments of cells. */
export interface RNNCellOptions extends FactoryOptions {
  /** Whether the cell has biases. Default true. */
  bias?: boolean;
}

/** Keyword arguments of {@link RNNCell}. */
export interface ElmanCellOptions extends RNNCellOptions {
  /** Default "tanh". */
  nonlinearity?: "tanh" | "relu";
}

interface CellArguments extends ElmanCellOptions {
  input_size: number;
  hidden_size: number;
}

/** What the cells share (PyTorch: `nn.RNNCellBase`): parameters from U(-1/√hidden_size, 1/√hidden_size), and checks. */
export abstract class RNNCellBase extends Module {
  readonly input_size: number;
  readonly hidden_size: number;
  readonly bias: boolean;
  /** (gates * hidden_size, input_size) */
  weight_ih: Parameter;
  /** (gates * hidden_size, hidden_size) */
  weight_hh: Parameter;
  /** (gates * hidden_size) */
  bias_ih: Parameter | null;
  /** (gates * hidden_size) */
  bias_hh: Parameter | null;

  constructor(name: string, gates: number, given: Partial<CellArguments>) {
    super();
    this.input_size = check_size(name, "input_size", given.input_size);
    this.hidden_size = check_size(name, "hidden_size", given.hidden_size);
    this.bias = given.bias ?? true;
    const dtype: DType = given.dtype ?? get_default_dtype();
    const rows = gates * this.hidden_size;
    const make = (shape: readonly number[]): Parameter => uniform_parameter(shape, dtype, this.hidden_size);
    this.weight_ih = make([rows, this.input_size]);
    this.weight_hh = make([rows, this.hidden_size]);
    this.bias_ih = this.bias ? make([rows]) : null;
    this.bias_hh = this.bias ? make([rows]) : null;
  }

  /** Draws all parameters anew. */
  reset_parameters(): void {
    for (const parameter of this.parameters()) {
      parameter.data = uniform_parameter(parameter.shape, parameter.dtype, this.hidden_size);
    }
  }

  override extra_repr(): string {
    const bias = this.bias ? "" : ", bias=False";
    return `${this.input_size}, ${this.hidden_size}${bias}`;
  }

  /** @internal Checks input and state; without batch dimension they get one. A missing state is zeros. */
  _prepare(input: Tensor, states: readonly (Tensor | null | undefined)[]): { x: Tensor; states: Tensor[] } {
    const name = this._get_name();
    expect_tensor(name, input);
    if (input.ndim !== 1 && input.ndim !== 2) {
      throw new ValueError(`${name}: Expected input to be 1D or 2D, got ${input.ndim}D instead`);
    }
    const x = input.ndim === 1 ? unsqueeze(input, 0) : input;
    if (x.shape[1] !== this.input_size) {
      throw new RuntimeError(
        `${name}: input has inconsistent input_size: got ${x.shape[1]} expected ${this.input_size}`,
      );
    }
    const batch = x.shape[0];
    const prepared = states.map((given, i) => {
      if (given === null || given === undefined) return zeros([batch, this.hidden_size], { dtype: x.dtype });
      expect_tensor(name, given, "hx");
      const label = states.length > 1 ? `hx[${i}]` : "hidden";
      if (given.ndim !== 1 && given.ndim !== 2) {
        throw new ValueError(`${name}: Expected ${label} to be 1D or 2D, got ${given.ndim}D instead`);
      }
      const state = given.ndim === 1 ? unsqueeze(given, 0) : given;
      if (state.shape[0] !== batch) {
        throw new RuntimeError(
          `${name}: Input batch size ${batch} doesn't match ${label} batch size ${state.shape[0]}`,
        );
      }
      if (state.shape[1] !== this.hidden_size) {
        throw new RuntimeError(
          `${name}: ${label} has inconsistent hidden_size: got ${state.shape[1]}, expected ${this.hidden_size}`,
        );
      }
      return state;
    });
    return { x, states: prepared };
  }

  /** @internal What input and state contribute to the gates. */
  _gates(x: Tensor, h: Tensor): [Tensor, Tensor] {
    return [linear(x, this.weight_ih, this.bias_ih), linear(h, this.weight_hh, this.bias_hh)];
  }
}

/**
 * One step of an Elman network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu.
 *
 * Takes (batch, input_size) and (batch, hidden_size), or both without batch; the state is zeros by default.
 *
 * @example
 * const cell = new nn.RNNCell(10, 20);
 * let h = torch.zeros(3, 20);
 * for (const x of inputs) h = cell(x, h);
 */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    input_size: number,
    hidden_size: number,
    bias?: boolean | ElmanCellOptions,
    nonlinearity?: "tanh" | "relu" | ElmanCellOptions,
  );
  constructor(options: CellArguments);
  constructor(...args: unknown[]) {
    const optional = ["bias", "nonlinearity", "device", "dtype"] as const;
    const given = bind_layer<CellArguments>("RNNCell", ["input_size", "hidden_size"], optional, args);
    const { nonlinearity = "tanh" } = given;
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new RuntimeError(`Unknown nonlinearity: ${String(nonlinearity)}`);
    }
    super("RNNCell", 1, given);
    this.nonlinearity = nonlinearity;
  }

  override extra_repr(): string {
    return super.extra_repr() + (this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`);
  }

  /** One step. @returns the next state, shaped as the state */
  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const { x, states } = this._prepare(input, [hx]);
    const [from_input, from_hidden] = this._gates(x, states[0]);
    const sum = add(from_input, from_hidden);
    const next = this.nonlinearity === "tanh" ? tanh(sum) : relu(sum);
    return input.ndim === 1 ? squeeze(next, 0) : next;
  }
}

/**
 * One step of long short-term memory, see {@link LSTM}.
 *
 * @example
 * const cell = new nn.LSTMCell(10, 20);
 * const [h, c] = cell(torch.randn(3, 10));
 */
export class LSTMCell extends RNNCellBase {
  constructor(input_size: number, hidden_size: number, bias?: boolean | RNNCellOptions);
  constructor(options: RNNCellOptions & { input_size: number; hidden_size: number });
  constructor(...args: unknown[]) {
    const optional = ["bias", "device", "dtype"] as const;
    super(
      "LSTMCell",
      4,
      bind_layer<CellArguments>("LSTMCell", ["input_size", "hidden_size"], optional, args),
    );
  }

  /** One step. @returns the next `[h, c]` */
  override forward(input: Tensor, hx?: LSTMState | null): [hidden: Tensor, cell: Tensor] {
    if (hx !== null && hx !== undefined && (!Array.isArray(hx) || hx.length !== 2)) {
      throw new TypeError("LSTMCell: hx must be a pair of Tensors, [h_0, c_0]");
    }
    const { x, states } = this._prepare(input, [hx?.[0], hx?.[1]]);
    const [from_input, from_hidden] = this._gates(x, states[0]);
    const [i, f, g, o] = chunk(add(from_input, from_hidden), 4, 1);
    const cell = add(mul(sigmoid(f), states[1]), mul(sigmoid(i), tanh(g)));
    const hidden = mul(sigmoid(o), tanh(cell));
    return input.ndim === 1 ? [squeeze(hidden, 0), squeeze(cell, 0)] : [hidden, cell];
  }
}

/**
 * One step of gated recurrent units, see {@link GRU}.
 *
 * @example
 * const cell = new nn.GRUCell(10, 20);
 * const h = cell(torch.randn(3, 10), torch.zeros(3, 20));
 */
export class GRUCell extends RNNCellBase {
  constructor(input_size: number, hidden_size: number, bias?: boolean | RNNCellOptions);
  constructor(options: RNNCellOptions & { input_size: number; hidden_size: number });
  constructor(...args: unknown[]) {
    const optional = ["bias", "device", "dtype"] as const;
    super("GRUCell", 3, bind_layer<CellArguments>("GRUCell", ["input_size", "hidden_size"], optional, args));
  }

  /** One step. @returns the next state, shaped as the state */
  override forward(input: Tensor, hx?: Tensor | null): Tensor {
    const { x, states } = this._prepare(input, [hx]);
    const h = states[0];
    const [from_input, from_hidden] = this._gates(x, h);
    const [x_r, x_z, x_n] = chunk(from_input, 3, 1);
    const [h_r, h_z, h_n] = chunk(from_hidden, 3, 1);
    const reset = sigmoid(add(x_r, h_r));
    const update = sigmoid(add(x_z, h_z));
    const fresh = tanh(add(x_n, mul(reset, h_n)));
    const next = add(fresh, mul(update, sub(h, fresh)));
    return input.ndim === 1 ? squeeze(next, 0) : next;
  }
}
