/** @file Functions that join, split and arrange elements anew. */

export { constant_pad_nd } from "../nn/functional/pad";
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
} from "../ops/shape/arrange";
export { _chunk_cat } from "../ops/shape/chunk-cat";
export { cartesian_prod, combinations } from "../ops/shape/combinations";
export { diag_embed, diagflat } from "../ops/shape/diagonals";
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
} from "../ops/shape/join";
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
} from "../ops/shape/movement";
export { narrow, select } from "../ops/shape/parts";
export {
  chunk,
  dsplit,
  hsplit,
  split,
  split_with_sizes,
  tensor_split,
  unbind,
  vsplit,
} from "../ops/shape/splits";
export { tril_indices, triu_indices } from "../ops/shape/triangles";
export { concatenate, moveaxis, msort, ravel, row_stack, swapaxes, swapdims } from "../ops/value/alias";
