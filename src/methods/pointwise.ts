/** @file Methods that work element by element. */
export * from "../both/pointwise";
export { bool } from "../ops/pointwise/compare";
export { polygamma_of as polygamma } from "../ops/pointwise/gamma";
export { float_power_ } from "../ops/value/alias";
