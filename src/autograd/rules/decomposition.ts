/** @file Gradient rules of inverses, determinants, factorizations and linear systems. */
import { RuntimeError } from "../../errors";
import { cholesky_solve } from "../../ops/algebra/cholesky";
import { symmetric_eigen } from "../../ops/algebra/eigen";
import { det, inv, inv_ex, solve } from "../../ops/algebra/inverse";
import { matmul } from "../../ops/algebra/linalg";
import { permutation } from "../../ops/algebra/lu";
import { turned } from "../../ops/algebra/matrices";
import { singular } from "../../ops/algebra/singular";
import { type Triangle, triangular } from "../../ops/algebra/triangular";
import { choose, div, mul, neg, sub } from "../../ops/pointwise/elementwise";
import { diag_embed } from "../../ops/shape/diagonals";
import { cat } from "../../ops/shape/join";
import { unsqueeze } from "../../ops/shape/movement";
import { tril, triu } from "../../ops/shape/triangles";
import { eye } from "../../ops/value/create";
import { scalar_tensor, type Tensor } from "../../tensor";
import type { Context, Grad, Rule } from "../node";

type Saved<S extends readonly Tensor[], A = unknown> = Context<S, A>;

const columns = (x: Tensor): Tensor => unsqueeze(x, -2);
const rows = (x: Tensor): Tensor => unsqueeze(x, -1);
const scalars = (x: Tensor): Tensor => rows(rows(x));

/** The sum of what there is. */
function total(...parts: (Tensor | null)[]): Grad {
  return parts.reduce<Grad>((sum, part) => (part === null ? sum : sum === null ? part : sum.add(part)), null);
}

/** The matrix of cofactors, also of singular matrices: the derivative of the determinant. */
function cofactors(x: Tensor): Tensor {
  const [U, S, Vh] = singular(x, true);
  const n = x.shape[x.ndim - 1];
  const others = choose(eye(n, { dtype: x.dtype }).ne(0), scalar_tensor(1, x.dtype), columns(S));
  const products = others.prod(-1);
  return mul(matmul(mul(U, columns(products)), Vh), scalars(mul(det(U), det(Vh))));
}

/** A matrix with its diagonal replaced by zeros. */
function off_diagonal(x: Tensor): Tensor {
  return mul(x, eye(x.shape[x.ndim - 1], { dtype: x.dtype }).rsub(1));
}

/** Differences `v[j] - v[i]`, ones on the diagonal. */
function differences(v: Tensor): Tensor {
  return sub(columns(v), rows(v)).add(eye(v.shape[v.ndim - 1], { dtype: v.dtype }));
}

/** W · R⁻ᵀ for an upper triangle R. */
const over_upper = (W: Tensor, R: Tensor): Tensor =>
  turned(triangular(R, turned(W), { upper: true, transpose: false }));

/** The gradient of A = Q·R, Q with as many columns as A. */
function qr_gradient(Q: Tensor, R: Tensor, gQ: Grad, gR: Grad): Tensor {
  const fromR = gR === null ? null : matmul(R, turned(gR));
  const fromQ = gQ === null ? null : neg(matmul(turned(gQ), Q));
  const M = total(fromR, fromQ) as Tensor;
  const symmetric = tril(M).add(turned(tril(M, -1)));
  const W = total(gQ, matmul(Q, symmetric)) as Tensor;
  return over_upper(W, R);
}

export const decomposition: Record<string, Rule> = {
  inv: {
    name: "LinalgInvEx",
    backward: (g: Tensor, { saved: [y] }: Saved<readonly [Tensor]>) => [
      neg(matmul(matmul(turned(y), g), turned(y))),
    ],
  },
  det: {
    name: "LinalgDet",
    backward: (g: Tensor, { saved: [x, y] }: Saved<readonly [Tensor, Tensor]>) => {
      if (y.detach().eq(0).any().item()) return [mul(scalars(g), cofactors(x))];
      return [mul(scalars(mul(g, y)), turned(inv(x)))];
    },
  },
  slogdet: {
    name: "LinalgSlogdet",
    backward: ([, g]: [Grad, Grad], { saved: [x] }: Saved<readonly [Tensor]>) => [
      g !== null && mul(scalars(g), turned(inv_ex(x)[0])),
    ],
  },
  solve: {
    name: "LinalgSolveEx",
    backward: (g: Tensor, { saved: [a, x] }: Saved<readonly [Tensor, Tensor]>) => {
      const gb = solve(turned(a), g);
      return [neg(matmul(gb, turned(x))), gb];
    },
  },
  solve_triangular: {
    name: "LinalgSolveTriangular",
    backward: (
      g: Tensor,
      { needs, saved: [a, x], attrs: { upper, transpose } }: Saved<readonly [Tensor, Tensor], Triangle>,
    ) => {
      const gb = triangular(a, g, { upper, transpose: !transpose });
      if (!needs[0]) return [null, gb];
      const whole = neg(transpose ? matmul(x, turned(gb)) : matmul(gb, turned(x)));
      return [upper ? triu(whole) : tril(whole), gb];
    },
  },
  cholesky: {
    name: "LinalgCholeskyEx",
    // Murray, Differentiation of the Cholesky decomposition (2016), equation 9.
    backward: (g: Tensor, { saved: [lower] }: Saved<readonly [Tensor]>) => {
      const inner = matmul(turned(lower), g);
      const half = mul(tril(inner).add(tril(inner, -1)), 0.5);
      const inverse = inv(lower);
      const whole = matmul(matmul(turned(inverse), half), inverse);
      return [mul(whole.add(turned(whole)), 0.5)];
    },
  },
  cholesky_solve: {
    name: "CholeskySolve",
    backward: (
      g: Tensor,
      { needs, saved: [L, X], attrs: upper }: Saved<readonly [Tensor, Tensor], boolean>,
    ) => {
      const gB = cholesky_solve(g, L, upper);
      if (!needs[1]) return [gB];
      const half = matmul(gB, turned(X));
      const gA = neg(half.add(turned(half)));
      return [needs[0] && gB, upper ? matmul(L, gA) : matmul(gA, L)];
    },
  },
  matrix_sqrth: {
    name: "LinalgMatrixSqrth",
    // From X·dX + dX·X = dA, solved in X's eigenvectors.
    backward: (g: Tensor, { saved: [X] }: Saved<readonly [Tensor]>) => {
      const [values, V] = symmetric_eigen(X);
      const symmetric = mul(g.add(turned(g)), 0.5);
      const inner = div(matmul(matmul(turned(V), symmetric), V), columns(values).add(rows(values)));
      return [matmul(matmul(V, inner), turned(V))];
    },
  },
  lu_factor: {
    name: "LinalgLuFactorEx",
    // From A = P·L·U: L⁻¹·dA·U⁻¹ = L⁻¹·dL + dU·U⁻¹, whose parts lie below the diagonal and on and above it.
    backward: ([g]: [Grad, Grad, Grad], { saved: [LU, pivots] }: Saved<readonly [Tensor, Tensor]>) => {
      if (g === null) return [null];
      const [m, n] = LU.shape.slice(-2);
      const k = Math.min(m, n);
      const square = LU.narrow(-1, 0, k).narrow(-2, 0, k);
      const L = tril(square, -1).add(eye(k, { dtype: LU.dtype }));
      const U = triu(square);
      const below = m > n ? LU.narrow(-2, k, m - k) : null;
      const right = n > m ? LU.narrow(-1, k, n - k) : null;
      let gL = tril(g.narrow(-1, 0, k).narrow(-2, 0, k), -1);
      let gU = triu(g.narrow(-1, 0, k).narrow(-2, 0, k));
      let rest: Tensor | null = null;
      if (below !== null) {
        rest = over_upper(g.narrow(-2, k, m - k), U);
        gU = sub(gU, matmul(turned(below), rest));
      }
      if (right !== null) {
        rest = triangular(L, g.narrow(-1, k, n - k), { upper: false, transpose: true });
        gL = sub(gL, matmul(rest, turned(right)));
      }
      const inner = tril(matmul(turned(L), gL), -1).add(triu(matmul(gU, turned(U))));
      const core = over_upper(triangular(L, inner, { upper: false, transpose: true }), U);
      const whole = rest === null ? core : cat([core, rest], below !== null ? -2 : -1);
      return [matmul(permutation(pivots, m, LU), whole)];
    },
  },
  qr: {
    name: "LinalgQr",
    backward: (
      [gQ, gR]: [Grad, Grad],
      { saved: [A, Q, R], attrs: mode }: Saved<readonly [Tensor, Tensor, Tensor], string>,
    ) => {
      const [m, n] = A.shape.slice(-2);
      if (mode === "r") {
        throw new RuntimeError(
          "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') " +
            "if you are going to require gradients",
        );
      }
      if (mode === "complete" && m > n) {
        throw new RuntimeError(
          "The QR decomposition is not differentiable when mode='complete' and nrows > ncols",
        );
      }
      if (gQ === null && gR === null) return [null];
      if (m >= n) return [qr_gradient(Q, R, gQ, gR)];
      // A = [X, Y] = Q·[U, V]: Y's gradient comes from V = Qᵀ·Y, X's as that of a square matrix.
      const gV = gR === null ? null : gR.narrow(-1, m, n - m);
      const gU = gR === null ? null : gR.narrow(-1, 0, m);
      const fromV = gV === null ? null : matmul(A.narrow(-1, m, n - m), turned(gV));
      const gX = qr_gradient(Q, R.narrow(-1, 0, m), total(gQ, fromV), gU);
      const gY = gV === null ? mul(A.narrow(-1, m, n - m), 0) : matmul(Q, gV);
      return [cat([gX, gY], -1)];
    },
  },
  eigh: {
    name: "LinalgEigh",
    backward: ([gl, gV]: [Grad, Grad], { saved: [l, V] }: Saved<readonly [Tensor, Tensor]>) => {
      // Of VᵀgV the skew part alone, so that the gradient is symmetric as the matrix.
      const turn = (x: Tensor): Tensor => mul(off_diagonal(div(sub(x, turned(x)), differences(l))), 0.5);
      const turns = gV === null ? null : turn(matmul(turned(V), gV));
      const inner = total(turns, gl === null ? null : diag_embed(gl));
      return [inner !== null && matmul(matmul(V, inner), turned(V))];
    },
  },
  svd: {
    name: "LinalgSvd",
    backward: (
      [gU, gS, gVh]: [Grad, Grad, Grad],
      { saved: [fullU, S, fullVh], shapes }: Saved<readonly [Tensor, Tensor, Tensor]>,
    ) => {
      const k = S.shape[S.ndim - 1];
      const [m, n] = shapes[0].slice(-2);
      const U = fullU.narrow(-1, 0, k);
      const Vh = fullVh.narrow(-2, 0, k);
      const squares = mul(S, S);
      const turn = (x: Tensor): Tensor => off_diagonal(div(sub(x, turned(x)), differences(squares)));
      const left = gU === null ? null : gU.narrow(-1, 0, k);
      const right = gVh === null ? null : gVh.narrow(-2, 0, k);
      const inner = total(
        left === null ? null : mul(turn(matmul(turned(U), left)), columns(S)),
        right === null ? null : mul(rows(S), turn(matmul(Vh, turned(right)))),
        gS === null ? null : diag_embed(gS),
      );
      const beyondU =
        left === null || m === k
          ? null
          : matmul(div(sub(left, matmul(U, matmul(turned(U), left))), columns(S)), Vh);
      const beyondV =
        right === null || n === k
          ? null
          : matmul(U, div(sub(right, matmul(matmul(right, turned(Vh)), Vh)), rows(S)));
      return [total(inner === null ? null : matmul(matmul(U, inner), Vh), beyondU, beyondV)];
    },
  },
  pinv: {
    name: "LinalgPinv",
    // G. Golub and V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
    // separate, SIAM Journal on Numerical Analysis 10 (1973), equation 4.12.
    backward: (g: Tensor, { saved: [A, P] }: Saved<readonly [Tensor, Tensor]>) => {
      const Pt = turned(P);
      const gt = turned(g);
      const direct = neg(matmul(matmul(Pt, g), Pt));
      const B = matmul(matmul(gt, P), Pt);
      const C = matmul(matmul(Pt, P), gt);
      return [direct.add(sub(B, matmul(A, matmul(P, B)))).add(sub(C, matmul(matmul(C, P), A)))];
    },
  },
  polar: {
    name: "LinalgPolar",
    // From A = U·H: Uᵀ·dA = Ω·H + dH with Ω antisymmetric, so that Ω·H + H·Ω = Uᵀ·dA - dAᵀ·U, solved in H's eigenvectors.
    backward: ([gU, gH]: [Grad, Grad], { saved: [U, H] }: Saved<readonly [Tensor, Tensor]>) => {
      const [S, V] = symmetric_eigen(H);
      const inner = total(
        gU === null ? null : matmul(turned(U), gU),
        gH === null ? null : neg(matmul(gH, H)),
      );
      if (inner === null) return [null];
      const P = div(matmul(matmul(turned(V), inner), V), columns(S).add(rows(S)));
      const turning = matmul(matmul(V, sub(P, turned(P))), turned(V));
      const beyond =
        gU === null
          ? null
          : matmul(div(matmul(sub(gU, matmul(U, matmul(turned(U), gU))), V), columns(S)), turned(V));
      return [total(matmul(U, total(turning, gH) as Tensor), beyond)];
    },
  },
};
