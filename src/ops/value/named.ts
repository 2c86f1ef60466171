/** @file Results of several tensors that go by position and by name, as PyTorch's named tuples. */
import type { Tensor } from "../../tensor";

/** `[values, indices]`, with `.values` and `.indices`. */
export type ValuesIndices = [values: Tensor, indices: Tensor] & {
  readonly values: Tensor;
  readonly indices: Tensor;
};

/** An array of the fields' tensors that has them by name too. `values` hides the array's own iterator of that name. */
export function named<T>(name: string, fields: Readonly<Record<string, Tensor>>): T {
  const result = Object.values(fields);
  for (const [field, value] of Object.entries(fields)) Object.defineProperty(result, field, { value });
  const text = (): string => {
    const parts = Object.entries(fields).map(([field, value]) => `${field}=${value.toString()}`);
    return `torch.return_types.${name}(\n${parts.join(",\n")})`;
  };
  Object.defineProperty(result, "toString", { value: text });
  Object.defineProperty(result, Symbol.for("nodejs.util.inspect.custom"), { value: text });
  return result as unknown as T;
}
