/** @file Means and maxima over windows that are counted, not sized, as layers. */
import type { OutputSize } from "../ops/pooling/adaptive-pool";
import * as adaptive from "../ops/pooling/adaptive-pool";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { Module } from "./module";
import { python_text } from "./python-text";

abstract class AdaptivePool extends Module {
  output_size: OutputSize;

  /** @internal */
  constructor(output_size: OutputSize) {
    super();
    this.output_size = output_size;
  }

  override extra_repr(): string {
    return `output_size=${python_text(this.output_size)}`;
  }
}

function output_size_of(layer: string, given: OutputSize | { output_size: OutputSize }): OutputSize {
  if (given === null) return null;
  const bound = bind_layer<{ output_size: OutputSize }>(layer, ["output_size"], [], [given]);
  return bound.output_size as OutputSize;
}

/** Means over `output_size` windows that cover one dimension of (N, C, L) evenly. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool1d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool1d(input, this.output_size);
  }
}

/** Means over `output_size` windows that cover two dimensions of (N, C, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool2d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool2d(input, this.output_size);
  }
}

/** Means over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly; null in it keeps a size. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(output_size: OutputSize | { output_size: OutputSize }) {
    super(output_size_of("AdaptiveAvgPool3d", output_size));
  }

  override forward(input: Tensor): Tensor {
    return adaptive.adaptive_avg_pool3d(input, this.output_size);
  }
}

/** Maxima over `output_size` windows that cover one dimension of (N, C, L) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool1d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool1d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool1d(input, this.output_size);
    return adaptive.adaptive_max_pool1d(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Maxima over `output_size` windows that cover two dimensions of (N, C, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool2d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool2d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool2d(input, this.output_size);
    return adaptive.adaptive_max_pool2d(input, this.output_size, true) as unknown as Tensor;
  }
}

/** Maxima over `output_size` windows that cover three dimensions of (N, C, D, H, W) evenly. With `return_indices` the call gives `[output, indices]`. */
export class AdaptiveMaxPool3d extends AdaptivePool {
  return_indices: boolean;

  constructor(output_size: OutputSize, return_indices?: boolean | { return_indices?: boolean });
  constructor(options: { output_size: OutputSize; return_indices?: boolean });
  constructor(...args: unknown[]) {
    type Args = { output_size: OutputSize; return_indices: boolean };
    const bound = bind_layer<Args>("AdaptiveMaxPool3d", ["output_size"], ["return_indices"], args);
    super(bound.output_size as OutputSize);
    this.return_indices = bound.return_indices ?? false;
  }

  override forward(input: Tensor): Tensor {
    if (!this.return_indices) return adaptive.adaptive_max_pool3d(input, this.output_size);
    return adaptive.adaptive_max_pool3d(input, this.output_size, true) as unknown as Tensor;
  }
}
