/** @file Runs TensorFlow ops for element types that their CPU kernels lack: in a wider type, and back. */
import { type Attr, attr, execute } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { bool, type DType, float64, int32, int64, uint8 } from "../../dtype";
import { RuntimeError } from "../../errors";

/** The type in which an op runs for an element type, once found: null for the type itself. */
const found = new Map<string, DType | null>();

const missing_kernel = /could not find (?:valid )?device|no registered|not found|not in the list of allowed/i;

/** A handle in another element type. */
export function cast_handle(handle: Handle, dtype: DType): Handle {
  return handle.dtype === dtype ? handle : execute("Cast", [handle], [attr.type("DstT", dtype)]);
}

/**
 * {@link execute} with inputs of one element type, in a wider type where there is no kernel for it. A result in the wider
 * type is cast back.
 */
export function execute_any(name: string, inputs: readonly Handle[], attrs?: readonly Attr[]): Handle {
  const dtype = inputs[0].dtype;
  if (dtype.is_floating_point) return execute(name, inputs, attrs);
  const key = `${name} ${dtype.name}`;
  const known = found.get(key);
  if (known !== undefined) return run_as(known, name, inputs, attrs);
  let failure: unknown;
  for (const wide of [null, ...wider(dtype)]) {
    try {
      const result = run_as(wide, name, inputs, attrs);
      found.set(key, wide);
      return result;
    } catch (error) {
      if (!(error instanceof RuntimeError && missing_kernel.test(error.message))) throw error;
      failure = error;
    }
  }
  throw failure;
}

function wider(dtype: DType): DType[] {
  if (dtype === bool) return [uint8, int32, int64, float64];
  return dtype === int64 ? [float64] : dtype === int32 ? [int64, float64] : [int32, int64, float64];
}

function run_as(
  wide: DType | null,
  name: string,
  inputs: readonly Handle[],
  attrs?: readonly Attr[],
): Handle {
  if (wide === null) return execute(name, inputs, attrs);
  const dtype = inputs[0].dtype;
  const result = execute(
    name,
    inputs.map((input) => (input.dtype === dtype ? cast_handle(input, wide) : input)),
    attrs,
  );
  return result.dtype === wide ? cast_handle(result, dtype) : result;
}
