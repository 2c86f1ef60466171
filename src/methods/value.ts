/** @file Methods that make or copy tensors, convert them, or draw their elements. */
export * from "../both/value";
export { byte, char, double, float, int, long, short } from "../ops/value/convert";
export { new_empty, new_full, new_ones, new_tensor, new_zeros } from "../ops/value/create";
export { contiguous, copy_, cpu, fill_, to, type_as, zero_ } from "../ops/value/fill";
export {
  bernoulli_,
  cauchy_,
  exponential_,
  geometric_,
  log_normal_,
  normal_,
  random_,
  uniform_,
} from "../ops/value/random-fill";
