/** @file Functions over whole dimensions: reductions, cumulative ones, sorting, counting. */

export {
  _log_softmax_backward_data,
  _softmax_backward_data,
  log_softmax,
  softmax,
} from "../ops/layer/softmax";
export {
  bincount,
  bucketize,
  histc,
  isin,
  searchsorted,
  unique,
  unique_consecutive,
} from "../ops/reduction/count";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "../ops/reduction/extreme";
export { histogram, histogramdd } from "../ops/reduction/histogram";
export { median, mode, nanmedian } from "../ops/reduction/median";
export { nanquantile, quantile } from "../ops/reduction/quantile";
export {
  all,
  any,
  count_nonzero,
  cumprod,
  cumsum,
  mean,
  nanmean,
  nansum,
  prod,
  sum,
} from "../ops/reduction/reduce";
export { cummax, cummin, diff, logcumsumexp } from "../ops/reduction/scan";
export { argsort, kthvalue, sort, topk } from "../ops/reduction/sort";
export { std, std_mean, var, var_mean } from "../ops/reduction/statistics";
export { cumulative_trapezoid, gradient, trapezoid, trapz } from "../ops/reduction/trapezoid";
