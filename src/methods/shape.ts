/** @file Methods that arrange the same elements anew. */
export * from "../both/shape";
export { repeat } from "../ops/shape/join";
export { expand, expand_as, reshape_as, view, view_as } from "../ops/shape/movement";
