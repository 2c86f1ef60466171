/** @file Batch and instance normalisation whose first input says `num_features`. */
import { RuntimeError } from "../errors";
import { ones } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from "./instance-norm";
import { first_call, has_uninitialized } from "./lazy";
import {
  type BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
} from "./normalization";
import { is_uninitialized, UninitializedBuffer, UninitializedParameter } from "./uninitialized";

const names = ["eps", "momentum", "affine", "track_running_stats", "device", "dtype", "bias"] as const;

/** The arguments of the layer that a lazy one stands for: as given, with no features yet. */
function eager(layer: string, args: readonly unknown[]): BatchNormOptions & { num_features: number } {
  return { ...bind_layer<BatchNormOptions>(layer, [], names, args), num_features: 0 };
}

function forget(layer: BatchNorm): void {
  const dtype = layer.weight?.dtype ?? layer.running_mean?.dtype;
  if (layer.weight !== null) layer.weight = new UninitializedParameter(true, { dtype });
  if (layer.bias !== null) layer.bias = new UninitializedParameter(true, { dtype });
  if (layer.running_mean === null) return;
  layer.register_buffer("running_mean", new UninitializedBuffer({ dtype }));
  layer.register_buffer("running_var", new UninitializedBuffer({ dtype }));
}

/** Gives a layer's parameters and buffers their shapes after the channels of its first input. */
function complete(layer: BatchNorm, input: Tensor): void {
  if (has_uninitialized(layer)) {
    if (input.ndim < 2) throw new RuntimeError(`expected at least 2D input (got ${input.ndim}D input)`);
    layer.num_features = input.shape[1];
    for (const tensor of [layer.weight, layer.bias, layer.running_mean, layer.running_var]) {
      if (is_uninitialized(tensor)) tensor.materialize([layer.num_features]);
    }
    layer.reset_parameters();
  }
  if (layer.num_features === 0) {
    const known = layer.weight ?? layer.running_mean ?? ones([input.shape[1]]);
    layer.num_features = known.shape[0];
  }
}

/** A {@link BatchNorm1d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyBatchNorm1d", args) as BatchNormOptions & { num_features: number });
    forget(this);
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, BatchNorm1d, args);
  }
}

/** A {@link BatchNorm2d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyBatchNorm2d", args) as BatchNormOptions & { num_features: number });
    forget(this);
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, BatchNorm2d, args);
  }
}

/** A {@link BatchNorm3d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyBatchNorm3d", args) as BatchNormOptions & { num_features: number });
    forget(this);
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, BatchNorm3d, args);
  }
}

/** A {@link InstanceNorm1d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyInstanceNorm1d", args) as InstanceNormOptions & { num_features: number });
    forget(this);
  }

  /** @internal Unlike {@link InstanceNorm1d}, it has parameters and running statistics unless told otherwise, as in PyTorch. */
  override _default(): boolean {
    return true;
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, InstanceNorm1d, args);
  }
}

/** A {@link InstanceNorm2d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyInstanceNorm2d", args) as InstanceNormOptions & { num_features: number });
    forget(this);
  }

  /** @internal Unlike {@link InstanceNorm2d}, it has parameters and running statistics unless told otherwise, as in PyTorch. */
  override _default(): boolean {
    return true;
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, InstanceNorm2d, args);
  }
}

/** A {@link InstanceNorm3d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(options?: BatchNormOptions);
  constructor(eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean);
  constructor(...args: unknown[]) {
    super(eager("LazyInstanceNorm3d", args) as InstanceNormOptions & { num_features: number });
    forget(this);
  }

  /** @internal Unlike {@link InstanceNorm3d}, it has parameters and running statistics unless told otherwise, as in PyTorch. */
  override _default(): boolean {
    return true;
  }

  /** Sets everything to its first value, once it has shapes. */
  override reset_parameters(): void {
    if (this.num_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives parameters and buffers their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, InstanceNorm3d, args);
  }
}
