/** @file Bad calls: each must throw an Error that says what was wrong. */
import * as path from "node:path";
import { call, offered } from "./ops";
import { NotOffered, type Report } from "./report";
import { type Json, read_lines, Values } from "./values";

/** Words of JavaScript and of TensorFlow that show that nobody thought of the mistake. */
const unthought =
  /is not a function|is not iterable|cannot read prop|is not defined|cannot convert undefined|not a constructor|TensorFlow's \w+\(|Invalid typed array length|invalid array length/i;

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const samples = read_lines(folder, "errors.jsonl");
  if (samples === null) return false;
  const values = new Values(path.join(folder, "tensors.safetensors"));
  samples.forEach((sample, i) => {
    const op = sample.op as string;
    if (only !== undefined && op !== only) return;
    report.check(op, () => check(values, op, sample), `line ${i + 1}: `);
  });
  return true;
}

function check(values: Values, op: string, sample: Record<string, Json>): string | null {
  const input = values.decode(sample.input);
  const args = values.decode(sample.args) as unknown[];
  const kwargs = values.decode(sample.kwargs) as Record<string, unknown>;
  if (!offered(op, input)) throw new NotOffered(`torch.${op}`);
  try {
    call(op, input, args, kwargs);
  } catch (error) {
    if (!(error instanceof Error)) return `throws no Error but ${String(error)}`;
    if (error.message === "") return "throws an Error without words";
    if (unthought.test(error.message)) return `says "${error.message.split("\n")[0]}" for "${sample.error}"`;
    return null;
  }
  return `returns where PyTorch says "${sample.error}"`;
}
