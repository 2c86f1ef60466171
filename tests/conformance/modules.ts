/** @file Samples of modules: state_dict, forward and gradients. */
import * as path from "node:path";
import { nn, type Tensor } from "../../src/index";
import { NotOffered, type Report } from "./report";
import { difference, gradient_difference, type Json, of_results, read_lines, Values } from "./values";

type AnyModule = InstanceType<typeof nn.Module> & ((...args: unknown[]) => unknown);
type ModuleClass = new (...args: unknown[]) => AnyModule;

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const samples = read_lines(folder, "modules.jsonl");
  if (samples === null) return false;
  const values = new Values(path.join(folder, "tensors.safetensors"));
  samples.forEach((sample, i) => {
    const name = sample.module as string;
    if (only !== undefined && name !== only) return;
    const label = `line ${i + 1} (${JSON.stringify(sample.args)}, ${JSON.stringify(sample.kwargs)}): `.slice(
      0,
      400,
    );
    report.check(name, () => check(values, name, sample), label);
  });
  return true;
}

function check(values: Values, name: string, sample: Record<string, Json>): string | null {
  const made = (nn as unknown as Record<string, ModuleClass | undefined>)[name];
  if (made === undefined) throw new NotOffered(`nn.${name}`);
  const args = values.decode(sample.args) as unknown[];
  const kwargs = values.decode(sample.kwargs) as Record<string, unknown>;
  const module = new made(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : []));
  const state = values.decode(sample.state_dict) as Record<string, Tensor>;
  const names = [...state_names(module)];
  const wanted = Object.keys(state);
  if (names.join() !== wanted.join()) return `state_dict has ${names.join()} for ${wanted.join()}`;
  module.load_state_dict(state as never);
  module.train(sample.training as boolean);

  const leaves: Tensor[] = [];
  const forward_args = values.decode(sample.forward_args, leaves) as unknown[];
  const forward_kwargs = values.decode(sample.forward_kwargs, leaves) as Record<string, unknown>;
  const output = module(...forward_args, ...(Object.keys(forward_kwargs).length > 0 ? [forward_kwargs] : []));
  const parameters = new Map<string, Tensor>(module.named_parameters() as Iterable<[string, Tensor]>);
  for (const parameter of sample.parameters as string[]) {
    const found = parameters.get(parameter);
    if (found === undefined) return `no parameter ${parameter}`;
    if (found.requires_grad) leaves.push(found);
  }
  return (
    difference(output, values.decode(sample.output), of_results) ??
    gradient_difference(values, output, sample.output, sample.backward, leaves)
  );
}

function state_names(module: AnyModule): string[] {
  const state = module.state_dict() as unknown;
  return state instanceof Map ? [...(state as Map<string, unknown>).keys()] : Object.keys(state as object);
}
