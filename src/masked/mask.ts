/** @file What masked operations share: masks brought to the input's shape, and what takes the place of elements left out. */
import { bool, type DType, int64 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { where } from "../ops/position/masks";
import { cast, expect_tensor } from "../ops/value/convert";
import { normalize_dims } from "../shape";
import { scalar_tensor, type Tensor } from "../tensor";

/** Dimensions: one, several, or all. */
export type Dims = number | readonly number[] | null;

/** Keyword arguments of masked operations. */
export interface MaskOptions {
  /** The dtype of the result; the input's unless given. */
  dtype?: DType | null;
  /** True where elements count, bool, broadcast to the input; all count without it. */
  mask?: Tensor | null;
}

/** The mask in the input's shape. @throws TypeError or ValueError for what is no mask of it. */
export function input_mask(name: string, input: Tensor, mask: Tensor): Tensor {
  const given = expect_tensor(`masked.${name}`, mask, "mask");
  if (given.ndim > input.ndim) {
    throw new RuntimeError(
      `masked.${name}(): _input_mask expected broadcastable mask (got mask dimensionality higher than of the input)`,
    );
  }
  return cast(given, bool).expand(input.shape);
}

const whole_limits: Readonly<Record<string, readonly [number | bigint, number | bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int8: [-128, 127],
  uint8: [0, 255],
};

/** What changes nothing in the reduction `identity`. */
function neutral(name: string, identity: Identity, dtype: DType): number | bigint {
  if (identity === "zero") return 0;
  if (identity === "one") return 1;
  if (identity === "nan") return Number.NaN;
  const low = identity === "lowest";
  if (dtype.is_floating_point) return low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const limits = whole_limits[dtype.name];
  if (limits === undefined) throw new ValueError(`masked.${name}(): not offered for ${dtype.toString()}`);
  return limits[low ? 0 : 1];
}

/** Names what elements left out become. */
export type Identity = "zero" | "one" | "nan" | "lowest" | "highest";

/** The input with what `identity` names where the mask does not hold. */
export function combined(
  name: string,
  input: Tensor,
  mask: Tensor | null | undefined,
  identity: Identity,
): Tensor {
  if (mask === null || mask === undefined) return input;
  const fill = scalar_tensor(neutral(name, identity, input.dtype), input.dtype);
  return where(input_mask(name, input, mask), input, fill);
}

/** All dimensions where none are named. */
export function dims_of(dim: Dims | undefined, input: Tensor): number[] {
  return normalize_dims(dim, input.ndim);
}

/** The dtype of sums and products: int64 for whole numbers and bools. */
export function summed_dtype({ dtype }: Tensor): DType {
  return dtype.is_floating_point || dtype === int64 ? dtype : int64;
}
