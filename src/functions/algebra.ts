/** @file Functions of vectors and matrices. */
export * from "../both/algebra";
export { cdist, einsum, tensordot } from "../ops/algebra/einsum";
export { pca_lowrank, svd_lowrank } from "../ops/algebra/least-squares";
export { lu_unpack } from "../ops/algebra/lu";
export { vander } from "../ops/algebra/products";
