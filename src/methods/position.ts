/** @file Methods that read or write elements at positions: indices, masks, diagonals. */
export { index_put } from "../ops/advanced-index";
export { diag, diagonal } from "../ops/diagonals";
export { put } from "../ops/flat-index";
export { gather, index_select, take, take_along_dim } from "../ops/gather";
export { index_reduce } from "../ops/index-reduce";
export { _get_text, _set_text, index, index_put_ } from "../ops/indexing";
export { argwhere, masked_fill, masked_scatter, masked_select, nonzero, nonzero_static } from "../ops/masks";
export { index_add, index_copy, index_fill, scatter, scatter_add } from "../ops/scatter";
export { scatter_reduce } from "../ops/segment";
export { tril, triu } from "../ops/triangles";
