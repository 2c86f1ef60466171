/** @file Methods that read or write elements at positions: indices, masks, diagonals. */
export * from "../both/position";
export { _get_text, _set_text, index, index_put_ } from "../ops/position/indexing";
