/**
 * @file Operators do with unusual operands what they do in PyTorch: empty tensors, tensors without dimensions, numbers for
 * tensors, other dtypes, negative dimensions, elements that do not lie side by side. `sweep.json` (made by `sweep.py`) has
 * the calls, PyTorch's results and gradients, and which calls it refuses.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { type Call, differs } from "./sweep-calls";

const file = path.resolve(__dirname, "../../../tests/unit/sweep.json");

test("operators do with unusual operands what they do in PyTorch", () => {
  const calls = JSON.parse(readFileSync(file, "utf8")) as Call[];
  assert.ok(calls.length >= 1000);
  const wrong = calls.flatMap((one) => {
    const found = differs(one);
    return found === null
      ? []
      : [`${one.op} (${one.kind}) ${found}: ${JSON.stringify([one.x, one.a, one.k])}`];
  });
  assert.equal(wrong.length, 0, wrong.join("\n"));
});
