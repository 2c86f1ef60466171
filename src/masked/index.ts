/** @file The namespace `torch.masked`: operations on the elements that a mask names. */
export { cumprod, cumsum, log_softmax, normalize, softmax, softmin } from "./normalizations";
export {
  amax,
  amin,
  argmax,
  argmin,
  logaddexp,
  logsumexp,
  mean,
  median,
  norm,
  prod,
  std,
  sum,
  var,
} from "./reductions";
