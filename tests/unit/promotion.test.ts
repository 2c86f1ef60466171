/** @file Types of results, for all pairs of dtypes and kinds of operands: the table in promotion.json is PyTorch's. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { type DType, DType as DTypeClass, dtypes } from "../../src/dtype";
import torch, { Tensor } from "../../src/index";

interface Table {
  /** Per operation a row for each left operand, a letter for each right one; `-` where PyTorch refuses them. */
  readonly pairs: Readonly<Record<string, readonly string[]>>;
  readonly in_place: Readonly<Record<string, readonly string[]>>;
  readonly one: Readonly<Record<string, string>>;
}

const root = path.resolve(__dirname, "../../..");
const table: Table = JSON.parse(fs.readFileSync(path.join(root, "tests/unit/promotion.json"), "utf8"));

const { float32, float64, int64, int32, int16, int8, uint8, bool } = dtypes;
const order = [float32, float64, int64, int32, int16, int8, uint8, bool];
const letters = "fdliscyb";
const tensors = order.map((dtype) => torch.ones(2, { dtype }));
const scalars = order.map((dtype) => torch.ones([], { dtype }));
const numbers = [1, 1.5, true];
const every = [...tensors, ...scalars, ...numbers];
const condition = torch.tensor([true, false]);

type Operand = Tensor | number | boolean | DType;
type Call = (a: Operand, b: Operand) => unknown;

function named(name: string): (...args: unknown[]) => unknown {
  let place: unknown = torch;
  for (const part of name.split(".")) place = (place as Record<string, unknown>)[part];
  return place as (...args: unknown[]) => unknown;
}

const method = (x: Operand, name: string, ...args: unknown[]): unknown =>
  (x as unknown as Record<string, (...args: unknown[]) => unknown>)[name](...args);

/** Operations that are more than a function of both operands, with the operands that they were asked for. */
const others: Record<string, { left: Operand[]; right: Operand[]; call: Call }> = {
  "div floor": { left: every, right: every, call: (a, b) => named("div")(a, b, { rounding_mode: "floor" }) },
  "div trunc": { left: every, right: every, call: (a, b) => named("div")(a, b, { rounding_mode: "trunc" }) },
  where: { left: every, right: every, call: (a, b) => named("where")(condition, a, b) },
  cat: { left: tensors, right: tensors, call: (a, b) => named("cat")([a, b]) },
  stack: { left: tensors, right: tensors, call: (a, b) => named("stack")([a, b]) },
  lerp: { left: tensors, right: tensors, call: (a, b) => named("lerp")(a, b, 0.5) },
  addcmul: { left: tensors, right: [...tensors, ...scalars], call: (a, b) => named("addcmul")(a, b, b) },
  addcdiv: { left: tensors, right: [...tensors, ...scalars], call: (a, b) => named("addcdiv")(a, b, b) },
  clamp: { left: [...tensors, ...scalars], right: every, call: (a, b) => named("clamp")(a, b) },
  masked_fill: {
    left: [...tensors, ...scalars],
    right: [...scalars, ...numbers],
    call: (a, b) => method(a, "masked_fill", condition, b),
  },
  full_like: { left: tensors, right: numbers, call: (a, b) => named("full_like")(a, b) },
  promote_types: { left: order, right: order, call: (a, b) => named("promote_types")(a, b) },
};

function letter(call: () => unknown): string {
  let result: unknown;
  try {
    result = call();
  } catch {
    return "-";
  }
  if (Array.isArray(result)) result = result[0];
  const dtype = result instanceof DTypeClass ? result : result instanceof Tensor ? result.dtype : undefined;
  return dtype === undefined ? "?" : letters[order.indexOf(dtype)];
}

const text = (x: Operand): string =>
  x instanceof Tensor ? `${x.dtype.name}[${x.shape}]` : x instanceof DTypeClass ? x.name : String(x);

function compare(
  name: string,
  rows: readonly string[],
  left: readonly Operand[],
  right: readonly Operand[],
  call: Call,
): void {
  const wrong: string[] = [];
  left.forEach((a, i) => {
    right.forEach((b, j) => {
      const found = letter(() => call(a, b));
      if (found !== rows[i][j])
        wrong.push(`${name}(${text(a)}, ${text(b)}) gives ${found} for ${rows[i][j]}`);
    });
  });
  assert.equal(wrong.length, 0, `${wrong.length} differ: ${wrong.slice(0, 400).join("; ")}`);
}

for (const [name, rows] of Object.entries(table.pairs)) {
  test(`dtypes of ${name}`, () => {
    const { left, right, call } = others[name] ?? {
      left: every,
      right: every,
      call: (a: Operand, b: Operand) => named(name)(a, b),
    };
    compare(name, rows, left, right, call);
  });
}

for (const [name, rows] of Object.entries(table.in_place)) {
  test(`dtypes of ${name}_`, () => {
    compare(`${name}_`, rows, tensors, every, (a, b) => method((a as Tensor).clone(), `${name}_`, b));
  });
}

test("dtypes of functions of one tensor", () => {
  const wrong: string[] = [];
  for (const [name, row] of Object.entries(table.one)) {
    const found = tensors.map((x) => letter(() => named(name)(x))).join("");
    if (found !== row) wrong.push(`${name} gives ${found} for ${row}`);
  }
  assert.equal(wrong.length, 0, wrong.join("; "));
});
