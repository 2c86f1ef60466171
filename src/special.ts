/** @file The namespace `torch.special`. */
export { xlogy } from "./ops/elementwise";
export { logsumexp } from "./ops/extreme";
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
  polygamma,
  round,
  sigmoid as expit,
  sinc,
} from "./ops/unary";
