/** @file Functions over whole dimensions: reductions, cumulative ones, sorting, counting. */
export { bincount, bucketize, histc, isin, searchsorted, unique, unique_consecutive } from "../ops/count";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "../ops/extreme";
export { histogram, histogramdd } from "../ops/histogram";
export { quantile } from "../ops/quantile";
export { all, any, count_nonzero, cumprod, cumsum, mean, nanmean, nansum, prod, sum } from "../ops/reduce";
export { cummax, cummin, diff, logcumsumexp } from "../ops/scan";
export { log_softmax, softmax } from "../ops/softmax";
export { argsort, kthvalue, median, mode, sort, topk } from "../ops/sort";
export { std, std_mean, var, var_mean } from "../ops/statistics";
export { cumulative_trapezoid, gradient, trapezoid, trapz } from "../ops/trapezoid";
