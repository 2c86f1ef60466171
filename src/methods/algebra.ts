/** @file Methods of vectors and matrices. */

export { corrcoef, cov } from "../ops/covariance";
export { cholesky, det } from "../ops/decomposition";
export { cross, trace } from "../ops/einsum";
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
export { kron, matrix_power } from "../ops/products";
