/** @file Samples of operators: `torch.<op>(input, ...args, kwargs)` and its gradients. */
import * as path from "node:path";
import torch, { type Tensor } from "../../src/index";
import { is_tensor } from "../../src/tensor";
import { NotOffered, type Report } from "./report";
import { difference, gradient_difference, type Json, of_results, read_lines, Values } from "./values";

type AnyFunction = (...args: unknown[]) => unknown;

/** Operators that promise a shape and a dtype, no values. */
const no_values = new Set(
  "empty empty_like new_empty empty_strided empty_permuted new_empty_strided".split(" "),
);

/** Operators that PyTorch has in place alone, and whose samples leave the underscore out. */
const changing = new Set(["cauchy", "exponential", "geometric", "log_normal", "uniform"]);

/** A function of the library by PyTorch's name below `torch`, undefined when there is none. */
function function_named(op: string): AnyFunction | undefined {
  let place: unknown = torch;
  for (const name of op.split(".")) {
    if (place === null || (typeof place !== "object" && typeof place !== "function")) return undefined;
    place = (place as Record<string, unknown>)[name];
  }
  return typeof place === "function" ? (place as AnyFunction) : undefined;
}

/** Calls an operator as PyTorch's samples mean it. @throws NotOffered when the library lacks it. */
export function call(op: string, input: unknown, args: unknown[], kwargs: Record<string, unknown>): unknown {
  const rest = Object.keys(kwargs).length > 0 ? [...args, kwargs] : args;
  if (op === "__getitem__") {
    // In PyTorch too, a list of numbers is one index tensor, a list that has slices or lists in it a tuple.
    const [at] = args;
    const tuple = Array.isArray(at) && at.some((part) => typeof part !== "number");
    return (input as Tensor).index(...((tuple ? at : [at]) as never[]));
  }
  // PyTorch's own samples of what draws numbers are made after this seed.
  torch.manual_seed(42);
  const name = changing.has(op) ? `${op}_` : op;
  // Those of what changes its input are made with a copy.
  const given = name.endsWith("_") && !name.startsWith("_") && is_tensor(input) ? input.clone() : input;
  const named = changing.has(op) ? undefined : function_named(op);
  if (named !== undefined) return named(given, ...rest);
  const method = is_tensor(given) ? (given as unknown as Record<string, unknown>)[name] : undefined;
  if (rest.length === 0 && is_tensor(method)) return method;
  if (typeof method !== "function") throw new NotOffered(`torch.${op}`);
  return (method as AnyFunction).call(given, ...rest);
}

/** Whether `op` can be called. */
export function offered(op: string, input: unknown): boolean {
  if (op === "__getitem__" || function_named(op) !== undefined) return true;
  const name = changing.has(op) ? `${op}_` : op;
  return is_tensor(input) && typeof (input as unknown as Record<string, unknown>)[name] === "function";
}

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const samples = read_lines(folder, "ops.jsonl");
  if (samples === null) return false;
  const values = new Values(path.join(folder, "tensors.safetensors"));
  let line = 0;
  for (const sample of samples) {
    line++;
    const op = sample.op as string;
    if (only !== undefined && op !== only) continue;
    const label = `line ${line} (${sample.dtype}, args ${text(sample.args)}, kwargs ${text(sample.kwargs)}): `;
    report.check(op, () => check(values, op, sample), label);
  }
  return true;
}

function text(value: Json): string {
  const all = JSON.stringify(value, (key, item) => (key === "requires_grad" ? undefined : item));
  return all.length > 160 ? `${all.slice(0, 160)}…` : all;
}

function check(values: Values, op: string, sample: Record<string, Json>): string | null {
  const leaves: Tensor[] = [];
  const input = values.decode(sample.input, leaves);
  const args = values.decode(sample.args, leaves) as unknown[];
  const kwargs = values.decode(sample.kwargs, leaves) as Record<string, unknown>;
  const output = call(op, input, args, kwargs);
  const expected = values.decode(sample.output);
  return (
    difference(output, expected, of_results, !no_values.has(op)) ??
    gradient_difference(values, output, sample.output, sample.backward, leaves)
  );
}
