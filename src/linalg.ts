/** @file The namespace `torch.linalg`. */
export { cholesky, cholesky_ex } from "./ops/algebra/cholesky";
export { cond } from "./ops/algebra/condition";
export { eigh, eigvalsh, matrix_sqrth } from "./ops/algebra/eigen";
export { cross } from "./ops/algebra/einsum";
export { det, inv, inv_ex, slogdet, solve, solve_ex, tensorinv, tensorsolve } from "./ops/algebra/inverse";
export { ldl_factor, ldl_factor_ex, ldl_solve } from "./ops/algebra/ldl";
export { lstsq } from "./ops/algebra/least-squares";
export { matmul } from "./ops/algebra/linalg";
export { lu, lu_factor, lu_factor_ex, lu_solve } from "./ops/algebra/lu";
export { LinAlgError } from "./ops/algebra/matrices";
export { matrix_exp, matrix_power, multi_dot } from "./ops/algebra/matrix-functions";
export { matrix_norm, norm, vector_norm } from "./ops/algebra/matrix-norms";
export { vander_rows as vander, vecdot } from "./ops/algebra/products";
export { householder_product, qr } from "./ops/algebra/qr";
export { matrix_rank, pinv, polar, svd, svdvals } from "./ops/algebra/singular";
export { solve_triangular } from "./ops/algebra/triangular";
export { linalg_diagonal as diagonal } from "./ops/shape/diagonals";
