/** @file Orthogonal weights as a parametrization (PyTorch: `torch.nn.utils.parametrizations.orthogonal`). */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { NotImplementedError, ValueError } from "../../errors";
import { solve } from "../../ops/algebra/inverse";
import { matmul } from "../../ops/algebra/linalg";
import { matrix_exp } from "../../ops/algebra/matrix-functions";
import { geqrf, householder_product, qr } from "../../ops/algebra/qr";
import { where } from "../../ops/position/masks";
import { cat } from "../../ops/shape/join";
import { eye } from "../../ops/value/create";
import { randn } from "../../ops/value/random";
import { same_shape, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { Module } from "../module";
import { register_parametrization } from "./parametrize";

/** How any matrix becomes an orthogonal one. */
export type OrthogonalMap = "matrix_exp" | "cayley" | "householder";

const maps: readonly string[] = ["matrix_exp", "cayley", "householder"];

const is_orthogonal = (Q: Tensor): boolean => {
  const [n, k] = Q.shape.slice(-2);
  const off = matmul(Q.mT, Q)
    .sub(eye(k, { dtype: Q.dtype }))
    .abs();
  // A bound on what rounding leaves, as for the products of n elements.
  const eps = Q.dtype.itemsize === 8 ? 2.220446049250313e-16 : 1.1920928955078125e-7;
  return off.numel() === 0 || off.max().item() < 10 * n * eps;
};

/** The nearest choice of Q in a QR decomposition: R's diagonal is positive. */
function orthogonal_of(A: Tensor): Tensor {
  const [Q, R] = qr(A);
  return Q.mul(R.diagonal(0, -2, -1).sgn().unsqueeze(-2));
}

/** Any matrix made orthogonal. */
class _Orthogonal extends Module {
  declare base: Tensor | null;

  constructor(
    readonly size: readonly number[],
    readonly orthogonal_map: OrthogonalMap,
    readonly use_trivialization: boolean,
  ) {
    super();
    for (const field of ["size", "orthogonal_map", "use_trivialization"]) {
      Object.defineProperty(this, field, { enumerable: false });
    }
    if (use_trivialization) this.register_buffer("base", null);
  }

  override forward(input: Tensor): Tensor {
    const turned = input.shape[input.ndim - 2] < input.shape[input.ndim - 1];
    const X = turned ? input.mT : input;
    let Q = this.orthogonal_map === "householder" ? this._reflected(X) : this._rotated(X);
    if (this.use_trivialization) Q = matmul(this.base as Tensor, Q);
    return turned ? Q.mT : Q;
  }

  /** @internal The product of the reflections whose vectors stand below the diagonal. */
  _reflected(X: Tensor): Tensor {
    const A = X.tril(-1);
    const tau = A.square().sum(-2).add(1).reciprocal().mul(2);
    return householder_product(A, tau).mul(X.diagonal(0, -2, -1).trunc().unsqueeze(-2));
  }

  /** @internal A rotation made of the skew-symmetric part. */
  _rotated(X: Tensor): Tensor {
    const [n, k] = X.shape.slice(-2);
    let square = X.tril();
    if (n !== k) square = cat([square, square.new_zeros([...X.shape.slice(0, -1), n - k])], -1);
    const A = square.sub(square.mT);
    let Q: Tensor;
    if (this.orthogonal_map === "matrix_exp") Q = matrix_exp(A);
    else {
      const one = eye(n, { dtype: A.dtype });
      Q = solve(one.sub(A, { alpha: 0.5 }), one.add(A, { alpha: 0.5 }));
    }
    return n === k ? Q : Q.narrow(-1, 0, k);
  }

  right_inverse(value: Tensor): Tensor {
    return no_grad(() => this._inverse(value));
  }

  /** @internal */
  _inverse(value: Tensor): Tensor {
    if (!same_shape(value.shape, this.size)) {
      throw new ValueError(
        `Expected a matrix or batch of matrices of shape torch.Size(${size_text(this.size)}). Got a tensor of shape ` +
          `torch.Size(${size_text(value.shape)}).`,
      );
    }
    const turned = value.shape[value.ndim - 2] < value.shape[value.ndim - 1];
    const Q = turned ? value.mT : value;
    if (!this.use_trivialization) {
      if (this.orthogonal_map !== "householder") {
        throw new NotImplementedError(
          "It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.",
        );
      }
      const [A, tau] = geqrf(Q);
      const diagonal = A.diagonal(0, -2, -1).sign();
      const signs = where(tau.ne(0), diagonal, diagonal.neg());
      const X = A.diagonal_scatter(signs, 0, -2, -1);
      return turned ? X.mT : X;
    }
    const [n, k] = Q.shape.slice(-2);
    if (n !== k) {
      const more = randn([...Q.shape.slice(0, -2), n, n - k], { dtype: Q.dtype });
      this.base = orthogonal_of(cat([Q, more], -1));
    } else this.base = is_orthogonal(Q) ? Q.clone() : orthogonal_of(Q);
    return eye(value.shape[value.ndim - 2], value.shape[value.ndim - 1], { dtype: value.dtype })
      .neg()
      .expand(value.shape)
      .clone();
  }
}

/**
 * Keeps a matrix, or each of a batch, orthogonal: QᵀQ is the identity (QQᵀ for more columns than rows).
 *
 * @param orthogonal_map How it comes from what is trained: `"matrix_exp"` or `"cayley"` of its skew-symmetric part, or
 *   `"householder"`, a product of reflections. Default: `"matrix_exp"` for square matrices, else `"householder"`.
 * @param options With `use_trivialization` (the default) it is multiplied by a base, the first value made orthogonal
 *   (Lezcano-Casado, arXiv:1909.09501).
 * @returns module
 * @throws ValueError for a vector, or where there is no such parameter.
 * @example
 * const layer = nn.utils.parametrizations.orthogonal(new nn.Linear(20, 40));
 */
export function orthogonal<M extends Module>(
  module: M,
  name?: string,
  orthogonal_map?: OrthogonalMap | null,
  options?: { use_trivialization?: boolean },
): M;
export function orthogonal<M extends Module>(
  module: M,
  options: { name?: string; orthogonal_map?: OrthogonalMap | null; use_trivialization?: boolean },
): M;
export function orthogonal<M extends Module>(
  module: M,
  name: string,
  options: { orthogonal_map?: OrthogonalMap | null; use_trivialization?: boolean },
): M;
export function orthogonal<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = { name: string; orthogonal_map: OrthogonalMap | null; use_trivialization: boolean };
  const bound = bind<Args>("orthogonal", ["name", "orthogonal_map"], ["use_trivialization"], args);
  const { name = "weight", use_trivialization = true } = bound;
  const weight = (module as unknown as Record<string, unknown>)[name];
  if (!is_tensor(weight)) {
    throw new ValueError(`Module '${String(module)}' has no parameter or buffer with name '${name}'`);
  }
  if (weight.ndim < 2) {
    throw new ValueError(
      `Expected a matrix or batch of matrices. Got a tensor of ${weight.ndim} dimensions.`,
    );
  }
  const square = weight.shape[weight.ndim - 2] === weight.shape[weight.ndim - 1];
  const map = bound.orthogonal_map ?? (square ? "matrix_exp" : "householder");
  if (!maps.includes(map)) {
    throw new ValueError(
      `orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: ${String(map)}`,
    );
  }
  const parametrization = new _Orthogonal(weight.shape, map, use_trivialization);
  return register_parametrization(module, name, parametrization, { unsafe: true });
}
