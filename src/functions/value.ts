/** @file Functions that make or copy tensors, convert them, or draw their elements. */
export * from "../both/value";
export { result_type } from "../ops/value/convert";
export {
  as_tensor,
  empty,
  empty_like,
  eye,
  from_numpy,
  full,
  full_like,
  ones,
  ones_like,
  tensor,
  zeros,
  zeros_like,
} from "../ops/value/create";
export { fill } from "../ops/value/fill";
export {
  initial_seed,
  manual_seed,
  normal,
  rand,
  rand_like,
  randint,
  randint_like,
  randn,
  randn_like,
  randperm,
  seed,
} from "../ops/value/random";
export { binomial, poisson } from "../ops/value/random-counts";
export { arange, linspace, logspace } from "../ops/value/ranges";
