/** @file Convolution layers whose first input says `in_channels`. */
import { RuntimeError, ValueError } from "../errors";
import type { PerDim } from "../ops/pooling/sliding";
import { size_text } from "../shape";
import type { Tensor } from "../tensor";
import { Conv1d, Conv2d, Conv3d } from "./conv";
import type { ConvBase, ConvOptions, ConvTransposeOptions, PaddingMode } from "./conv-base";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./conv-transpose";
import { bind_layer } from "./factory";
import { first_call, has_uninitialized } from "./lazy";
import { is_uninitialized, UninitializedParameter } from "./uninitialized";

interface Required {
  out_channels: number;
  kernel_size: PerDim;
}

const conv_names = [
  "stride",
  "padding",
  "dilation",
  "groups",
  "bias",
  "padding_mode",
  "device",
  "dtype",
] as const;
const transpose_names = [
  "stride",
  "padding",
  "output_padding",
  "groups",
  "bias",
  "dilation",
  "padding_mode",
  "device",
  "dtype",
] as const;

/** The arguments of the layer that a lazy one stands for: as given, with no channels yet. */
function eager<Options extends object>(
  layer: string,
  names: readonly (keyof Options & string)[],
  args: readonly unknown[],
): Options & Required & { in_channels: number } {
  const bound = bind_layer<Options & Required>(layer, ["out_channels", "kernel_size"], names, args);
  return { ...bound, in_channels: 0 } as Options & Required & { in_channels: number };
}

function forget(layer: ConvBase): void {
  const { dtype } = layer.weight;
  layer.weight = new UninitializedParameter(true, { dtype });
  if (layer.bias !== null) layer.bias = new UninitializedParameter(true, { dtype });
}

/** Gives a layer's parameters their shapes after the channels of its first input. */
function complete(layer: ConvBase, input: Tensor): void {
  if (has_uninitialized(layer)) {
    const { out_channels, groups, kernel_size, transposed } = layer;
    const rank = kernel_size.length;
    if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
      throw new RuntimeError(
        `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${layer._get_name()}, but got input of size: ` +
          size_text(input.shape),
      );
    }
    const channels = input.shape[input.ndim - rank - 1];
    if (channels % groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    layer.in_channels = channels;
    const sizes = transposed ? [channels, out_channels / groups] : [out_channels, channels / groups];
    if (is_uninitialized(layer.weight)) layer.weight.materialize([...sizes, ...kernel_size]);
    if (is_uninitialized(layer.bias)) layer.bias.materialize([out_channels]);
    layer.reset_parameters();
  }
  if (layer.in_channels === 0) {
    const { weight, groups, transposed } = layer;
    layer.in_channels = transposed ? weight.shape[0] : weight.shape[1] * groups;
  }
}

/** A {@link Conv1d} whose `in_channels` are those of its first input; it is a `Conv1d` from then on. */
export class LazyConv1d extends Conv1d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvOptions>("LazyConv1d", conv_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, Conv1d, args);
  }
}

/** A {@link Conv2d} whose `in_channels` are those of its first input; it is a `Conv2d` from then on. */
export class LazyConv2d extends Conv2d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvOptions>("LazyConv2d", conv_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, Conv2d, args);
  }
}

/** A {@link Conv3d} whose `in_channels` are those of its first input; it is a `Conv3d` from then on. */
export class LazyConv3d extends Conv3d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim | "same" | "valid",
    dilation?: PerDim,
    groups?: number,
    bias?: boolean,
    padding_mode?: PaddingMode,
  );
  constructor(options: Required & ConvOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvOptions>("LazyConv3d", conv_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, Conv3d, args);
  }
}

/** A {@link ConvTranspose1d} whose `in_channels` are those of its first input; it is a `ConvTranspose1d` from then on. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvTransposeOptions>("LazyConvTranspose1d", transpose_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, ConvTranspose1d, args);
  }
}

/** A {@link ConvTranspose2d} whose `in_channels` are those of its first input; it is a `ConvTranspose2d` from then on. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvTransposeOptions>("LazyConvTranspose2d", transpose_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, ConvTranspose2d, args);
  }
}

/** A {@link ConvTranspose3d} whose `in_channels` are those of its first input; it is a `ConvTranspose3d` from then on. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(out_channels: number, kernel_size: PerDim, options?: ConvTransposeOptions);
  constructor(
    out_channels: number,
    kernel_size: PerDim,
    stride: PerDim,
    padding?: PerDim,
    output_padding?: PerDim,
    groups?: number,
    bias?: boolean,
    dilation?: PerDim,
  );
  constructor(options: Required & ConvTransposeOptions);
  constructor(...args: unknown[]) {
    super(eager<ConvTransposeOptions>("LazyConvTranspose3d", transpose_names, args));
    forget(this);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_channels !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    complete(this, input);
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, ConvTranspose3d, args);
  }
}
