/** @file Layers that rearrange, pad or compare without parameters. */

import { flatten, unflatten } from "../ops/shape/movement";
import type { Shape } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { Module } from "./module";

/** Dimensions `start_dim` (default 1) to `end_dim` as one. */
export class Flatten extends Module {
  start_dim: number;
  end_dim: number;

  constructor(start_dim?: number, end_dim?: number);
  constructor(options: { start_dim?: number; end_dim?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { start_dim: number; end_dim: number };
    const bound = bind_layer<Args>("Flatten", [], ["start_dim", "end_dim"], args);
    this.start_dim = bound.start_dim ?? 1;
    this.end_dim = bound.end_dim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return flatten(input, this.start_dim, this.end_dim);
  }

  override extra_repr(): string {
    return `start_dim=${this.start_dim}, end_dim=${this.end_dim}`;
  }
}

/** Dimension `dim` as several of the sizes `unflattened_size`. */
export class Unflatten extends Module {
  dim: number;
  unflattened_size: Shape;

  constructor(dim: number, unflattened_size: Shape);
  constructor(options: { dim: number; unflattened_size: Shape });
  constructor(...args: unknown[]) {
    super();
    type Args = { dim: number; unflattened_size: Shape };
    const bound = bind_layer<Args>("Unflatten", ["dim", "unflattened_size"], [], args);
    this.dim = bound.dim as number;
    this.unflattened_size = bound.unflattened_size as Shape;
  }

  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattened_size);
  }

  override extra_repr(): string {
    const sizes = this.unflattened_size;
    return `dim=${this.dim}, unflattened_size=(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
  }
}

/** The last dimension padded on both ends with one value. */
export class ConstantPad1d extends Module {
  padding: [number, number];
  value: number;

  constructor(padding: number | readonly [number, number], value: number);
  constructor(options: { padding: number | readonly [number, number]; value: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { padding: number | readonly [number, number]; value: number };
    const bound = bind_layer<Args>("ConstantPad1d", ["padding", "value"], [], args);
    const padding = bound.padding as number | readonly [number, number];
    this.padding = typeof padding === "number" ? [padding, padding] : [padding[0], padding[1]];
    this.value = bound.value as number;
  }

  override forward(input: Tensor): Tensor {
    return F.pad(input, this.padding, "constant", this.value);
  }

  override extra_repr(): string {
    return `padding=(${this.padding.join(", ")}), value=${this.value}`;
  }
}

/** The last dimension padded on both ends with zeros. */
export class ZeroPad1d extends ConstantPad1d {
  constructor(padding: number | readonly [number, number] | { padding: number | readonly [number, number] }) {
    type Args = { padding: number | readonly [number, number] };
    const bound = bind_layer<Args>("ZeroPad1d", ["padding"], [], [padding]);
    super(bound.padding as number, 0);
  }

  override extra_repr(): string {
    return `(${this.padding.join(", ")})`;
  }
}

/** The cosine of the angle between vectors along `dim`. */
export class CosineSimilarity extends Module {
  dim: number;
  eps: number;

  constructor(dim?: number, eps?: number);
  constructor(options: { dim?: number; eps?: number });
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<{ dim: number; eps: number }>("CosineSimilarity", [], ["dim", "eps"], args);
    this.dim = bound.dim ?? 1;
    this.eps = bound.eps ?? 1e-8;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return F.cosine_similarity(x1, x2, this.dim, this.eps);
  }
}

/** The norm of the difference of vectors. */
export class PairwiseDistance extends Module {
  p: number;
  eps: number;
  keepdim: boolean;

  constructor(p?: number, eps?: number, keepdim?: boolean);
  constructor(options: { p?: number; eps?: number; keepdim?: boolean });
  constructor(...args: unknown[]) {
    super();
    type Args = { p: number; eps: number; keepdim: boolean };
    const bound = bind_layer<Args>("PairwiseDistance", [], ["p", "eps", "keepdim"], args);
    this.p = bound.p ?? 2;
    this.eps = bound.eps ?? 1e-6;
    this.keepdim = bound.keepdim ?? false;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return F.pairwise_distance(x1, x2, this.p, this.eps, this.keepdim);
  }
}
