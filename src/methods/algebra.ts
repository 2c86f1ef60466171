/** @file Methods of vectors and matrices. */
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
export { corrcoef, cov, kron, matrix_power } from "../ops/products";
