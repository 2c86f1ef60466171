/** @file Functions that read or write elements at positions: indices, masks, diagonals. */
export * from "../both/position";
export {
  _unsafe_masked_index,
  _unsafe_masked_index_put_accumulate,
  unravel_index,
} from "../ops/position/flat-index";
export { slice } from "../ops/position/indexing";
export { where } from "../ops/position/masks";
export { segment_reduce, segment_reduce as _segment_reduce } from "../ops/position/segment-reduce";
