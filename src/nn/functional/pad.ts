/** @file Padding of the last dimensions. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import { NotImplementedError, RuntimeError, ValueError } from "../../errors";
import { index_select } from "../../ops/position/gather";
import { cat } from "../../ops/shape/join";
import { slice } from "../../ops/shape/parts";
import { expect_no_bool, expect_tensor } from "../../ops/value/convert";
import { full } from "../../ops/value/create";
import { range, type Shape } from "../../shape";
import type { Tensor } from "../../tensor";

/** How {@link pad} fills. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/**
 * Elements added to (or, with negative counts, taken from) both ends of the last dimensions.
 *
 * @param pad Counts (left, right) of the last dimension, then of the one before it, and so on.
 * @param mode What is filled in: one `value` (default: 0), or elements mirrored, repeated or from the other end.
 * @example
 * F.pad(x, [1, 1]); F.pad(x, [0, 2, 1, 1], { mode: "reflect" })
 */
export function pad(
  input: Tensor,
  pad: Shape,
  mode?: PadMode,
  value?: number | null | { value?: number | null },
): Tensor;
export function pad(input: Tensor, pad: Shape, options: { mode?: PadMode; value?: number | null }): Tensor;
export function pad(input: Tensor, options: { pad: Shape; mode?: PadMode; value?: number | null }): Tensor;
export function pad(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { pad: Shape; mode: PadMode; value: number | null };
  const { pad: counts, mode = "constant", value } = bind<Args>("pad", ["pad", "mode", "value"], [], args);
  expect_tensor("pad", input);
  if (!Array.isArray(counts)) throw new TypeError("pad() missing 1 required positional argument: 'pad'");
  if (counts.length % 2 !== 0) throw new RuntimeError("Padding length must be divisible by 2");
  const dims = counts.length / 2;
  if (dims > input.ndim) {
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${counts.length} ` +
        `and input of dimension ${input.ndim}`,
    );
  }
  if (mode !== "constant" && mode !== "reflect" && mode !== "replicate" && mode !== "circular") {
    throw new NotImplementedError(`Unrecognised padding mode ${String(mode)}`);
  }
  if (mode !== "constant" && value !== undefined && value !== null && value !== 0) {
    throw new ValueError(`Padding mode "${mode}" doesn't take in value argument`);
  }
  if (mode === "reflect" || mode === "replicate") {
    expect_no_bool(`${mode === "reflect" ? "reflection" : "replication"}_pad${dims}d`, input);
  }
  let output = input;
  for (let i = 0; i < dims; i++) {
    const dim = input.ndim - 1 - i;
    let [before, after] = counts.slice(2 * i, 2 * i + 2);
    if (mode === "circular" && (before < 0 || after < 0)) {
      // What is cut off is cut off first: it does not come round again.
      output = pad_constant(output, dim, Math.min(before, 0), Math.min(after, 0), 0);
      [before, after] = [Math.max(before, 0), Math.max(after, 0)];
    }
    if (before === 0 && after === 0) continue;
    output =
      mode === "constant"
        ? pad_constant(output, dim, before, after, value ?? 0)
        : index_select(output, dim, sources(output.shape[dim], before, after, mode));
  }
  if (output === input) return input.clone();
  const label = {
    constant: "ConstantPadNdBackward0",
    reflect: `ReflectionPad${dims}DBackward0`,
    replicate: `ReplicationPad${dims}DBackward0`,
    circular: "CopySlices",
  }[mode];
  return named(label, output, input);
}

/**
 * {@link pad} with one value.
 *
 * @throws RuntimeError for an odd number of counts, more than two for each dimension, or more taken away than there is.
 */
export function constant_pad_nd(input: Tensor, pad: Shape, value?: number): Tensor;
export function constant_pad_nd(input: Tensor, pad: Shape, options: { value?: number }): Tensor;
export function constant_pad_nd(input: Tensor, options: { pad: Shape; value?: number }): Tensor;
export function constant_pad_nd(input: Tensor, ...args: unknown[]): Tensor {
  type Args = { pad: Shape; value?: number };
  const { pad: counts, value = 0 } = bind<Args>("constant_pad_nd", ["pad", "value"], [], args, 1);
  expect_tensor("constant_pad_nd", input);
  if (!Array.isArray(counts) || counts.length % 2 !== 0) {
    throw new RuntimeError(
      `constant_pad_nd(): Length of pad must be even but instead it equals ${String((counts as Shape).length)}`,
    );
  }
  if (counts.length > 2 * input.ndim) {
    throw new RuntimeError(
      "constant_pad_nd(): Length of pad should be no more than twice the number of dimensions of the input. Pad length is " +
        `${counts.length} while the input has ${input.ndim} dimensions.`,
    );
  }
  return pad(input, counts, "constant", value);
}

function pad_constant(input: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  const size = input.shape[dim];
  if (size + before + after < 0) {
    throw new RuntimeError(
      `The input size ${size}, plus negative padding ${before} and ${after} resulted in a negative output size, which is invalid. ` +
        `Check dimension ${dim} of your input.`,
    );
  }
  const from = Math.max(0, -before);
  const to = size - Math.max(0, -after);
  const kept = from > 0 || to < size ? slice(input, dim, Math.min(from, size), Math.max(to, from)) : input;
  const filler = (count: number): Tensor =>
    full(
      input.shape.map((n, i) => (i === dim ? count : n)),
      value,
      { dtype: input.dtype },
    );
  const parts = [kept];
  if (before > 0) parts.unshift(filler(before));
  if (after > 0) parts.push(filler(after));
  return parts.length === 1 ? kept : cat(parts, dim);
}

/** Where the elements of the padded dimension come from. */
function sources(size: number, before: number, after: number, mode: PadMode): number[] {
  if (mode === "reflect" && (before >= size || after >= size)) {
    throw new RuntimeError(
      `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at ` +
        `dimension of size ${size}`,
    );
  }
  if (mode === "circular" && (before > size || after > size)) {
    throw new RuntimeError("Padding value causes wrapping around more than once.");
  }
  return range(Math.max(0, size + before + after)).map((i) => {
    const at = i - before;
    if (at >= 0 && at < size) return at;
    if (mode === "replicate") return at < 0 ? 0 : size - 1;
    if (mode === "circular") return (at + size) % size;
    return at < 0 ? -at : 2 * (size - 1) - at;
  });
}
