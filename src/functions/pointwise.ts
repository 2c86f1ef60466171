/** @file Functions that work element by element. */
export * from "../both/pointwise";
export { complex, imag, polar } from "../ops/pointwise/complex";
export { real } from "../ops/pointwise/float-parts";
export { polygamma } from "../ops/pointwise/gamma";
