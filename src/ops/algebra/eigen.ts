/** @file Eigenvalues and eigenvectors of symmetric matrices. */
import { bind } from "../../args";
import { record, record_many } from "../../autograd/tape";
import { attr, execute_many } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import { native_ops } from "../../backend/native-ops";
import { RuntimeError } from "../../errors";
import { numel } from "../../shape";
import type { Tensor } from "../../tensor";
import { mul } from "../pointwise/elementwise";
import { sqrt } from "../pointwise/unary";
import { unsqueeze } from "../shape/movement";
import { zeros } from "../value/create";
import { named } from "../value/named";
import { matmul } from "./linalg";
import { decomposed, expect_square, turned } from "./matrices";

/** `[eigenvalues, eigenvectors]`, also by name. */
export type Eigen = [eigenvalues: Tensor, eigenvectors: Tensor] & {
  readonly eigenvalues: Tensor;
  readonly eigenvectors: Tensor;
};

/** Which triangle of a symmetric matrix is read. */
export type Triangle = "L" | "U";

/** The eigenvalues, the least first, and the eigenvectors in columns, of symmetric matrices that are known to be square. */
export function symmetric_eigen(x: Tensor, UPLO: Triangle = "L"): [Tensor, Tensor] {
  let handles: Handle[];
  if (numel(x.shape) === 0) handles = [zeros(x.shape.slice(0, -1), { dtype: x.dtype }).handle, x.handle];
  else if (native_ops()) {
    handles = decomposed("linalg.eigh", "TorchbookEigh", x, [attr.bool("upper", UPLO === "U")], 2);
  } else {
    const lower = UPLO === "L" ? x : turned(x);
    handles = execute_many("SelfAdjointEigV2", [lower.handle], [attr.bool("compute_v", true)], 2);
  }
  const [values, vectors] = record_many("eigh", handles, [x], (outputs) => outputs);
  return [values, vectors];
}

function decompose(name: string, A: Tensor, args: readonly unknown[]): [Tensor, Tensor] {
  const { UPLO = "L" } = bind<{ UPLO?: Triangle }>(name, ["UPLO"], [], args);
  expect_square(name, A);
  const side = typeof UPLO === "string" ? UPLO.toUpperCase() : UPLO;
  if (side !== "L" && side !== "U") {
    throw new RuntimeError(`Expected UPLO argument to be 'L' or 'U', but got ${String(UPLO)}`);
  }
  return symmetric_eigen(A, side);
}

/**
 * `[eigenvalues, eigenvectors]` of symmetric matrices: A = Q·diag(λ)·Qᵀ.
 *
 * @param A (..., n, n), of which the triangle `UPLO` is read: `"L"` (lower, the default) or `"U"`.
 * @returns λ (..., n), the least first, and Q (..., n, n), an eigenvector per column, whose sign is not defined; on the CPU it is the one that
 *   PyTorch gives.
 * @throws RuntimeError unless the matrices are square.
 */
export function eigh(A: Tensor, UPLO?: Triangle): Eigen;
export function eigh(A: Tensor, options: { UPLO?: Triangle }): Eigen;
export function eigh(A: Tensor, ...args: unknown[]): Eigen {
  const [eigenvalues, eigenvectors] = decompose("linalg.eigh", A, args);
  return named("linalg_eigh", { eigenvalues, eigenvectors });
}

/** The eigenvalues of symmetric matrices alone, the least first: (..., n) of (..., n, n). See {@link eigh}. */
export function eigvalsh(A: Tensor, UPLO?: Triangle): Tensor;
export function eigvalsh(A: Tensor, options: { UPLO?: Triangle }): Tensor;
export function eigvalsh(A: Tensor, ...args: unknown[]): Tensor {
  return decompose("linalg.eigvalsh", A, args)[0];
}

/** The symmetric positive definite X with `X X = A`, of such matrices A (..., n, n), of which the lower triangle is read. */
export function matrix_sqrth(A: Tensor, ...more: []): Tensor {
  bind("linalg.matrix_sqrth", [], [], more);
  const x = expect_square("linalg.matrix_sqrth", A);
  const [values, vectors] = symmetric_eigen(x.detach());
  const root = matmul(mul(vectors, unsqueeze(sqrt(values), -2)), turned(vectors));
  return record("matrix_sqrth", root.handle, [x], [true]);
}
