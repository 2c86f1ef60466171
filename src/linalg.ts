/** @file The namespace `torch.linalg`. */
export { cholesky, cholesky_ex } from "./ops/cholesky";
export { linalg_diagonal as diagonal } from "./ops/diagonals";
export { eigh, eigvalsh, matrix_sqrth } from "./ops/eigen";
export { cross } from "./ops/einsum";
export { det, inv, inv_ex, slogdet, solve, solve_ex, tensorinv, tensorsolve } from "./ops/inverse";
export { ldl_factor, ldl_factor_ex, ldl_solve } from "./ops/ldl";
export { lstsq } from "./ops/least-squares";
export { matmul } from "./ops/linalg";
export { lu, lu_factor, lu_factor_ex, lu_solve } from "./ops/lu";
export { LinAlgError } from "./ops/matrices";
export { matrix_exp, matrix_power, multi_dot } from "./ops/matrix-functions";
export { matrix_norm, norm, vector_norm } from "./ops/matrix-norms";
export { vander_rows as vander, vecdot } from "./ops/products";
export { householder_product, qr } from "./ops/qr";
export { cond, matrix_rank, pinv, polar, svd, svdvals } from "./ops/singular";
export { solve_triangular } from "./ops/triangular";
