/** @file Functions of vectors and matrices. */

export { cholesky, cholesky_inverse, cholesky_solve } from "../ops/cholesky";
export { corrcoef, cov } from "../ops/covariance";
export { cdist, cross, einsum, tensordot, trace } from "../ops/einsum";
export { det, inv as inverse, logdet, slogdet } from "../ops/inverse";
export { pca_lowrank, svd_lowrank } from "../ops/least-squares";
export {
  addbmm,
  addmm,
  addmv,
  addr,
  baddbmm,
  bmm,
  dot,
  ger,
  inner,
  matmul,
  mm,
  mv,
  outer,
  vdot,
} from "../ops/linalg";
export { lu_unpack, lu_with_pivots as lu, solve_by_lu as lu_solve } from "../ops/lu";
export { matrix_exp, matrix_power } from "../ops/matrix-functions";
export { dist, norm, renorm } from "../ops/norm";
export { kron, vander } from "../ops/products";
export { geqrf, householder_product as orgqr, ormqr, qr_of as qr } from "../ops/qr";
export { pinverse, svd_of as svd } from "../ops/singular";
export { triangular_solve } from "../ops/triangular";
