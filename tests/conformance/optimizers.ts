/** @file Samples of optimizers: the parameters after each of five steps. */
import * as path from "node:path";
import { optim, type Tensor } from "../../src/index";
import { NotOffered, type Report } from "./report";
import { difference, type Json, of_results, read_lines, Values } from "./values";

type OptimizerClass = new (params: Tensor[], options?: object) => { step(): unknown; zero_grad(): void };

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const samples = read_lines(folder, "optimizers.jsonl");
  if (samples === null) return false;
  const values = new Values(path.join(folder, "tensors.safetensors"));
  for (const sample of samples) {
    const name = sample.optimizer as string;
    if (only !== undefined && name !== only) continue;
    report.check(name, () => check(values, name, sample), `${JSON.stringify(sample.kwargs)}: `);
  }
  return true;
}

function check(values: Values, name: string, sample: Record<string, Json>): string | null {
  const made = (optim as unknown as Record<string, OptimizerClass | undefined>)[name];
  if (made === undefined) throw new NotOffered(`optim.${name}`);
  const params = (sample.params as Json[]).map((param) => {
    const tensor = values.decode(param) as Tensor;
    return tensor.requires_grad ? tensor : tensor.requires_grad_();
  });
  const optimizer = new made(params, values.decode(sample.kwargs) as object);
  const steps = sample.grads as Json[][];
  for (let step = 0; step < steps.length; step++) {
    params.forEach((param, i) => {
      param.grad = values.decode(steps[step][i]) as Tensor | null;
    });
    optimizer.step();
    const expected = values.decode((sample.params_after_each_step as Json[])[step]) as Tensor[];
    const found = difference(params, expected, of_results);
    if (found !== null) return `after step ${step + 1}: ${found}`;
  }
  return null;
}
