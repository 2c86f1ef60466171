/** @file Functions that read or write elements at positions: indices, masks, diagonals. */
export { index_put } from "../ops/advanced-index";
export { diag, diagonal } from "../ops/diagonals";
export {
  _unsafe_masked_index,
  _unsafe_masked_index_put_accumulate,
  put,
  unravel_index,
} from "../ops/flat-index";
export { gather, index_select, take, take_along_dim } from "../ops/gather";
export { index_reduce } from "../ops/index-reduce";
export { slice } from "../ops/indexing";
export {
  argwhere,
  masked_fill,
  masked_scatter,
  masked_select,
  nonzero,
  nonzero_static,
  where,
} from "../ops/masks";
export { index_add, index_copy, index_fill, scatter, scatter_add } from "../ops/scatter";
export { scatter_reduce } from "../ops/segment";
export { segment_reduce, segment_reduce as _segment_reduce } from "../ops/segment-reduce";
export { tril, triu } from "../ops/triangles";
