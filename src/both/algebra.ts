/** @file Operations of vectors and matrices: functions of `torch` and methods of tensors alike. */

export { addbmm, addmm, addmv, addr, baddbmm } from "../ops/algebra/added-products";
export { cholesky, cholesky_inverse, cholesky_solve } from "../ops/algebra/cholesky";
export { corrcoef, cov } from "../ops/algebra/covariance";
export { cross, trace } from "../ops/algebra/einsum";
export { det, inv as inverse, logdet, slogdet } from "../ops/algebra/inverse";
export { bmm, dot, ger, inner, matmul, mm, mv, outer, vdot } from "../ops/algebra/linalg";
export { lu_with_pivots as lu, solve_by_lu as lu_solve } from "../ops/algebra/lu";
export { matrix_exp, matrix_power } from "../ops/algebra/matrix-functions";
export { dist, norm, renorm } from "../ops/algebra/norm";
export { kron } from "../ops/algebra/products";
export { geqrf, householder_product as orgqr, ormqr, qr_of as qr } from "../ops/algebra/qr";
export { pinverse, svd_of as svd } from "../ops/algebra/singular";
export { triangular_solve } from "../ops/algebra/triangular";
