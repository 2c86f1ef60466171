/** @file QR factors, and products of Householder's reflections that hold them. */
import { bind, operand } from "../../args";
import { record_many } from "../../autograd/tape";
import { attr, execute_many } from "../../backend/engine";
import { RuntimeError } from "../../errors";
import { numel, same_shape } from "../../shape";
import type { Tensor } from "../../tensor";
import { mul, sub } from "../pointwise/elementwise";
import { expand } from "../shape/movement";
import { tril } from "../shape/triangles";
import { expect_tensor } from "../value/convert";
import { eye, zeros } from "../value/create";
import { named } from "../value/named";
import { matmul } from "./linalg";
import { each_matrix, expect_matrices, expect_real, expect_same_dtype, turned } from "./matrices";

/** `[Q, R]`, also by name. */
export type QR = [Q: Tensor, R: Tensor] & { readonly Q: Tensor; readonly R: Tensor };

type Mode = "reduced" | "complete" | "r";

function factors(A: Tensor, mode: Mode): [Tensor, Tensor] {
  const [m, n] = A.shape.slice(-2);
  const batch = A.shape.slice(0, -2);
  const full = mode === "complete";
  if (numel(A.shape) === 0) {
    const inner = full ? m : Math.min(m, n);
    const Q = expand(eye(m, inner, { dtype: A.dtype }), [...batch, m, inner]);
    const R = zeros([...batch, inner, n], { dtype: A.dtype });
    const [q, r] = record_many("qr", [Q.handle, R.handle], [A], (outputs) => [A, ...outputs], mode);
    return [q, r];
  }
  const handles = execute_many("Qr", [A.handle], [attr.bool("full_matrices", full)], 2);
  const [Q, R] = record_many("qr", handles, [A], (outputs) => [A, ...outputs], mode);
  return [Q, R];
}

/**
 * `[Q, R]` with A = Q·R: orthogonal columns and an upper triangle.
 *
 * @param A (..., m, n).
 * @param mode `"reduced"`: Q (..., m, k) and R (..., k, n), k the lesser of m and n; `"complete"`: Q (..., m, m); `"r"`: R of
 *   the reduced form, and Q without elements.
 * @throws RuntimeError for another mode. Backward throws for `"r"`, and for `"complete"` with more rows than columns.
 */
export function qr(A: Tensor, mode?: Mode): QR;
export function qr(A: Tensor, options: { mode?: Mode }): QR;
export function qr(A: Tensor, ...args: unknown[]): QR {
  const { mode = "reduced" } = bind<{ mode?: Mode }>("linalg.qr", ["mode"], [], args);
  expect_matrices("linalg.qr", A);
  if (mode !== "reduced" && mode !== "complete" && mode !== "r") {
    throw new RuntimeError(
      `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
    );
  }
  const [Q, R] = factors(A, mode);
  return named("linalg_qr", { Q: mode === "r" ? zeros([0], { dtype: A.dtype }) : Q, R });
}

/** The older form of {@link qr}: reduced, or with `some` false complete. */
export function qr_of(input: Tensor, some?: boolean): QR;
export function qr_of(input: Tensor, options: { some?: boolean }): QR;
export function qr_of(input: Tensor, ...args: unknown[]): QR {
  const { some = true } = bind<{ some?: boolean }>("qr", ["some"], [], args);
  const [Q, R] = factors(expect_matrices("qr", input, "input"), some ? "reduced" : "complete");
  return named("qr", { Q, R });
}

/** `[a, tau]` of {@link geqrf}, also by name. */
export type Reflections = [a: Tensor, tau: Tensor] & { readonly a: Tensor; readonly tau: Tensor };

/** Makes an m × n matrix R in place; below its diagonal are the reflections, which `tau` scales, as of LAPACK's geqrf. */
function reflect(a: Float64Array, m: number, n: number, tau: Float64Array): void {
  for (let j = 0; j < Math.min(m, n); j++) {
    let squares = 0;
    for (let i = j + 1; i < m; i++) squares += a[i * n + j] ** 2;
    if (squares === 0) continue;
    const alpha = a[j * n + j];
    const length = Math.sqrt(alpha * alpha + squares);
    const beta = alpha >= 0 ? -length : length;
    tau[j] = (beta - alpha) / beta;
    for (let i = j + 1; i < m; i++) a[i * n + j] /= alpha - beta;
    a[j * n + j] = beta;
    for (let k = j + 1; k < n; k++) {
      let sum = a[j * n + k];
      for (let i = j + 1; i < m; i++) sum += a[i * n + j] * a[i * n + k];
      sum *= tau[j];
      a[j * n + k] -= sum;
      for (let i = j + 1; i < m; i++) a[i * n + k] -= sum * a[i * n + j];
    }
  }
}

/**
 * `[a, tau]`: R of the QR factors on and above the diagonal, below it Householder's reflections, whose product is Q: see
 * {@link householder_product}. No gradient flows, as in PyTorch.
 *
 * @param input (..., m, n).
 * @returns a (..., m, n) and tau (..., min(m, n)).
 */
export function geqrf(input: Tensor, ...more: []): Reflections {
  bind("geqrf", [], [], more);
  expect_tensor("geqrf", input);
  if (input.ndim < 2) throw new RuntimeError("torch.geqrf: input must have at least 2 dimensions.");
  const x = expect_real("geqrf", input).detach();
  const [m, n] = x.shape.slice(-2);
  const results = [
    { shape: [m, n], dtype: x.dtype },
    { shape: [Math.min(m, n)], dtype: x.dtype },
  ];
  const [a, tau] = each_matrix([x], results, ([matrix], [room, scales]) => {
    reflect(matrix, m, n, scales);
    room.set(matrix);
  });
  return named("geqrf", { a, tau });
}

/** The vectors of reflections, one per column: 1 on the diagonal, 0 above. */
function vectors_of(input: Tensor, count: number): Tensor {
  const [m] = input.shape.slice(-2);
  return tril(input.narrow(-1, 0, count), -1).add(eye(m, count, { dtype: input.dtype }));
}

/** `C` reflected by each of the vectors, from the last to the first, or with `forward` from the first on. */
function reflected(vectors: Tensor, tau: Tensor, C: Tensor, forward: boolean): Tensor {
  const count = tau.shape[tau.ndim - 1];
  let result = C;
  for (let step = 0; step < count; step++) {
    const i = forward ? step : count - 1 - step;
    const v = vectors.narrow(-1, i, 1);
    const scale = tau.narrow(-1, i, 1).unsqueeze(-1);
    result = sub(result, mul(matmul(v, matmul(turned(v), result)), scale));
  }
  return result;
}

function check_reflections(name: string, input: Tensor, tau: Tensor): void {
  if (expect_tensor(name, input).ndim < 2) {
    throw new RuntimeError(`${name}: input must have at least 2 dimensions.`);
  }
  expect_tensor(name, tau, "tau");
  expect_real(name, input);
  const fail = (what: string): RuntimeError => new RuntimeError(`${name}: ${what}`);
  if (tau.ndim !== input.ndim - 1) {
    throw fail(
      `Expected tau to have one dimension less than input, but got tau.ndim equal to ${tau.ndim} and input.ndim is equal to ${input.ndim}`,
    );
  }
  if (!same_shape(tau.shape.slice(0, -1), input.shape.slice(0, -2))) {
    throw fail(
      `Expected batch dimensions of tau to be equal to input.shape[:-2], but got [${tau.shape.slice(0, -1)}]`,
    );
  }
  if (tau.dtype !== input.dtype) {
    throw fail(`tau dtype ${tau.dtype.scalar_type} does not match input dtype ${input.dtype.scalar_type}`);
  }
}

/**
 * The first n columns of the product of Householder's reflections `I - tau[i] v vᵀ`, whose vectors v stand below the diagonal
 * of `input`: Q, from {@link geqrf}'s result.
 *
 * @param input (..., m, n) with m >= n.
 * @param tau (..., k) with k <= n.
 * @throws RuntimeError for shapes that do not fit.
 */
export function householder_product(input: Tensor, tau: Tensor): Tensor;
export function householder_product(input: Tensor, options: { tau: Tensor }): Tensor;
export function householder_product(input: Tensor, ...args: unknown[]): Tensor {
  const name = "torch.linalg.householder_product";
  const tau = operand<Tensor>("linalg.householder_product", "tau", args);
  if (expect_tensor(name, input).ndim < 2) {
    throw new RuntimeError(`${name}: input must have at least 2 dimensions.`);
  }
  const [m, n] = input.shape.slice(-2);
  const k = expect_tensor(name, tau, "tau").shape[tau.ndim - 1] ?? 0;
  if (m < n) {
    throw new RuntimeError(`${name}: input.shape[-2] must be greater than or equal to input.shape[-1]`);
  }
  if (n < k) {
    throw new RuntimeError(`${name}: input.shape[-1] must be greater than or equal to tau.shape[-1]`);
  }
  check_reflections(name, input, tau);
  const unit = expand(eye(m, n, { dtype: input.dtype }), [...input.shape.slice(0, -2), m, n]);
  // The zeroes of their parts keep input and tau in the graph where there is no reflection.
  const start = unit.add(mul(input, 0));
  return reflected(vectors_of(input, k), tau, input.requires_grad ? start : unit.clone(), false);
}

interface OrmqrOptions {
  left?: boolean;
  transpose?: boolean;
}

/**
 * `other` multiplied by the whole Q (m, m) of {@link geqrf}'s result: `Q @ other`, with `left` false `other @ Q`, with `transpose`
 * by Qᵀ.
 *
 * @param input (..., m, k): the reflections.
 * @param tau (..., k).
 * @param other (..., m, n), or (..., n, m) with `left` false.
 * @throws RuntimeError for shapes that do not fit.
 */
export function ormqr(
  input: Tensor,
  tau: Tensor,
  other: Tensor,
  left?: boolean,
  transpose?: boolean | OrmqrOptions,
): Tensor;
export function ormqr(input: Tensor, tau: Tensor, other: Tensor, options: OrmqrOptions): Tensor;
export function ormqr(input: Tensor, options: OrmqrOptions & { tau: Tensor; other: Tensor }): Tensor;
export function ormqr(input: Tensor, ...args: unknown[]): Tensor {
  type Args = OrmqrOptions & { tau: Tensor; other: Tensor };
  const name = "torch.ormqr";
  const bound = bind<Args>("ormqr", ["tau", "other", "left", "transpose"], [], args, 2);
  const { tau, other, left = true, transpose = false } = bound;
  const fail = (what: string): RuntimeError => new RuntimeError(`${name}: ${what}`);
  if (expect_tensor(name, input).ndim < 2) throw fail("input must have at least 2 dimensions.");
  if (expect_tensor(name, other, "other").ndim < 2) throw fail("other must have at least 2 dimensions.");
  expect_tensor(name, tau, "tau");
  const side = left ? -2 : -1;
  const size = other.shape[other.ndim + side];
  const [m, columns] = input.shape.slice(-2);
  const k = tau.shape[tau.ndim - 1] ?? 0;
  if (size < k) throw fail(`other.shape[${side}] must be greater than or equal to tau.shape[-1]`);
  if (k !== Math.min(size, columns)) {
    throw fail(`tau.shape[-1] must be equal to min(other.shape[${side}], input.shape[-1])`);
  }
  if (size !== m) throw fail(`other.shape[${side}] must be equal to input.shape[-2]`);
  check_reflections(name, input, tau);
  expect_same_dtype(name, input, other);
  const vectors = vectors_of(input, k);
  const product = left
    ? reflected(vectors, tau, other, transpose)
    : turned(reflected(vectors, tau, turned(other), !transpose));
  return k === 0 ? product.add(0) : product;
}
