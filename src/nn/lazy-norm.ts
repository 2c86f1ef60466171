/** @file Batch and instance normalisation whose first input says `num_features`. */
import { RuntimeError } from "../errors";
import { ones } from "../ops/value/create";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from "./instance-norm";
import { has_uninitialized, type Lazy, type LazyForm, lazy } from "./lazy";
import {
  type BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
} from "./normalization";
import { is_uninitialized, UninitializedBuffer, UninitializedParameter } from "./uninitialized";

const names = ["eps", "momentum", "affine", "track_running_stats", "device", "dtype", "bias"] as const;

interface LazyNormConstructor<Layer> {
  new (options?: BatchNormOptions): Layer & Lazy;
  new (eps: number, momentum?: number, affine?: boolean, track_running_stats?: boolean): Layer & Lazy;
}

const form: LazyForm<BatchNorm> = {
  bind: (name, args) => ({ ...bind_layer<BatchNormOptions>(name, [], names, args), num_features: 0 }),
  size: (layer) => layer.num_features,
  forget(layer) {
    const dtype = layer.weight?.dtype ?? layer.running_mean?.dtype;
    if (layer.weight !== null) layer.weight = new UninitializedParameter(true, { dtype });
    if (layer.bias !== null) layer.bias = new UninitializedParameter(true, { dtype });
    if (layer.running_mean === null) return;
    layer.register_buffer("running_mean", new UninitializedBuffer({ dtype }));
    layer.register_buffer("running_var", new UninitializedBuffer({ dtype }));
  },
  complete,
};

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
export class LazyBatchNorm1d extends lazy<LazyNormConstructor<BatchNorm1d>, BatchNorm>(BatchNorm1d, form) {}

/** A {@link BatchNorm2d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyBatchNorm2d extends lazy<LazyNormConstructor<BatchNorm2d>, BatchNorm>(BatchNorm2d, form) {}

/** A {@link BatchNorm3d} whose `num_features` are the channels of its first input; it is one from then on. */
export class LazyBatchNorm3d extends lazy<LazyNormConstructor<BatchNorm3d>, BatchNorm>(BatchNorm3d, form) {}

/**
 * An {@link InstanceNorm1d} whose `num_features` are the channels of its first input; it is one from then on. Unlike that one it has
 * parameters and running statistics unless told otherwise, as in PyTorch.
 */
export class LazyInstanceNorm1d extends lazy<LazyNormConstructor<InstanceNorm1d>, BatchNorm>(
  InstanceNorm1d,
  form,
) {
  /** @internal */
  override _default(): boolean {
    return true;
  }
}

/**
 * An {@link InstanceNorm2d} whose `num_features` are the channels of its first input; it is one from then on. Unlike that one it has
 * parameters and running statistics unless told otherwise, as in PyTorch.
 */
export class LazyInstanceNorm2d extends lazy<LazyNormConstructor<InstanceNorm2d>, BatchNorm>(
  InstanceNorm2d,
  form,
) {
  /** @internal */
  override _default(): boolean {
    return true;
  }
}

/**
 * An {@link InstanceNorm3d} whose `num_features` are the channels of its first input; it is one from then on. Unlike that one it has
 * parameters and running statistics unless told otherwise, as in PyTorch.
 */
export class LazyInstanceNorm3d extends lazy<LazyNormConstructor<InstanceNorm3d>, BatchNorm>(
  InstanceNorm3d,
  form,
) {
  /** @internal */
  override _default(): boolean {
    return true;
  }
}
