/** @file Products of matrices and vectors added to a tensor, both with a factor. */
import { bind } from "../../args";
import { beside, named } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { same_shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { add, mul } from "../pointwise/elementwise";
import { sum_dims } from "../reduction/reduce";
import { expand } from "../shape/movement";
import { expect_tensor } from "../value/convert";
import { zeros } from "../value/create";
import { bmm, mm, mv, outer } from "./linalg";

type Scales = { beta?: number; alpha?: number };

/**
 * `beta * input + alpha * product`; with `beta` 0 the input is left out, NaNs and all.
 *
 * @param name The function's, of which the graph's node has its name.
 * @param with_elements Whether anything was multiplied: of nothing PyTorch scales the input alone, and otherwise.
 */
function combine(
  name: string,
  input: Tensor,
  product_of: Tensor,
  beta = 1,
  alpha = 1,
  with_elements = true,
): Tensor {
  const { category } = product_of.dtype;
  if (!with_elements && (category === 0 || (category === 1 && !Number.isInteger(beta)))) {
    throw new RuntimeError(
      `result type ${category === 0 ? "Long" : "Float"} can't be cast to the desired output type ${product_of.dtype.scalar_type}`,
    );
  }
  if (!product_of.dtype.is_floating_point && with_elements) {
    // As PyTorch does: the numbers become elements.
    beta = Math.trunc(beta);
    alpha = Math.trunc(alpha);
  }
  if (input.dtype !== product_of.dtype) {
    throw new RuntimeError(
      `self and mat2 must have the same dtype, but got ${input.dtype.scalar_type} and ${product_of.dtype.scalar_type}`,
    );
  }
  if (!same_shape(input.shape, product_of.shape)) input = expand(input, [...product_of.shape]);
  const right = alpha === 1 ? product_of : mul(product_of, alpha);
  // The input's values do not count then, but it has a gradient, 0.
  const result = beta === 0 ? beside(right, input) : add(beta === 1 ? input : mul(input, beta), right);
  return named(`${name}Backward0`, result, input);
}

/** `beta * input + alpha * (mat1 @ mat2)`. */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, options?: Scales): Tensor;
export function addmm(input: Tensor, mat1: Tensor, options: { mat2: Tensor } & Scales): Tensor;
export function addmm(input: Tensor, options: { mat1: Tensor; mat2: Tensor } & Scales): Tensor;
export function addmm(input: Tensor, ...args: unknown[]): Tensor {
  const { mat1, mat2, beta, alpha } = bind<{ mat1: Tensor; mat2: Tensor } & Scales>(
    "addmm",
    ["mat1", "mat2"],
    ["beta", "alpha"],
    args,
    2,
  );
  expect_tensor("addmm", input);
  const result = mm(mat1, mat2);
  return combine("Addmm", input, result, beta, alpha, mat1.numel() > 0 || result.numel() === 0);
}

/** `beta * input + alpha * (mat @ vec)`. */
export function addmv(input: Tensor, mat: Tensor, vec: Tensor, options?: Scales): Tensor;
export function addmv(input: Tensor, mat: Tensor, options: { vec: Tensor } & Scales): Tensor;
export function addmv(input: Tensor, options: { mat: Tensor; vec: Tensor } & Scales): Tensor;
export function addmv(input: Tensor, ...args: unknown[]): Tensor {
  const { mat, vec, beta, alpha } = bind<{ mat: Tensor; vec: Tensor } & Scales>(
    "addmv",
    ["mat", "vec"],
    ["beta", "alpha"],
    args,
    2,
  );
  expect_tensor("addmv", input);
  const result = mv(mat, vec);
  // Of no products PyTorch gives the input as it is, unexpanded.
  if (mat.numel() === 0 && input.ndim === 0)
    return combine("Addmv", input, zeros([], { dtype: mat.dtype }), beta, alpha);
  return combine("Addmv", input, result, beta, alpha);
}

/** `beta * input + alpha * outer(vec1, vec2)`. */
export function addr(input: Tensor, vec1: Tensor, vec2: Tensor, options?: Scales): Tensor;
export function addr(input: Tensor, vec1: Tensor, options: { vec2: Tensor } & Scales): Tensor;
export function addr(input: Tensor, options: { vec1: Tensor; vec2: Tensor } & Scales): Tensor;
export function addr(input: Tensor, ...args: unknown[]): Tensor {
  const { vec1, vec2, beta, alpha } = bind<{ vec1: Tensor; vec2: Tensor } & Scales>(
    "addr",
    ["vec1", "vec2"],
    ["beta", "alpha"],
    args,
    2,
  );
  expect_tensor("addr", input);
  return combine("Addr", input, outer(vec1, vec2), beta, alpha);
}

/** `beta * input + alpha * bmm(batch1, batch2)`. */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: Scales): Tensor;
export function baddbmm(input: Tensor, batch1: Tensor, options: { batch2: Tensor } & Scales): Tensor;
export function baddbmm(input: Tensor, options: { batch1: Tensor; batch2: Tensor } & Scales): Tensor;
export function baddbmm(input: Tensor, ...args: unknown[]): Tensor {
  const { batch1, batch2, beta, alpha } = bind<{ batch1: Tensor; batch2: Tensor } & Scales>(
    "baddbmm",
    ["batch1", "batch2"],
    ["beta", "alpha"],
    args,
    2,
  );
  expect_tensor("baddbmm", input);
  const result = bmm(batch1, batch2);
  return combine("Baddbmm", input, result, beta, alpha, batch1.numel() > 0 || result.numel() === 0);
}

/** `beta * input + alpha * sum(bmm(batch1, batch2), 0)`. */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: Scales): Tensor;
export function addbmm(input: Tensor, batch1: Tensor, options: { batch2: Tensor } & Scales): Tensor;
export function addbmm(input: Tensor, options: { batch1: Tensor; batch2: Tensor } & Scales): Tensor;
export function addbmm(input: Tensor, ...args: unknown[]): Tensor {
  const { batch1, batch2, beta, alpha } = bind<{ batch1: Tensor; batch2: Tensor } & Scales>(
    "addbmm",
    ["batch1", "batch2"],
    ["beta", "alpha"],
    args,
    2,
  );
  expect_tensor("addbmm", input);
  const result = sum_dims(bmm(batch1, batch2), [0], false);
  return combine("Addbmm", input, result, beta, alpha, batch1.numel() > 0 || result.numel() === 0);
}
