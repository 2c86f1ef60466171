/** @file `print`, as Python has it: tensors in PyTorch's text, values between spaces. */
import { inspect } from "node:util";
import { is_tensor } from "./tensor";

/** What Python's `str` shows of a value: strings bare, lists with their elements, tensors and modules as PyTorch prints them. */
function to_text(value: unknown): string {
  return typeof value === "string" ? value : element_text(value);
}

function element_text(value: unknown): string {
  if (typeof value === "string") return inspect(value);
  if (is_tensor(value)) return value.toString();
  if (Array.isArray(value)) return `[${value.map(element_text).join(", ")}]`;
  return inspect(value, { depth: 6, breakLength: 80, maxArrayLength: 100 });
}

/**
 * Writes values to the standard output, between spaces, with a line break at the end.
 *
 * @example
 * print("loss", loss); print(output.shape)  // [32, 2]
 */
export function print(...values: unknown[]): void {
  process.stdout.write(`${values.map(to_text).join(" ")}\n`);
}
