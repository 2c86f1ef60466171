/** @file Python's operators with the tensor on the right. */
export {
  __radd__,
  __rand__,
  __rdiv__,
  __rfloordiv__,
  __rmatmul__,
  __rmod__,
  __rmul__,
  __ror__,
  __rpow__,
  __rsub__,
  __rtruediv__,
  __rxor__,
} from "../ops/pointwise/reflected";
