/** @file The namespace `torch.special`. */
export { airy_ai } from "./ops/airy";
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
} from "./ops/bessel";
export { xlogy } from "./ops/elementwise";
export { logsumexp } from "./ops/extreme";
export {
  igamma as gammainc,
  igammac as gammaincc,
  mvlgamma as multigammaln,
  polygamma,
  zeta,
} from "./ops/gamma";
export { entr, erfcx, log_ndtr, ndtr, ndtri, xlog1py } from "./ops/normal";
export * from "./ops/polynomials";
export { log_softmax, softmax } from "./ops/softmax";
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
} from "./ops/unary";
