/** @file Functions over whole dimensions: reductions, cumulative ones, sorting, counting. */
export * from "../both/reduction";
export { _log_softmax_backward_data, _softmax_backward_data } from "../ops/layer/softmax";
export { bucketize, isin, searchsorted } from "../ops/reduction/count";
export { histogramdd } from "../ops/reduction/histogram";
export { std_mean, var_mean } from "../ops/reduction/statistics";
export { cumulative_trapezoid, gradient, trapezoid, trapz } from "../ops/reduction/trapezoid";
