/** @file Functions that join, split and arrange elements anew. */

export { constant_pad_nd } from "../nn/functional/pad";
export { concatenate, moveaxis, msort, ravel, row_stack, swapaxes, swapdims } from "../ops/alias";
export {
  atleast_1d,
  atleast_2d,
  atleast_3d,
  block_diag,
  broadcast_shapes,
  broadcast_tensors,
  broadcast_to,
  column_stack,
  dstack,
  meshgrid,
  scalar_tensor,
  unfold,
} from "../ops/arrange";
export { _chunk_cat } from "../ops/chunk-cat";
export { cartesian_prod, combinations } from "../ops/combinations";
export { diag_embed, diagflat } from "../ops/diagonals";
export {
  cat,
  concat,
  flip,
  fliplr,
  flipud,
  hstack,
  repeat_interleave,
  roll,
  rot90,
  stack,
  tile,
  vstack,
} from "../ops/join";
export {
  flatten,
  movedim,
  permute,
  reshape,
  squeeze,
  t,
  transpose,
  unflatten,
  unsqueeze,
} from "../ops/movement";
export { narrow, select } from "../ops/parts";
export { chunk, dsplit, hsplit, split, split_with_sizes, tensor_split, unbind, vsplit } from "../ops/splits";
export { tril_indices, triu_indices } from "../ops/triangles";
