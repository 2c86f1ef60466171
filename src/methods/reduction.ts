/** @file Methods over whole dimensions: reductions, cumulative ones, sorting, counting. */
export { bincount, histc, unique, unique_consecutive } from "../ops/count";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "../ops/extreme";
export { histogram } from "../ops/histogram";
export { median, mode, nanmedian } from "../ops/median";
export { nanquantile, quantile } from "../ops/quantile";
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
  sum_to_size,
} from "../ops/reduce";
export { cummax, cummin, diff, logcumsumexp } from "../ops/scan";
export { log_softmax, softmax } from "../ops/softmax";
export { argsort, kthvalue, sort, topk } from "../ops/sort";
export { std, var } from "../ops/statistics";
