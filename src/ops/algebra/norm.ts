/** @file Norms of tensors, distances by them, and scaling to them. */
import { bind } from "../../args";
import { named } from "../../autograd/tape";
import type { DType } from "../../dtype";
import { RuntimeError } from "../../errors";
import { normalize_dim, normalize_dims } from "../../shape";
import { scalar_tensor, type Tensor } from "../../tensor";
import { gt } from "../pointwise/compare";
import { choose, div, mul } from "../pointwise/elementwise";
import type { Dims } from "../reduction/reduce";
import { expect_floating_norm, norm_dims } from "../reduction/statistics";
import { cast, expect_tensor } from "../value/convert";
import { matrix_norm } from "./matrix-norms";

type Order = number | "fro" | "nuc" | null;

interface NormOptions {
  p?: Order;
  dim?: Dims;
  keepdim?: boolean;
  dtype?: DType | null;
}

/** The `p`-norm of the elements over `dim` (all by default): 2 by default, any number, ±Infinity, 0 (counts). */
export function norm(
  input: Tensor,
  p?: Order,
  dim?: Dims,
  keepdim?: boolean | { keepdim?: boolean; dtype?: DType | null },
  options?: { dtype?: DType | null },
): Tensor;
export function norm(
  input: Tensor,
  p: Order,
  options: { dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function norm(
  input: Tensor,
  options: { p?: Order; dim?: Dims; keepdim?: boolean; dtype?: DType | null },
): Tensor;
export function norm(input: Tensor, ...args: unknown[]): Tensor {
  const {
    p = "fro",
    dim,
    keepdim = false,
    dtype,
  } = bind<Required<NormOptions>>("norm", ["p", "dim", "keepdim"], ["dtype"], args);
  expect_tensor("norm", input);
  const x = cast(input, dtype ?? input.dtype);
  expect_floating_norm(x);
  if (p === "nuc") return matrix_norm(x, "nuc", nuclear_dims(x, dim), keepdim);
  if (typeof p === "string" && p !== "fro") throw new RuntimeError(`norm(): unknown order ${p}`);
  return norm_dims(x, p === "fro" || p === null ? 2 : p, normalize_dims(dim, x.ndim), keepdim);
}

/** The two dimensions of which a nuclear norm makes a number. */
function nuclear_dims(input: Tensor, dim: Dims | undefined): number[] {
  const dims = normalize_dims(dim, input.ndim);
  if (dims.length !== 2) {
    throw new RuntimeError(`norm(): the nuclear norm takes two dimensions, got ${dims.length}`);
  }
  return Array.isArray(dim) ? [...dim] : dims;
}

/** The `p`-norm of `input - other`. */
export function dist(input: Tensor, other: Tensor, p?: number): Tensor;
export function dist(input: Tensor, other: Tensor, options: { p?: number }): Tensor;
export function dist(input: Tensor, options: { other: Tensor; p?: number }): Tensor;
export function dist(input: Tensor, ...args: unknown[]): Tensor {
  const { other, p: order = 2 } = bind<{ other: Tensor; p?: number }>("dist", ["other", "p"], [], args, 1);
  expect_tensor("dist", input);
  expect_tensor("dist", other, "other");
  const difference = input.sub(other);
  if (!difference.dtype.is_floating_point) {
    throw new RuntimeError("norm(): input dtype should be either floating point or complex dtypes");
  }
  return named(
    "DistBackward0",
    norm_dims(difference, order, normalize_dims(null, difference.ndim), false),
    input,
  );
}

/** The input scaled so that no sub-tensor along `dim` has a `p`-norm above `maxnorm`. */
export function renorm(input: Tensor, p: number, dim: number, maxnorm: number): Tensor;
export function renorm(input: Tensor, p: number, options: { dim: number; maxnorm: number }): Tensor;
export function renorm(input: Tensor, options: { p: number; dim: number; maxnorm: number }): Tensor;
export function renorm(input: Tensor, ...args: unknown[]): Tensor {
  const { p, dim, maxnorm } = bind<{ p: number; dim: number; maxnorm: number }>(
    "renorm",
    ["p", "dim", "maxnorm"],
    [],
    args,
    3,
  );
  expect_tensor("renorm", input);
  if (input.ndim < 2) {
    throw new RuntimeError(`renorm: input needs at least 2 dimensions, got ${input.ndim} dimensions`);
  }
  if (maxnorm < 0) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`);
  const at = normalize_dim(dim, input.ndim);
  const others = normalize_dims(null, input.ndim).filter((d) => d !== at);
  const norms = norm_dims(input, p, others, true);
  const factor = div(maxnorm, norms.add(1e-7));
  return named(
    "RenormBackward0",
    mul(input, choose(gt(norms, maxnorm), factor, scalar_tensor(1, factor.dtype))),
    input,
  );
}
