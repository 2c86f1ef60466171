/** @file Normalisation layers. */
import { no_grad } from "../autograd/grad-mode";
import type { DType } from "../dtype";
import { int64 } from "../dtype";
import { ValueError } from "../errors";
import { ones, zeros } from "../ops/value/create";
import type { Shape } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import * as F from "./functional";
import { size_list } from "./functional/normalization";
import { ones_, zeros_ } from "./init";
import { Module } from "./module";
import type { Parameter } from "./parameter";

const bool_text = (value: boolean): string => (value ? "True" : "False");
const tuple_text = (sizes: Shape): string => `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
/** A number as Python writes floats: 1e-05, 0.001. */
const small_text = (value: number): string => {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
};

/** Keyword arguments of {@link LayerNorm}. */
export interface LayerNormOptions extends FactoryOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Whether there are a weight and a bias. Default: true. */
  elementwise_affine?: boolean;
  /** Whether there is a bias. Default: true. */
  bias?: boolean;
}

/** Layer normalisation over the last dimensions, which have the sizes `normalized_shape`. */
export class LayerNorm extends Module {
  normalized_shape: number[];
  eps: number;
  elementwise_affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalized_shape: number | Shape, options?: LayerNormOptions);
  constructor(
    normalized_shape: number | Shape,
    eps: number,
    elementwise_affine?: boolean | LayerNormOptions,
    bias?: boolean | LayerNormOptions,
    options?: FactoryOptions,
  );
  constructor(options: LayerNormOptions & { normalized_shape: number | Shape });
  constructor(...args: unknown[]) {
    super();
    type Args = LayerNormOptions & { normalized_shape: number | Shape };
    const names = ["eps", "elementwise_affine", "bias", "device", "dtype"] as const;
    const bound = bind_layer<Args>("LayerNorm", ["normalized_shape"], names, args);
    this.normalized_shape = size_list(bound.normalized_shape as number | Shape);
    this.eps = bound.eps ?? 1e-5;
    this.elementwise_affine = bound.elementwise_affine ?? true;
    this.weight = this.elementwise_affine ? empty_parameter(this.normalized_shape, bound.dtype) : null;
    this.bias =
      this.elementwise_affine && (bound.bias ?? true)
        ? empty_parameter(this.normalized_shape, bound.dtype)
        : null;
    this.reset_parameters();
  }

  /** Sets the weight to ones and the bias to zeros. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return F.layer_norm(input, this.normalized_shape, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    const { normalized_shape, eps, elementwise_affine, bias } = this;
    return (
      `${tuple_text(normalized_shape)}, eps=${small_text(eps)}, elementwise_affine=${bool_text(elementwise_affine)}, ` +
      `bias=${bool_text(bias !== null)}`
    );
  }
}

/** Division by the root mean square of the last dimensions. */
export class RMSNorm extends Module {
  normalized_shape: number[];
  eps: number | null;
  elementwise_affine: boolean;
  weight: Parameter | null;

  constructor(
    normalized_shape: number | Shape,
    options?: FactoryOptions & { eps?: number | null; elementwise_affine?: boolean },
  );
  constructor(
    normalized_shape: number | Shape,
    eps: number | null,
    elementwise_affine?: boolean | (FactoryOptions & { elementwise_affine?: boolean }),
  );
  constructor(...args: unknown[]) {
    super();
    type Args = FactoryOptions & {
      normalized_shape: number | Shape;
      eps: number | null;
      elementwise_affine: boolean;
    };
    const names = ["eps", "elementwise_affine", "device", "dtype"] as const;
    const bound = bind_layer<Args>("RMSNorm", ["normalized_shape"], names, args);
    this.normalized_shape = size_list(bound.normalized_shape as number | Shape);
    this.eps = bound.eps ?? null;
    this.elementwise_affine = bound.elementwise_affine ?? true;
    this.weight = this.elementwise_affine ? empty_parameter(this.normalized_shape, bound.dtype) : null;
    this.reset_parameters();
  }

  /** Sets the weight to ones. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight);
  }

  override forward(input: Tensor): Tensor {
    return F.rms_norm(input, this.normalized_shape, this.weight, this.eps);
  }

  override extra_repr(): string {
    const eps = this.eps === null ? "None" : small_text(this.eps);
    return `${tuple_text(this.normalized_shape)}, eps=${eps}, elementwise_affine=${bool_text(this.elementwise_affine)}`;
  }
}

/** Normalisation over groups of channels of (N, C, ...). */
export class GroupNorm extends Module {
  num_groups: number;
  num_channels: number;
  eps: number;
  affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    num_groups: number,
    num_channels: number,
    options?: FactoryOptions & { eps?: number; affine?: boolean; bias?: boolean },
  );
  constructor(
    num_groups: number,
    num_channels: number,
    eps: number,
    affine?: boolean | (FactoryOptions & { affine?: boolean; bias?: boolean }),
  );
  constructor(...args: unknown[]) {
    super();
    type Args = FactoryOptions & {
      num_groups: number;
      num_channels: number;
      eps: number;
      affine: boolean;
      bias: boolean;
    };
    const names = ["eps", "affine", "device", "dtype", "bias"] as const;
    const bound = bind_layer<Args>("GroupNorm", ["num_groups", "num_channels"], names, args);
    this.num_groups = check_size("GroupNorm", "num_groups", bound.num_groups, 1);
    this.num_channels = check_size("GroupNorm", "num_channels", bound.num_channels);
    if (this.num_channels % this.num_groups !== 0) {
      throw new ValueError(
        `num_channels (${this.num_channels}) must be divisible by num_groups (${this.num_groups})`,
      );
    }
    this.eps = bound.eps ?? 1e-5;
    this.affine = bound.affine ?? true;
    this.weight = this.affine ? empty_parameter([this.num_channels], bound.dtype) : null;
    this.bias =
      this.affine && (bound.bias ?? true) ? empty_parameter([this.num_channels], bound.dtype) : null;
    this.reset_parameters();
  }

  /** Sets the weight to ones and the bias to zeros. */
  reset_parameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  override forward(input: Tensor): Tensor {
    return F.group_norm(input, this.num_groups, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    const { num_groups, num_channels, eps, affine, bias } = this;
    return (
      `${num_groups}, ${num_channels}, eps=${small_text(eps)}, affine=${bool_text(affine)}, ` +
      `bias=${bool_text(bias !== null)}`
    );
  }
}

/** Keyword arguments of batch normalisation. */
export interface BatchNormOptions extends FactoryOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** How far the running statistics move with each batch; null for the mean over all batches. Default: 0.1. */
  momentum?: number | null;
  /** Whether there are a weight and a bias. Default: true. */
  affine?: boolean;
  /** Whether running statistics are kept, for evaluation. Default: true. */
  track_running_stats?: boolean;
  /** Whether there is a bias. Default: true. */
  bias?: boolean;
}

const batch_norm_names = [
  "eps",
  "momentum",
  "affine",
  "track_running_stats",
  "device",
  "dtype",
  "bias",
] as const;

/** @internal What batch and instance normalisation share. */
export abstract class BatchNorm extends Module {
  num_features: number;
  eps: number;
  momentum: number | null;
  affine: boolean;
  track_running_stats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;

  constructor(num_features: number, options?: BatchNormOptions);
  constructor(
    num_features: number,
    eps: number,
    momentum?: number | null | BatchNormOptions,
    affine?: boolean | BatchNormOptions,
    track_running_stats?: boolean | BatchNormOptions,
  );
  constructor(options: BatchNormOptions & { num_features: number });
  constructor(...args: unknown[]) {
    super();
    type Args = BatchNormOptions & { num_features: number };
    const bound = bind_layer<Args>(this._get_name(), ["num_features"], batch_norm_names, args);
    this.num_features = check_size(this._get_name(), "num_features", bound.num_features);
    this.eps = bound.eps ?? 1e-5;
    this.momentum = bound.momentum === undefined ? 0.1 : bound.momentum;
    this.affine = bound.affine ?? this._default();
    this.track_running_stats = bound.track_running_stats ?? this._default();
    const shape = [this.num_features];
    this.weight = this.affine ? empty_parameter(shape, bound.dtype) : null;
    this.bias = this.affine && (bound.bias ?? true) ? empty_parameter(shape, bound.dtype) : null;
    this._register(this.track_running_stats, bound.dtype ?? undefined);
    this.reset_parameters();
  }

  /** @internal Whether parameters and running statistics are there where nothing else is said. */
  _default(): boolean {
    return true;
  }

  /** @internal */
  _register(tracked: boolean, dtype?: DType): void {
    const shape = [this.num_features];
    this.register_buffer("running_mean", tracked ? zeros(shape, { dtype }) : null);
    this.register_buffer("running_var", tracked ? ones(shape, { dtype }) : null);
    this.register_buffer("num_batches_tracked", tracked ? zeros([], { dtype: int64 }) : null);
  }

  /** Sets the running statistics back to mean 0 and variance 1. */
  reset_running_stats(): void {
    if (this.running_mean !== null) zeros_(this.running_mean);
    if (this.running_var !== null) ones_(this.running_var);
    const counter = this.num_batches_tracked;
    if (counter !== null) no_grad(() => counter._assign(zeros([], { dtype: int64 })));
  }

  /** Sets everything to its first value. */
  reset_parameters(): void {
    this.reset_running_stats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** @internal */
  abstract _check(input: Tensor): void;

  override forward(input: Tensor): Tensor {
    this._check(input);
    const { running_mean, running_var, weight, bias, eps } = this;
    const tracked = running_mean !== null && running_var !== null;
    const by_batch = this.training || !tracked;
    let factor = this.momentum ?? 0;
    if (this.training && this.track_running_stats && this.num_batches_tracked !== null) {
      const counter = this.num_batches_tracked;
      no_grad(() => counter._assign(counter.add(1)));
      if (this.momentum === null) factor = 1 / counter.item();
    }
    const update = this.training ? this.track_running_stats : true;
    return F.batch_norm(
      input,
      update ? running_mean : null,
      update ? running_var : null,
      weight,
      bias,
      by_batch,
      factor,
      eps,
    );
  }

  override extra_repr(): string {
    const { num_features, eps, momentum, affine, bias, track_running_stats } = this;
    return (
      `${num_features}, eps=${small_text(eps)}, momentum=${momentum ?? "None"}, affine=${bool_text(affine)}, ` +
      `bias=${bool_text(bias !== null)}, track_running_stats=${bool_text(track_running_stats)}`
    );
  }
}

/** Batch normalisation of (N, C) or (N, C, L). */
export class BatchNorm1d extends BatchNorm {
  /** @internal */
  _check(input: Tensor): void {
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new ValueError(`expected 2D or 3D input (got ${input.ndim}D input)`);
    }
  }
}

/** Batch normalisation of (N, C, H, W). */
export class BatchNorm2d extends BatchNorm {
  /** @internal */
  _check(input: Tensor): void {
    if (input.ndim !== 4) throw new ValueError(`expected 4D input (got ${input.ndim}D input)`);
  }
}

/** Batch normalisation of (N, C, D, H, W). */
export class BatchNorm3d extends BatchNorm {
  /** @internal */
  _check(input: Tensor): void {
    if (input.ndim !== 5) throw new ValueError(`expected 5D input (got ${input.ndim}D input)`);
  }
}
