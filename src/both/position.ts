/** @file Operations that read or write elements at positions: indices, masks, diagonals: functions of `torch` and methods of tensors alike. */
export { index_put } from "../ops/position/advanced-index";
export { put } from "../ops/position/flat-index";
export { gather, index_select, take, take_along_dim } from "../ops/position/gather";
export { index_reduce } from "../ops/position/index-reduce";
export {
  argwhere,
  masked_fill,
  masked_scatter,
  masked_select,
  nonzero,
  nonzero_static,
} from "../ops/position/masks";
export { index_add, index_copy, index_fill, scatter, scatter_add } from "../ops/position/scatter";
export { scatter_reduce } from "../ops/position/segment";
export { diag, diagonal } from "../ops/shape/diagonals";
export { tril, triu } from "../ops/shape/triangles";
