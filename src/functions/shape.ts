/** @file Functions that join, split and arrange elements anew. */
export * from "../both/shape";
export { constant_pad_nd } from "../nn/functional/pad";
export {
  atleast_1d,
  atleast_2d,
  atleast_3d,
  block_diag,
  broadcast_shapes,
  broadcast_tensors,
  column_stack,
  dstack,
  meshgrid,
  scalar_tensor,
} from "../ops/shape/arrange";
export { _chunk_cat } from "../ops/shape/chunk-cat";
export { cartesian_prod, combinations } from "../ops/shape/combinations";
export { cat, concat, hstack, stack, vstack } from "../ops/shape/join";
export { tril_indices, triu_indices } from "../ops/shape/triangles";
export { concatenate, row_stack } from "../ops/value/alias";
