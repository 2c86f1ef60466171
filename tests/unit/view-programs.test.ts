/**
 * @file Chains of views and in-place changes do what they do in PyTorch: values of all tensors, strides, gradients, and
 * what is refused. `view-programs.json` has the steps, made at random, and PyTorch's results; `in-place-methods.json` calls
 * of every method with a trailing underscore.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { from_data } from "../../src/backend/engine";
import { type DTypeName, dtypes, type TypedArray } from "../../src/dtype";
import torch from "../../src/index";
import { is_tensor, Tensor } from "../../src/tensor";

const folder = path.resolve(__dirname, "../../../tests/unit");
const load = <T>(name: string): T => JSON.parse(readFileSync(path.join(folder, name), "utf8")) as T;

type Methods = Record<string, (...args: unknown[]) => unknown>;
const call = (x: Tensor, name: string, args: readonly unknown[]): unknown =>
  (x as unknown as Methods)[name](...args);

function close(actual: Tensor, expected: readonly number[], label: string, tolerance = 1e-4): void {
  const values = Array.from(actual.typed_array(), Number);
  assert.equal(values.length, expected.length, label);
  values.forEach((value, i) => {
    const wanted = expected[i];
    const far = Math.abs(value - wanted) > tolerance * (1 + Math.abs(wanted));
    const same = value === wanted || (Number.isNaN(value) && Number.isNaN(wanted));
    assert.ok(same || !far, `${label}: element ${i} is ${value} for ${wanted}`);
  });
}

/** A number, or a tensor by its shape and values. */
type Value = number | { s: number[]; v: number[] };
type View = ["v", number, [string, ...unknown[]], number | null];
type Change = ["c", number, [string, ...unknown[]], string?];

interface Program {
  shape: number[];
  grad: boolean;
  steps: (View | Change)[];
  values: [number[], number[]][];
  strides: [number[] | null, number][];
  gradient?: number[];
}

function view(x: Tensor, [name, ...args]: [string, ...unknown[]], part: number | null): Tensor {
  const result = name === "slice" ? torch.slice(x, ...(args as [number])) : call(x, name, args);
  return part === null ? (result as Tensor) : ((result as Tensor[]).at(part) as Tensor);
}

const positions = (list: unknown): Tensor => torch.tensor(list as number[], { dtype: torch.int64 });

function change(x: Tensor, [name, ...args]: [string, ...unknown[]]): void {
  const value = args[args.length - 1] as number;
  switch (name) {
    case "add_":
    case "mul_":
    case "copy_": {
      const given = args[0] as Value;
      const operand =
        typeof given === "number" ? given : torch.tensor(given.v, { dtype: torch.float32 }).reshape(given.s);
      call(x, name, [operand]);
      break;
    }
    case "set":
      (x as unknown as Record<string, unknown>)[args[0] as string] = value;
      break;
    case "set_list":
      x.index_put_([positions(args[0])], value);
      break;
    case "set_adv":
      x.index_put_([positions(args[0]), positions(args[1])], value);
      break;
    case "set_mask":
      x.index_put_([x.detach().gt(0)], value);
      break;
    case "set_bool":
      x.index_put_([torch.tensor(args[0] as boolean)], value);
      break;
    case "index_fill_":
      x.index_fill_(0, positions(args[1]), value);
      break;
    case "index_add_":
      x.index_add_(0, positions(args[0]), torch.ones([2, ...x.shape.slice(1)]));
      break;
    case "masked_fill_":
      x.masked_fill_(x.detach().remainder(2).eq(0), value);
      break;
    case "sub_self":
      x.sub_(x);
      break;
    default:
      call(x, name, args);
  }
}

/** Runs a program and compares all that there is at its end. */
function run(program: Program): void {
  const label = JSON.stringify([program.shape, program.steps]);
  const count = program.shape.reduce((n, size) => n * size, 1);
  const numbers = torch.arange(-2, count - 2, { dtype: torch.float32 });
  const leaf = numbers.reshape(program.shape).clone().requires_grad_(program.grad);
  const all = [program.grad ? leaf.mul(1) : leaf];
  for (const step of program.steps) {
    const x = all[step[1]];
    if (step[0] === "v") {
      const made = view(x, step[2], step[3]);
      if (made !== x || step[2][0] === "contiguous") all.push(made);
    } else if (step[3] === undefined) change(x, step[2]);
    else assert.throws(() => change(x, step[2] as [string]), { name: step[3] }, label);
  }
  program.values.forEach(([shape, values], i) => {
    assert.deepEqual(all[i].shape, shape, `${label}: tensor ${i}`);
    close(all[i], values, `${label}: tensor ${i}`);
    const [strides] = program.strides[i];
    const wide = (list: readonly number[]): number[] => list.filter((_, d) => shape[d] > 1);
    if (strides !== null) assert.deepEqual(wide(all[i].stride()), wide(strides), `${label}: strides ${i}`);
  });
  if (program.gradient === undefined) return;
  const parts = all.flatMap((x, i) => {
    if (!x.requires_grad || x.numel() === 0) return [];
    const weights = torch.arange(1, x.numel() + 1, { dtype: torch.float32 }).reshape(x.shape);
    return [x.mul(weights.mul(i + 1)).sum()];
  });
  torch.stack(parts).sum().backward();
  close(leaf.grad as Tensor, program.gradient, `${label}: gradient`);
}

test("programs of views and in-place changes", () => {
  const programs = load<Program[]>("view-programs.json");
  assert.ok(programs.length >= 200);
  for (const program of programs) run(program);
});

type Coded =
  | null
  | number
  | boolean
  | string
  | { t?: DTypeName; s?: number[]; v?: unknown[]; l?: Coded[]; o?: Record<string, Coded>; n?: string };

interface Call {
  m: string;
  x: Coded;
  a: Coded[];
  k: Coded;
  out?: { t: DTypeName; s: number[]; v: (number | string)[] };
  err?: string;
}

const number_of = (value: unknown): number =>
  value === "nan" ? Number.NaN : value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value);

function decode(value: Coded): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value.n !== undefined) return number_of(value.n);
  if (value.l !== undefined) return value.l.map(decode);
  if (value.o !== undefined)
    return Object.fromEntries(Object.entries(value.o).map(([key, each]) => [key, decode(each)]));
  const dtype = dtypes[value.t as DTypeName];
  const list = (value.v as unknown[]).map(number_of);
  const data: TypedArray =
    dtype.name === "int64"
      ? BigInt64Array.from(list, BigInt)
      : (dtype.array as Float64ArrayConstructor).from(list);
  return new Tensor(from_data(value.s as number[], dtype, data));
}

test("every method with a trailing underscore changes its tensor as in PyTorch", () => {
  const calls = load<Call[]>("in-place-methods.json");
  assert.ok(new Set(calls.map(({ m }) => m)).size >= 100);
  for (const { m, x, a, k, out, err } of calls) {
    const label = `${m} ${JSON.stringify([x, a, k]).slice(0, 200)}`;
    const tensor = decode(x) as Tensor;
    const options = decode(k) as object;
    const args = Object.keys(options).length > 0 ? [...a.map(decode), options] : a.map(decode);
    if (out === undefined) {
      assert.ok(err);
      assert.throws(() => call(tensor, m, args), Error, label);
      continue;
    }
    const before = tensor._version;
    assert.equal(call(tensor, m, args), tensor, label);
    assert.ok(tensor._version > before, `${label}: version`);
    assert.deepEqual([tensor.dtype.name, tensor.shape], [out.t, out.s], label);
    close(tensor, out.v.map(number_of), label);
  }
});

test("the rest of what is promised of in-place changes", () => {
  const x = torch.ones([2], { requires_grad: true });
  assert.throws(() => x.add_(1), /a leaf Variable that requires grad/);
  assert.throws(() => x.select(0, 0).add_(1), /a view of a leaf Variable that requires grad/);
  assert.throws(() => torch.ones([2]).add_(torch.ones([3, 2])), /doesn't match the broadcast shape/);
  assert.throws(() => torch.tensor([1, 2]).add_(0.5), /result type Float can't be cast/);
  assert.throws(() => torch.zeros([1, 2]).expand(3, 2).add_(1), /more than one element/);
  const y = x.mul(2);
  const z = y.pow(2).sum();
  y.add_(1);
  assert.throws(() => z.backward(), /modified by an inplace operation/);
  const grown = torch.arange(4);
  assert.deepEqual(grown.resize_(2, 3).shape, [2, 3]);
  assert.ok(is_tensor(grown));
  // A view that was there before goes on with what the tensor was.
  const w = torch.zeros([2, 3]);
  const row = w.select(0, 1);
  w.t_();
  row.fill_(5);
  assert.deepEqual(w.tolist(), [
    [0, 5],
    [0, 5],
    [0, 5],
  ]);
});
