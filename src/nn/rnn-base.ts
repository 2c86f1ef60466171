/** @file What all recurrent layers share: their parameters, and how a sequence runs through them. */
import { bind } from "../args";
import { from_data } from "../backend/engine";
import { type DType, float64, get_default_dtype } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { dropout } from "../ops/layer/dropout";
import { index_select } from "../ops/position/gather";
import { type RecurrentMode, recurrent_layer, type Weights } from "../ops/recurrent/recurrent";
import type { LayerResult } from "../ops/recurrent/recurrent-layer";
import { cat } from "../ops/shape/join";
import { squeeze, transpose, unsqueeze } from "../ops/shape/movement";
import { slice } from "../ops/shape/parts";
import { expect_tensor } from "../ops/value/convert";
import { default_generator, fill_uniform } from "../random";
import { numel, range, type Shape, same_shape } from "../shape";
import { is_tensor, Tensor } from "../tensor";
import { check_device } from "./factory";
import { Module } from "./module";
import { Parameter } from "./parameter";
import { PackedSequence } from "./utils/packed-sequence";

/** Keyword arguments of all recurrent layers. */
export interface RecurrentOptions {
  /** Layers stacked on one another. Default 1. */
  num_layers?: number;
  /** Whether the layers have biases. Default true. */
  bias?: boolean;
  /** Whether batches are (batch, time, features) instead of (time, batch, features). Default false. */
  batch_first?: boolean;
  /** Share of the outputs of all layers but the last that is set to zero in training. Default 0. */
  dropout?: number;
  /** Whether a second set of weights runs from the end to the beginning. Default false. */
  bidirectional?: boolean;
  dtype?: DType | null;
  device?: string | null;
}

/** Keyword arguments of {@link RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** Default "tanh". */
  nonlinearity?: "tanh" | "relu";
}

/** Keyword arguments of {@link LSTM}. */
export interface LSTMOptions extends RecurrentOptions {
  /** Size that the hidden state is projected to; 0 for no projection. Default 0. */
  proj_size?: number;
}

/** The sizes by keyword too. */
export interface RecurrentSizes {
  /** Features of the input. */
  input_size: number;
  /** Features of the hidden state. */
  hidden_size: number;
}

interface Arguments extends Required<RecurrentSizes>, RNNOptions, LSTMOptions {}

const gates_of: Record<RecurrentMode, number> = { rnn_tanh: 1, rnn_relu: 1, gru: 3, lstm: 4 };

/** What {@link RecurrentLayers._run} gives. */
interface RunResult<I> {
  output: I;
  hn: Tensor;
  cn: Tensor | null;
}

function check_arguments(given: Partial<Arguments>): void {
  const { input_size, hidden_size, num_layers = 1, bias = true, batch_first = false } = given;
  const { dropout = 0, proj_size = 0 } = given;
  if (typeof dropout !== "number" || !(dropout >= 0 && dropout <= 1)) {
    throw new ValueError(
      "dropout should be a number in range [0, 1] representing the probability of an element being zeroed",
    );
  }
  if (dropout > 0 && num_layers === 1) {
    process.emitWarning(
      "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than " +
        `1, but got dropout=${dropout} and num_layers=${num_layers}`,
      "UserWarning",
    );
  }
  if (typeof bias !== "boolean") throw new TypeError(`bias should be of type bool, got: ${typeof bias}`);
  if (typeof batch_first !== "boolean") {
    throw new TypeError(`batch_first should be of type bool, got: ${typeof batch_first}`);
  }
  for (const [name, size] of [
    ["input_size", input_size],
    ["hidden_size", hidden_size],
    ["num_layers", num_layers],
  ] as const) {
    if (typeof size !== "number" || !Number.isInteger(size)) {
      throw new TypeError(
        `${name} should be of type int, got: ${typeof size === "number" ? size : typeof size}`,
      );
    }
    if (size <= 0) throw new ValueError(`${name} must be greater than zero`);
  }
  if (!Number.isInteger(proj_size) || proj_size < 0) {
    throw new ValueError("proj_size should be a positive integer or zero to disable projections");
  }
  if (proj_size >= (hidden_size as number))
    throw new ValueError("proj_size has to be smaller than hidden_size");
}

/**
 * What the recurrent layers share (PyTorch: `nn.RNNBase`): parameters `weight_ih_l{k}`, `weight_hh_l{k}`, `bias_ih_l{k}`,
 * `bias_hh_l{k}`, those of the backward direction with `_reverse`; all drawn from U(-1/√hidden_size, 1/√hidden_size).
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface types the parameters by their names
export abstract class RNNBase extends Module {
  readonly mode: string;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly bias: boolean;
  readonly batch_first: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  readonly proj_size: number;

  constructor(kind: RecurrentMode, given: Partial<Arguments>) {
    super();
    check_arguments(given);
    this.mode = kind.toUpperCase();
    this.input_size = given.input_size as number;
    this.hidden_size = given.hidden_size as number;
    this.num_layers = given.num_layers ?? 1;
    this.bias = given.bias ?? true;
    this.batch_first = given.batch_first ?? false;
    this.dropout = given.dropout ?? 0;
    this.bidirectional = given.bidirectional ?? false;
    this.proj_size = given.proj_size ?? 0;
    check_device(given.device);
    const dtype = given.dtype ?? get_default_dtype();
    const gates = gates_of[kind] * this.hidden_size;
    for (let layer = 0; layer < this.num_layers; layer++) {
      const width = layer === 0 ? this.input_size : this._width * this._directions;
      for (const { w_ih, w_hh, b_ih, b_hh, w_hr } of this._names(layer)) {
        const register = (name: string | null, ...shape: number[]): void => {
          if (name === null) return;
          this.register_parameter(name, uniform_parameter(shape, dtype, this.hidden_size));
        };
        register(w_ih, gates, width);
        register(w_hh, gates, this._width);
        register(b_ih, gates);
        register(b_hh, gates);
        register(w_hr, this.proj_size, this.hidden_size);
      }
    }
  }

  /** @internal Names of a layer's parameters, by direction. */
  _names(layer: number): Weights<string>[] {
    return (this.bidirectional ? ["", "_reverse"] : [""]).map((end) => ({
      w_ih: `weight_ih_l${layer}${end}`,
      w_hh: `weight_hh_l${layer}${end}`,
      b_ih: this.bias ? `bias_ih_l${layer}${end}` : null,
      b_hh: this.bias ? `bias_hh_l${layer}${end}` : null,
      w_hr: this.proj_size > 0 ? `weight_hr_l${layer}${end}` : null,
    }));
  }

  /** @internal Features of the hidden state as it leaves the layer. */
  get _width(): number {
    return this.proj_size > 0 ? this.proj_size : this.hidden_size;
  }

  /** @internal */
  get _kind(): RecurrentMode {
    return this.mode.toLowerCase() as RecurrentMode;
  }

  /** @internal */
  get _directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** The parameters, by layer and direction. */
  get all_weights(): Parameter[][] {
    const named = this as unknown as Record<string, Parameter>;
    return range(this.num_layers)
      .flatMap((layer) => this._names(layer))
      .map((set) =>
        [set.w_ih, set.w_hh, set.b_ih, set.b_hh, set.w_hr]
          .filter((name): name is string => name !== null)
          .map((name) => named[name]),
      );
  }

  /** Draws all parameters anew. */
  reset_parameters(): void {
    for (const parameter of this.parameters()) {
      parameter.data = uniform_parameter(parameter.shape, parameter.dtype, this.hidden_size);
    }
  }

  /** Nothing to be done: there is one layout. */
  flatten_parameters(): void {}

  override extra_repr(): string {
    const title = (value: boolean): string => (value ? "True" : "False");
    let text = `${this.input_size}, ${this.hidden_size}`;
    if (this.proj_size !== 0) text += `, proj_size=${this.proj_size}`;
    if (this.num_layers !== 1) text += `, num_layers=${this.num_layers}`;
    if (!this.bias) text += `, bias=${title(this.bias)}`;
    if (this.batch_first) text += `, batch_first=${title(this.batch_first)}`;
    if (this.dropout !== 0) {
      text += `, dropout=${Number.isInteger(this.dropout) ? this.dropout.toFixed(1) : this.dropout}`;
    }
    if (this.bidirectional) text += `, bidirectional=${title(this.bidirectional)}`;
    return text;
  }

  /** @internal `input` through all layers, from states (layers * directions, batch, hidden), null for zeros. */
  _run<I extends Tensor | PackedSequence>(input: I, h0: Tensor | null, c0: Tensor | null): RunResult<I> {
    if (input instanceof PackedSequence) return this._run_packed(input, h0, c0) as RunResult<I>;
    return this._run_padded(expect_tensor(this._get_name(), input), h0, c0) as RunResult<I>;
  }

  /** @internal */
  _run_padded(input: Tensor, h0: Tensor | null, c0: Tensor | null): RunResult<Tensor> {
    const name = this._get_name();
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new ValueError(
        `${name}: Expected input to be 2D or 3D, got ${input.ndim}D${this._kind.startsWith("rnn") ? " tensor" : ""} instead`,
      );
    }
    const batched = input.ndim === 3;
    this._check_rank(batched, h0, c0);
    const batch_dim = this.batch_first ? 0 : 1;
    if (!batched) {
      const { output, hn, cn } = this._run_padded(
        unsqueeze(input, batch_dim),
        h0 && unsqueeze(h0, 1),
        c0 && unsqueeze(c0, 1),
      );
      return { output: squeeze(output, batch_dim), hn: squeeze(hn, 1), cn: cn && squeeze(cn, 1) };
    }
    this._check(input, input.shape[batch_dim], h0, c0);
    if (input.shape[1 - batch_dim] === 0) {
      throw new RuntimeError("Expected sequence length to be larger than 0 in RNN");
    }
    // Between layers the batch stays time first, so that it is turned round once only.
    const turn = this.batch_first && this.num_layers > 1;
    const result = this._stack_of_layers(turn ? transpose(input, 0, 1) : input, null, h0, c0);
    return { ...result, output: turn ? transpose(result.output, 0, 1) : result.output };
  }

  /** @internal */
  _run_packed(packed: PackedSequence, h0: Tensor | null, c0: Tensor | null): RunResult<PackedSequence> {
    const { data, batch_sizes, sorted_indices, unsorted_indices, _sizes } = packed;
    if (data.ndim !== 2) throw new RuntimeError(`input must have 2 dimensions, got ${data.ndim}`);
    this._check_rank(true, h0, c0);
    this._check(data, _sizes[0], h0, c0);
    const sort = (state: Tensor | null, order: Tensor | null): Tensor | null =>
      state === null || order === null ? state : index_select(state, 1, order);
    const result = this._stack_of_layers(data, _sizes, sort(h0, sorted_indices), sort(c0, sorted_indices));
    return {
      output: new PackedSequence(result.output, batch_sizes, sorted_indices, unsorted_indices),
      hn: sort(result.hn, unsorted_indices) as Tensor,
      cn: sort(result.cn, unsorted_indices),
    };
  }

  /** @internal */
  _stack_of_layers(
    input: Tensor,
    batch_sizes: readonly number[] | null,
    h0: Tensor | null,
    c0: Tensor | null,
  ): RunResult<Tensor> {
    const directions = this._directions;
    const named = this as unknown as Record<string, Parameter>;
    const layout = { batch_first: this.batch_first && this.num_layers === 1, batch_sizes };
    const part = (state: Tensor | null, layer: number): Tensor | null =>
      state === null || this.num_layers === 1
        ? state
        : slice(state, 0, layer * directions, (layer + 1) * directions);
    const results: LayerResult[] = [];
    let output = input;
    for (let layer = 0; layer < this.num_layers; layer++) {
      if (layer > 0 && this.dropout > 0) output = dropout(output, this.dropout, this.training);
      const weights = this._names(layer).map((set) => ({
        w_ih: named[set.w_ih],
        w_hh: named[set.w_hh],
        b_ih: set.b_ih === null ? null : named[set.b_ih],
        b_hh: set.b_hh === null ? null : named[set.b_hh],
        w_hr: set.w_hr === null ? null : named[set.w_hr],
      }));
      const result = recurrent_layer(this._kind, output, part(h0, layer), part(c0, layer), weights, layout);
      results.push(result);
      output = result.output;
    }
    const join = (states: readonly Tensor[]): Tensor => (states.length === 1 ? states[0] : cat(states, 0));
    return {
      output,
      hn: join(results.map((result) => result.hn)),
      cn: this._kind === "lstm" ? join(results.map((result) => result.cn as Tensor)) : null,
    };
  }

  /** @internal */
  _check_rank(batched: boolean, h0: Tensor | null, c0: Tensor | null): void {
    if (h0 === null) return;
    const rank = batched ? 3 : 2;
    const kind = batched ? "batched 3-D" : "unbatched 2-D";
    if (c0 !== null && (h0.ndim !== rank || c0.ndim !== rank)) {
      throw new RuntimeError(
        `For ${kind} input, hx and cx should also be ${rank}-D but got (${h0.ndim}-D, ${c0.ndim}-D) tensors`,
      );
    }
    if (h0.ndim !== rank) {
      throw new RuntimeError(`For ${kind} input, hx should also be ${rank}-D but got ${h0.ndim}-D tensor`);
    }
  }

  /** @internal */
  _check(input: Tensor, batch: number, h0: Tensor | null, c0: Tensor | null): void {
    const { dtype } = this.weight_ih_l0;
    if (input.dtype !== dtype) {
      throw new ValueError(
        `RNN input dtype (${input.dtype}) does not match weight dtype (${dtype}). Convert input: input.to(${dtype}), or ` +
          `convert model: model.to(${input.dtype})`,
      );
    }
    const features = input.shape[input.ndim - 1];
    if (features !== this.input_size) {
      throw new RuntimeError(
        `input.size(-1) must be equal to input_size. Expected ${this.input_size}, got ${features}`,
      );
    }
    const expect = (state: Tensor | null, what: string, width: number): void => {
      const shape = [this.num_layers * this._directions, batch, width];
      if (state !== null && !same_shape(state.shape, shape)) {
        throw new RuntimeError(
          `Expected ${what} size [${shape.join(", ")}], got [${state.shape.join(", ")}]`,
        );
      }
    };
    expect(h0, c0 === null ? "hidden" : "hidden[0]", this._width);
    expect(c0, "hidden[1]", this.hidden_size);
  }
}

/** Parameters by their names: `lstm.weight_ih_l0`, `lstm.bias_hh_l1_reverse`. */
export interface RNNBase {
  [name: `weight_${string}`]: Parameter;
  [name: `bias_${string}`]: Parameter;
}

/** @internal A parameter drawn from U(-1/√hidden_size, 1/√hidden_size). */
export function uniform_parameter(shape: Shape, dtype: DType, hidden_size: number): Parameter {
  const data = dtype === float64 ? new Float64Array(numel(shape)) : new Float32Array(numel(shape));
  const bound = 1 / Math.sqrt(hidden_size);
  return new Parameter(
    new Tensor(from_data(shape, dtype, fill_uniform(default_generator, data, -bound, bound))),
  );
}

const keyword = ["device", "dtype"] as const;

/** Binds a constructor's arguments; `order` names those after the sizes. */
export function bind_arguments(
  name: string,
  order: readonly (keyof Arguments)[],
  args: readonly unknown[],
): Partial<Arguments> {
  const more = order.includes("proj_size") ? keyword : ([...keyword, "proj_size"] as const);
  const given = bind<Arguments>(name, ["input_size", "hidden_size", ...order], more, args);
  for (const size of ["input_size", "hidden_size"] as const) {
    if (given[size] === undefined) throw new TypeError(`${name}() missing required argument '${size}'`);
  }
  if (!order.includes("proj_size") && given.proj_size !== undefined) {
    throw new ValueError("proj_size argument is only supported for LSTM, not RNN or GRU");
  }
  return given;
}

export function optional_state(name: string, hx: Tensor | null | undefined): Tensor | null {
  if (hx === null || hx === undefined) return null;
  if (!is_tensor(hx)) {
    throw new TypeError(
      `${name}: hx must be a Tensor${Array.isArray(hx) ? ", not a list" : `, not ${typeof hx}`}`,
    );
  }
  return hx;
}
