/** @file Layers that add elements around their input. */

import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import { type PadMode, pad } from "./functional/pad";
import { Module } from "./module";
import { python_text } from "./python-text";

/** How much on every side: one number for all, or (left, right, top, bottom, ...), the last dimension first. */
export type Padding = number | readonly number[];

abstract class PadLayer extends Module {
  padding: number[];
  /** @internal */ declare readonly _mode: PadMode;

  /** @internal */
  constructor(layer: string, rank: number, mode: PadMode, padding: unknown) {
    super();
    const bound = bind_layer<{ padding: Padding }>(layer, ["padding"], [], [padding]);
    this.padding = sides(layer, rank, bound.padding as Padding);
    Object.defineProperty(this, "_mode", { value: mode });
  }

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this._mode);
  }

  override extra_repr(): string {
    return python_text(this.padding);
  }
}

/** @internal */
function sides(layer: string, rank: number, padding: Padding): number[] {
  const list = Array.isArray(padding) ? [...padding] : new Array<number>(2 * rank).fill(padding as number);
  if (list.length !== 2 * rank || !list.every((count) => Number.isInteger(count))) {
    throw new TypeError(`${layer}(): argument 'padding' must be int or a tuple of ${2 * rank} ints`);
  }
  return list;
}

/** Adds elements mirrored at the ends around one dimension of (N, C, L). */
export class ReflectionPad1d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReflectionPad1d", 1, "reflect", padding);
  }
}

/** Adds elements mirrored at the ends around two dimensions of (N, C, H, W). */
export class ReflectionPad2d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReflectionPad2d", 2, "reflect", padding);
  }
}

/** Adds elements mirrored at the ends around three dimensions of (N, C, D, H, W). */
export class ReflectionPad3d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReflectionPad3d", 3, "reflect", padding);
  }
}

/** Adds the first and last elements around one dimension of (N, C, L). */
export class ReplicationPad1d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReplicationPad1d", 1, "replicate", padding);
  }
}

/** Adds the first and last elements around two dimensions of (N, C, H, W). */
export class ReplicationPad2d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReplicationPad2d", 2, "replicate", padding);
  }
}

/** Adds the first and last elements around three dimensions of (N, C, D, H, W). */
export class ReplicationPad3d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ReplicationPad3d", 3, "replicate", padding);
  }
}

/** Adds elements from the other end around one dimension of (N, C, L). */
export class CircularPad1d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("CircularPad1d", 1, "circular", padding);
  }
}

/** Adds elements from the other end around two dimensions of (N, C, H, W). */
export class CircularPad2d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("CircularPad2d", 2, "circular", padding);
  }
}

/** Adds elements from the other end around three dimensions of (N, C, D, H, W). */
export class CircularPad3d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("CircularPad3d", 3, "circular", padding);
  }
}

/** Adds zeros around two dimensions of (N, C, H, W). */
export class ZeroPad2d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ZeroPad2d", 2, "constant", padding);
  }
}

/** Adds zeros around three dimensions of (N, C, D, H, W). */
export class ZeroPad3d extends PadLayer {
  constructor(padding: Padding | { padding: Padding }) {
    super("ZeroPad3d", 3, "constant", padding);
  }
}

abstract class ConstantPad extends Module {
  padding: number[];
  value: number;

  /** @internal */
  constructor(layer: string, rank: number, args: readonly unknown[]) {
    super();
    type Args = { padding: Padding; value: number };
    const bound = bind_layer<Args>(layer, ["padding", "value"], [], args);
    this.padding = sides(layer, rank, bound.padding as Padding);
    this.value = bound.value as number;
  }

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, "constant", this.value);
  }

  override extra_repr(): string {
    return `padding=${python_text(this.padding)}, value=${this.value}`;
  }
}

/** Adds one value around two dimensions of (N, C, H, W). */
export class ConstantPad2d extends ConstantPad {
  constructor(padding: Padding, value: number);
  constructor(options: { padding: Padding; value: number });
  constructor(...args: unknown[]) {
    super("ConstantPad2d", 2, args);
  }
}

/** Adds one value around three dimensions of (N, C, D, H, W). */
export class ConstantPad3d extends ConstantPad {
  constructor(padding: Padding, value: number);
  constructor(options: { padding: Padding; value: number });
  constructor(...args: unknown[]) {
    super("ConstantPad3d", 3, args);
  }
}
