/** @file Functions over whole dimensions: reductions, cumulative ones, sorting, counting. */
export { bincount, bucketize, histc, isin, searchsorted, unique, unique_consecutive } from "../ops/count";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "../ops/extreme";
export { histogram, histogramdd } from "../ops/histogram";
export { median, mode, nanmedian } from "../ops/median";
export { nanquantile, quantile } from "../ops/quantile";
export { all, any, count_nonzero, cumprod, cumsum, mean, nanmean, nansum, prod, sum } from "../ops/reduce";
export { cummax, cummin, diff, logcumsumexp } from "../ops/scan";
export { _log_softmax_backward_data, _softmax_backward_data, log_softmax, softmax } from "../ops/softmax";
export { argsort, kthvalue, sort, topk } from "../ops/sort";
export { std, std_mean, var, var_mean } from "../ops/statistics";
export { cumulative_trapezoid, gradient, trapezoid, trapz } from "../ops/trapezoid";
