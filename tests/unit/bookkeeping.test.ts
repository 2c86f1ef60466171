/**
 * @file Short programs of views, in-place changes and gradients: values, histories, versions, storage, and what is refused, in
 * PyTorch's words. `bookkeeping.json` (made by `bookkeeping.py` from `bookkeeping.txt`) has what PyTorch says to each statement.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import * as vm from "node:vm";
import { DType } from "../../src/dtype";
import torch, { F, nn } from "../../src/index";
import { is_tensor } from "../../src/tensor";

type Outcome = "ok" | { value: unknown } | { error: string; message: string };

interface Program {
  readonly program: string;
  readonly outcomes: readonly Outcome[];
}

/** A value as the file has it: of tensors the elements, whether they require a gradient, and the name of their history. */
function told(value: unknown): unknown {
  if (is_tensor(value)) {
    return { v: value.tolist(), g: value.requires_grad, f: value.grad_fn?.name() ?? null };
  }
  if (Array.isArray(value)) return value.map(told);
  if (value instanceof DType) return String(value);
  return value ?? null;
}

/** Numbers to five digits. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) => (typeof each === "number" ? Number(each.toPrecision(5)) : each)),
  );
}

function run(program: string): Outcome[] {
  const context = vm.createContext({ torch, F, nn });
  const within = (mode: (body: () => unknown) => unknown) => (statement: string) => {
    mode(() => vm.runInContext(statement, context));
  };
  context.quiet = within(torch.no_grad);
  context.recording = within(torch.enable_grad);
  context.inference = within(torch.inference_mode);
  return program.split(";").map((statement) => {
    try {
      const value = vm.runInContext(statement, context);
      return /^\s*[\w.[\]]+ = /.test(statement) ? "ok" : { value: told(value) };
    } catch (error) {
      const { name, message } = error as Error;
      return { error: name, message: message.split("\n")[0].replace(/^\w+\(\): /, "") };
    }
  });
}

const file = path.resolve(__dirname, "../../../tests/unit/bookkeeping.json");
const programs = JSON.parse(readFileSync(file, "utf8")) as Program[];

for (const { program, outcomes } of programs) {
  test(program, () => {
    const found = run(program);
    const statements = program.split(";");
    outcomes.forEach((expected, i) => {
      let outcome = found[i];
      if (
        typeof expected === "object" &&
        "error" in expected &&
        typeof outcome === "object" &&
        "error" in outcome
      ) {
        // PyTorch's go on with what does not exist here; ours say which function it was first.
        const same =
          expected.message.startsWith(outcome.message.slice(0, 300)) && outcome.message.length > 20;
        if (same) outcome = { ...outcome, message: expected.message };
      }
      assert.deepEqual(rounded(outcome), rounded(expected), statements[i].trim());
    });
  });
}
