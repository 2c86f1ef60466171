/** @file The namespace `torch.special`. */

export { log_softmax, softmax } from "./ops/layer/softmax";
export { airy_ai } from "./ops/pointwise/airy";
export {
  bessel_j0,
  bessel_j1,
  bessel_y0,
  bessel_y1,
  i0,
  i0e,
  i1,
  i1e,
  modified_bessel_i0,
  modified_bessel_i1,
  modified_bessel_k0,
  modified_bessel_k1,
  scaled_modified_bessel_k0,
  scaled_modified_bessel_k1,
  spherical_bessel_j0,
} from "./ops/pointwise/bessel";
export { xlogy } from "./ops/pointwise/elementwise";
export {
  igamma as gammainc,
  igammac as gammaincc,
  mvlgamma as multigammaln,
  polygamma,
  zeta,
} from "./ops/pointwise/gamma";
export { entr, erfcx, log_ndtr, ndtr, ndtri, xlog1py } from "./ops/pointwise/normal";
export * from "./ops/pointwise/polynomials";
export {
  digamma,
  digamma as psi,
  erf,
  erfc,
  erfinv,
  exp2,
  expm1,
  lgamma as gammaln,
  log1p,
  logit,
  round,
  sigmoid as expit,
  sinc,
} from "./ops/pointwise/unary";
export { logsumexp } from "./ops/reduction/extreme";
