/** @file What print shows of tensors and modules. */
import * as path from "node:path";
import { nn, type Tensor } from "../../src/index";
import { NotOffered, type Report } from "./report";
import { type Json, read_lines, Values } from "./values";

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const samples = read_lines(folder, "reprs.jsonl");
  if (samples === null) return false;
  const values = new Values(path.join(folder, "tensors.safetensors"));
  samples.forEach((sample, i) => {
    const name = typeof sample.module === "string" ? sample.module : "tensor";
    if (only !== undefined && name !== only) return;
    report.check(name, () => check(values, sample), `line ${i + 1}: `);
  });
  return true;
}

function check(values: Values, sample: Record<string, Json>): string | null {
  const made = typeof sample.module === "string" ? module_of(sample.module) : tensor_of(values, sample);
  const text = (made as { toString(): string }).toString();
  return text === sample.repr ? null : `shows\n${text}\nfor\n${sample.repr}`;
}

function tensor_of(values: Values, sample: Record<string, Json>): unknown {
  const tensor = values.decode(sample.tensor) as Tensor;
  if ((sample.repr as string).startsWith("Parameter")) return new nn.Parameter(tensor.detach());
  if (sample.made_with_grad_fn === undefined) return tensor;
  // The stored value is the result: an operation that leaves it as it is gives it that history.
  const keep: Record<string, (x: Tensor) => Tensor> = {
    AddBackward0: (x) => x.add(0),
    SubBackward0: (x) => x.sub(0),
    MulBackward0: (x) => x.mul(1),
    DivBackward0: (x) => x.div(1),
    PowBackward0: (x) => x.pow(1),
  };
  const name = sample.made_with_grad_fn as string;
  if (keep[name] === undefined) throw new Error(`no operation for ${name} in the runner`);
  return keep[name](tensor.detach().requires_grad_());
}

/** A module from its text: a constructor call in JavaScript without `new`, the names being those of `nn`. */
function module_of(text: string): unknown {
  const names = [...text.matchAll(/\b([A-Z]\w*)\(/g)].map(([, name]) => name);
  for (const name of names) {
    if ((nn as unknown as Record<string, unknown>)[name] === undefined) throw new NotOffered(`nn.${name}`);
  }
  const body = text.replace(/\b([A-Z]\w*)\(/g, "new nn.$1(");
  return new Function("nn", `return ${body};`)(nn);
}
