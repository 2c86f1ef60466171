/** @file Values of the data's files: reading them, and comparing results with them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { from_data } from "../../src/backend/engine";
import { type DTypeName, dtypes, type TypedArray } from "../../src/dtype";
import torch, { type Tensor } from "../../src/index";
import { parse_safetensors, type SafetensorsFile } from "../../src/io/safetensors";
import { is_tensor, Tensor as TensorClass } from "../../src/tensor";

/** How far a number may be off: `|actual - expected| <= absolute + relative * |expected|`. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** Allowed in results, for float32. */
export const of_results: Tolerance = { relative: 1e-4, absolute: 1e-5 };
/** Allowed in gradients, for float32. */
export const of_gradients: Tolerance = { relative: 1e-3, absolute: 1e-4 };
const of_float64: Tolerance = { relative: 1e-7, absolute: 1e-7 };

/** A sample as it stands in a file. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The lines of a file of samples, null when the folder has no such file. */
export function read_lines(folder: string, name: string): Record<string, Json>[] | null {
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) return null;
  const lines = fs.readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

/** The tensors that samples name. */
export class Values {
  readonly #file: SafetensorsFile;

  constructor(file: string) {
    this.#file = parse_safetensors(fs.readFileSync(file));
  }

  /** Names of all tensors. */
  names(): string[] {
    return [...this.#file.tensors.keys()];
  }

  /** A new tensor with the values of that name. */
  tensor(name: string): Tensor {
    const stored = this.#file.tensors.get(name);
    if (stored === undefined) throw new Error(`no tensor ${name} among the conformance tensors`);
    const dtype = dtypes[stored.dtype as DTypeName];
    return new TensorClass(from_data(stored.shape, dtype, stored.data as TypedArray));
  }

  /**
   * A value as the library takes it.
   *
   * @param leaves Gets the tensors that require a gradient, in the order met.
   */
  decode(value: Json, leaves: Tensor[] = []): unknown {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((item) => this.decode(item, leaves));
    if (typeof value.$tensor === "string") {
      const made = this.tensor(value.$tensor);
      if (value.requires_grad === true) leaves.push(made.requires_grad_());
      return made;
    }
    if (typeof value.$float === "string") return number_of(value.$float);
    if (typeof value.$dtype === "string") return dtypes[value.$dtype.replace("torch.", "") as DTypeName];
    if (Array.isArray(value.$slice)) {
      const [start, stop, step] = value.$slice as (number | null)[];
      return torch.slice(start, stop, step);
    }
    if (value.$ellipsis === true) return "...";
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.decode(item, leaves)]));
  }
}

function number_of(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/** How `actual` differs from `expected`, null when it does not. */
export function difference(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance = of_results,
  values_too = true,
): string | null {
  if (is_tensor(expected)) {
    if (!is_tensor(actual)) return `gives ${kind(actual)} for a tensor`;
    return tensor_difference(actual, expected, tolerance, values_too);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `gives ${kind(actual)} for a list of ${expected.length}`;
    if (actual.length !== expected.length) return `gives ${actual.length} values for ${expected.length}`;
    for (let i = 0; i < expected.length; i++) {
      const found = difference(actual[i], expected[i], tolerance, values_too);
      if (found !== null) return `[${i}] ${found}`;
    }
    return null;
  }
  if (typeof expected === "number") {
    const value = is_tensor(actual) && actual.numel() === 1 ? actual.item() : actual;
    if (typeof value !== "number") return `gives ${kind(actual)} for ${expected}`;
    return close(value, expected, tolerance) ? null : `${value} for ${expected}`;
  }
  if (actual === expected || (expected === null && actual === undefined)) return null;
  return `${kind(actual)} ${String(actual)} for ${String(expected)}`;
}

function tensor_difference(
  actual: Tensor,
  expected: Tensor,
  tolerance: Tolerance,
  values_too: boolean,
): string | null {
  if (actual.shape.join() !== expected.shape.join()) {
    return `shape [${actual.shape}] for [${expected.shape}]`;
  }
  if (actual.dtype !== expected.dtype) return `dtype ${actual.dtype} for ${expected.dtype}`;
  if (!values_too) return null;
  const allowed = !expected.dtype.is_floating_point
    ? { relative: 0, absolute: 0 }
    : expected.dtype.itemsize === 8
      ? of_float64
      : tolerance;
  const a = actual.typed_array();
  const b = expected.typed_array();
  for (let i = 0; i < b.length; i++) {
    if (a[i] !== b[i] && !close(Number(a[i]), Number(b[i]), allowed)) {
      return `element ${i} of [${expected.shape}] is ${a[i]} for ${b[i]}`;
    }
  }
  return null;
}

function close(actual: number, expected: number, { relative, absolute }: Tolerance): boolean {
  if (actual === expected) return true;
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) && Number.isNaN(actual);
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return false;
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}

function kind(value: unknown): string {
  if (is_tensor(value)) return `a tensor [${value.shape}]`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value === null ? "null" : typeof value;
}

/** The floating tensors that require a gradient among the expected outputs, in the order met, with the actual ones beside. */
export function differentiable(actual: unknown, expected: Json): Tensor[] {
  if (Array.isArray(expected)) {
    return expected.flatMap((item, i) => differentiable((actual as unknown[])[i], item));
  }
  if (expected !== null && typeof expected === "object" && expected.requires_grad === true) {
    return [actual as Tensor];
  }
  return [];
}

/** Runs backward from the outputs and compares the gradients of the leaves. */
export function gradient_difference(
  values: Values,
  actual: unknown,
  expected: Json,
  backward: Json | undefined,
  leaves: readonly Tensor[],
): string | null {
  if (backward === null || backward === undefined) return null;
  const { cotangents, grads } = backward as { cotangents: Json[]; grads: Json[] };
  const outputs = differentiable(actual, expected);
  const lacking = outputs.findIndex((output) => !output.requires_grad);
  if (lacking >= 0) return `output ${lacking} does not require grad`;
  torch.autograd.backward(
    outputs,
    cotangents.map((cotangent) => values.decode(cotangent) as Tensor),
  );
  if (leaves.length !== grads.length) return `${leaves.length} inputs require grad for ${grads.length}`;
  for (let i = 0; i < grads.length; i++) {
    const wanted = values.decode(grads[i]) as Tensor | null;
    const got = leaves[i].grad;
    if (wanted === null || got === null) {
      // PyTorch gives none where the output does not depend on the input; zeros say the same.
      if (wanted === null && (got === null || got.typed_array().every((value) => Number(value) === 0)))
        continue;
      if (wanted?.typed_array().every((value) => Number(value) === 0)) continue;
      return `gradient ${i} is ${got === null ? "null" : "there"} for ${wanted === null ? "null" : "one"}`;
    }
    const found = difference(got, wanted.detach(), of_gradients);
    if (found !== null) return `gradient ${i}: ${found}`;
  }
  return null;
}
