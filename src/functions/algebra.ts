/** @file Functions of vectors and matrices. */

export { corrcoef, cov } from "../ops/covariance";
export { cholesky, det, inv as inverse } from "../ops/decomposition";
export { cdist, cross, einsum, tensordot, trace } from "../ops/einsum";
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
export { dist, norm, renorm } from "../ops/norm";
export { kron, matrix_power, vander } from "../ops/products";
