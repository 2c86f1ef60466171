/** @file Tensor text as PyTorch prints it: precision, scientific mode, wrapping, summaries and suffixes. */

import { bind, none } from "./args";
import { fixed, scientific } from "./format-number";

const print_keys = ["precision", "threshold", "edgeitems", "linewidth", "sci_mode", "profile"] as const;

/** Settings of tensor printing, with PyTorch's names. */
export interface PrintOptions {
  /** Digits after the point. */
  precision: number;
  /** More elements than this are summarised. */
  threshold: number;
  /** Items kept at each end of a summarised dimension. */
  edgeitems: number;
  /** Characters per line. */
  linewidth: number;
  /** Scientific notation: always, never, or (null) when the values call for it. */
  sci_mode: boolean | null;
}

/** Element storage that can be printed; bools are stored as bytes. */
export type FormatData = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean>;

/** A tensor's printable facts, in row-major order. */
export interface FormatInput {
  shape: readonly number[];
  /** PyTorch's dtype name without `torch.`, such as "float32". */
  dtype: string;
  data: FormatData;
  suffix?: {
    requires_grad?: boolean;
    /** Name of the backward node, such as "AddBackward0"; it takes the place of requires_grad. */
    grad_fn?: string | null;
    /** Prints "Parameter containing:" above the tensor. */
    parameter?: boolean;
  };
  /** The default floating dtype, which is not named in the text; "float32" unless told. */
  default_dtype?: string;
}

const DEFAULTS: PrintOptions = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sci_mode: null };
const PROFILES: Record<string, Partial<PrintOptions>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
};

let options: PrintOptions = { ...DEFAULTS };

/**
 * Changes how tensors print, as `torch.set_printoptions`.
 *
 * Options left out keep their value, but `sci_mode`, which goes back to automatic as in PyTorch.
 * @throws Error on an unknown profile or a value that is not a whole number in range
 * @example torch.set_printoptions({ precision: 2, sci_mode: false });
 */
export function set_printoptions(
  changes: Partial<PrintOptions> & { profile?: "default" | "short" | "full" } = {},
  ...more: []
): void {
  bind<PrintOptions & { profile: string }>("set_printoptions", [], print_keys, [changes, ...more]);
  const { profile, ...given } = changes;
  if (profile !== undefined && !Object.hasOwn(PROFILES, profile)) {
    throw new Error(`set_printoptions: unknown profile '${profile}', expected 'default', 'short' or 'full'`);
  }
  const next: PrintOptions = { ...options, ...(profile === undefined ? {} : PROFILES[profile]) };
  for (const [name, least] of [
    ["precision", 0],
    ["threshold", 0],
    ["edgeitems", 0],
    ["linewidth", 1],
  ] as const) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const whole = Number.isInteger(value) || (name === "threshold" && value === Number.POSITIVE_INFINITY);
    if (!whole || value < least || (name === "precision" && value > 100)) {
      throw new Error(`set_printoptions: ${name} must be a whole number of at least ${least}, got ${value}`);
    }
    next[name] = value;
  }
  next.sci_mode = given.sci_mode ?? null;
  options = next;
}

/** A copy of the settings that `set_printoptions` changes. */
export function get_printoptions(...more: []): PrintOptions {
  none("get_printoptions", more);
  return { ...options };
}

/** The text PyTorch's `print` shows for a tensor. */
export function format_tensor(input: FormatInput): string {
  const { shape, dtype, suffix = {}, default_dtype = "float32" } = input;
  const prefix = "tensor(";
  const numel = shape.reduce((product, size) => product * size, 1);
  const suffixes: string[] = [];
  let body = "[]";
  if (numel === 0) {
    if (shape.length !== 1) suffixes.push(`size=(${shape.join(", ")})`);
    if (dtype !== default_dtype) suffixes.push(`dtype=torch.${dtype}`);
  } else {
    if (dtype !== default_dtype && dtype !== "int64" && dtype !== "bool")
      suffixes.push(`dtype=torch.${dtype}`);
    body = new Printer(input, numel > options.threshold).print(prefix.length);
  }
  if (suffix.grad_fn) suffixes.push(`grad_fn=<${suffix.grad_fn}>`);
  else if (suffix.requires_grad) suffixes.push("requires_grad=True");
  const text = append_suffixes(prefix + body, suffixes, prefix.length);
  return suffix.parameter ? `Parameter containing:\n${text}` : text;
}

/** Puts each suffix on the last line while it fits, else on a line of its own. */
function append_suffixes(body: string, suffixes: string[], indent: number): string {
  let text = body;
  let last_line = body.length - body.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (last_line + suffix.length + 2 > options.linewidth) {
      text += `,\n${" ".repeat(indent)}${suffix}`;
      last_line = indent + suffix.length;
    } else {
      text += `, ${suffix}`;
      last_line += suffix.length + 2;
    }
  }
  return `${text})`;
}

/** Which indices of a dimension are shown; null stands for the dots. */
function shown_indices(size: number, summarize: boolean): (number | null)[] {
  const { edgeitems } = options;
  const all = !summarize || size <= 2 * edgeitems;
  if (all) return Array.from({ length: size }, (_, i) => i);
  const head = Array.from({ length: edgeitems }, (_, i) => i);
  return [...head, null, ...head.map((i) => size - edgeitems + i)];
}

/** Lays out one tensor; only the elements that are shown are ever looked at. */
class Printer {
  private readonly shape: readonly number[];
  private readonly strides: number[];
  private readonly shown: (number | null)[][];
  private readonly format: ElementFormat;
  private readonly data: FormatData;

  constructor(input: FormatInput, summarize: boolean) {
    this.shape = input.shape;
    this.data = input.data;
    this.strides = new Array(this.shape.length).fill(1);
    for (let d = this.shape.length - 2; d >= 0; d--)
      this.strides[d] = this.strides[d + 1] * this.shape[d + 1];
    this.shown = this.shape.map((size) => shown_indices(size, summarize));
    this.format = element_format(input.dtype, this.values(0, 0));
  }

  print(indent: number): string {
    return this.shape.length === 0 ? this.format.print(this.data[0]) : this.block(0, 0, indent);
  }

  private *values(dim: number, offset: number): Generator<number | bigint | boolean> {
    if (dim === this.shape.length) {
      yield this.data[offset];
      return;
    }
    for (const i of this.shown[dim]) {
      if (i !== null) yield* this.values(dim + 1, offset + i * this.strides[dim]);
    }
  }

  private block(dim: number, offset: number, indent: number): string {
    const below = this.shape.length - dim - 1;
    if (below === 0) return this.row(offset, indent);
    const parts = this.shown[dim].map((i) =>
      i === null ? "..." : this.block(dim + 1, offset + i * this.strides[dim], indent + 1),
    );
    return `[${parts.join(`,${"\n".repeat(below)}${" ".repeat(indent + 1)}`)}]`;
  }

  private row(offset: number, indent: number): string {
    const cells = this.shown[this.shape.length - 1].map((i) =>
      i === null ? " ..." : this.format.print(this.data[offset + i]),
    );
    const per_line = Math.max(1, Math.floor((options.linewidth - indent) / (this.format.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < cells.length; i += per_line) lines.push(cells.slice(i, i + per_line).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  }
}

interface ElementFormat {
  width: number;
  print(value: number | bigint | boolean): string;
}

function element_format(dtype: string, values: Iterable<number | bigint | boolean>): ElementFormat {
  if (/^b?float/.test(dtype)) return float_format([...values].map(Number));
  const text = dtype === "bool" ? (value: number | bigint | boolean) => (value ? "True" : "False") : String;
  let width = 1;
  for (const value of values) width = Math.max(width, text(value).length);
  return { width, print: (value) => text(value).padStart(width) };
}

/**
 * Chooses one notation for all values: whole numbers print as "2.", and the span of the magnitudes decides
 * for or against the scientific form.
 */
function float_format(values: number[]): ElementFormat {
  const { precision, sci_mode } = options;
  const finite = values.filter((value) => Number.isFinite(value) && value !== 0);
  let width = 1;
  let whole = true;
  let use_scientific = false;
  if (finite.length > 0) {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const value of finite) {
      least = Math.min(least, Math.abs(value));
      most = Math.max(most, Math.abs(value));
      whole &&= Number.isInteger(value);
    }
    use_scientific = most / least > 1000 || most > 1e8 || (!whole && least < 1e-4);
    for (const value of finite) {
      const text = use_scientific
        ? scientific(value, precision)
        : whole
          ? `${fixed(value, 0)}.`
          : fixed(value, precision);
      width = Math.max(width, text.length);
    }
    // Only here: PyTorch leaves a tensor without such values in its plain form whatever sci_mode says.
    if (sci_mode !== null) use_scientific = sci_mode;
  }
  const print = (value: number): string => {
    if (use_scientific) return scientific(value, precision);
    if (whole) return Number.isFinite(value) ? `${fixed(value, 0)}.` : fixed(value, 0);
    return fixed(value, precision);
  };
  return { width, print: (value) => print(Number(value)).padStart(width) };
}
