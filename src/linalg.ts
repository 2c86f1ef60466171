/** @file The namespace `torch.linalg`. */
export {
  cholesky,
  det,
  inv,
  LinAlgError,
  matrix_norm,
  norm,
  solve,
  svdvals,
  vector_norm,
} from "./ops/decomposition";
export { cross } from "./ops/einsum";
export { matmul } from "./ops/linalg";
