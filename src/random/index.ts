/** @file PyTorch's CPU random streams over plain typed arrays. */

export { fill_binomial, fill_poisson } from "./counts";
export {
  type FloatArray,
  fill_bernoulli,
  fill_cauchy,
  fill_exponential,
  fill_geometric,
  fill_log_normal,
  fill_normal,
  fill_uniform,
} from "./distributions";
export { default_generator, Generator } from "./generator";
export { full_range, permutation, randint, random_int64, randperm } from "./integers";
export { multinomial } from "./multinomial";
export { fill_trunc_normal } from "./truncated";
