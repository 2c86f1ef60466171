/** @file Operations over whole dimensions: reductions, cumulative ones, sorting, counting: functions of `torch` and methods of tensors alike. */
export { log_softmax, softmax } from "../ops/layer/softmax";
export { bincount, histc, unique, unique_consecutive } from "../ops/reduction/count";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "../ops/reduction/extreme";
export { histogram } from "../ops/reduction/histogram";
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
export { std, var } from "../ops/reduction/statistics";
