/** @file Methods over whole dimensions: reductions, cumulative ones, sorting, counting. */
export * from "../both/reduction";
export { sum_to_size } from "../ops/reduction/reduce";
