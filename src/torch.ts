/** @file The namespace `torch`: functions, dtypes, generators and the packages below it, under PyTorch's names. */
export * as autograd from "./autograd";
export {
  enable_grad,
  inference_mode,
  is_grad_enabled,
  no_grad,
  set_grad_enabled,
} from "./autograd/grad-mode";
export * as cuda from "./cuda";
export {
  bool,
  DType as dtype,
  float32,
  float32 as float,
  float64,
  float64 as double,
  get_default_dtype,
  int8,
  int16,
  int16 as short,
  int32,
  int32 as int,
  int64,
  int64 as long,
  promote_types,
  set_default_dtype,
  uint8,
} from "./dtype";
export { get_printoptions, set_printoptions } from "./format";
export * as linalg from "./linalg";
export * as nn from "./nn";
export { relu } from "./ops/activation";
export { index_put } from "./ops/advanced-index";
export {
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  concatenate,
  float_power,
  ldexp,
  moveaxis,
  msort,
  positive,
  ravel,
  row_stack,
  sgn,
  swapaxes,
  swapdims,
} from "./ops/alias";
export {
  atleast_1d,
  atleast_2d,
  atleast_3d,
  block_diag,
  broadcast_tensors,
  broadcast_to,
  column_stack,
  combinations,
  diag_embed,
  diagflat,
  dsplit,
  dstack,
  hsplit,
  meshgrid,
  scalar_tensor,
  select_scatter,
  split_with_sizes,
  tensor_split,
  tril_indices,
  triu_indices,
  unfold,
  vsplit,
} from "./ops/arrange";
export {
  allclose,
  bitwise_and,
  bitwise_not,
  bitwise_or,
  bitwise_xor,
  eq,
  equal,
  ge,
  greater,
  greater_equal,
  gt,
  heaviside,
  isclose,
  isfinite,
  isinf,
  isnan,
  isneginf,
  isposinf,
  le,
  less,
  less_equal,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  lt,
  ne,
  not_equal,
} from "./ops/compare";
export { result_type } from "./ops/convert";
export { bincount, bucketize, histc, isin, searchsorted, unique, unique_consecutive } from "./ops/count";
export {
  arange,
  as_tensor,
  empty,
  empty_like,
  eye,
  from_numpy,
  full,
  full_like,
  linspace,
  logspace,
  ones,
  ones_like,
  tensor,
  zeros,
  zeros_like,
} from "./ops/create";
export { cholesky, det, inv as inverse } from "./ops/decomposition";
export { cdist, cross, einsum, tensordot, trace } from "./ops/einsum";
export {
  add,
  addcdiv,
  addcmul,
  arctan2,
  atan2,
  clamp,
  clamp_max,
  clamp_min,
  clip,
  div,
  divide,
  floor_divide,
  fmax,
  fmin,
  fmod,
  lerp,
  maximum,
  minimum,
  mul,
  multiply,
  neg,
  negative,
  pow,
  remainder,
  rsub,
  sub,
  subtract,
  true_divide,
  xlogy,
} from "./ops/elementwise";
export { amax, amin, aminmax, argmax, argmin, logsumexp, max, min } from "./ops/extreme";
export { clone, diag, diagonal, tril, triu } from "./ops/fill";
export { gather, index_select, take, take_along_dim } from "./ops/gather";
export { slice } from "./ops/indexing";
export {
  cat,
  concat,
  flip,
  fliplr,
  flipud,
  hstack,
  repeat_interleave,
  roll,
  rot90,
  stack,
  tile,
  vstack,
} from "./ops/join";
export {
  addbmm,
  addmm,
  addmv,
  addr,
  baddbmm,
  bmm,
  dot,
  ger,
  inner,
  matmul,
  mm,
  mv,
  outer,
  vdot,
} from "./ops/linalg";
export { argwhere, masked_fill, masked_scatter, masked_select, nonzero, where } from "./ops/masks";
export {
  chunk,
  flatten,
  movedim,
  narrow,
  permute,
  reshape,
  select,
  split,
  squeeze,
  t,
  transpose,
  unbind,
  unflatten,
  unsqueeze,
} from "./ops/movement";
export { dist, norm, renorm } from "./ops/norm";
export { copysign, hypot, logaddexp, logaddexp2, nan_to_num } from "./ops/numeric";
export { corrcoef, cov, kron, matrix_power, vander } from "./ops/products";
export { quantile } from "./ops/quantile";
export {
  bernoulli,
  initial_seed,
  manual_seed,
  multinomial,
  normal,
  rand,
  rand_like,
  randint,
  randint_like,
  randn,
  randn_like,
  randperm,
  seed,
} from "./ops/random";
export { all, any, count_nonzero, cumprod, cumsum, mean, nanmean, nansum, prod, sum } from "./ops/reduce";
export { cummax, cummin, diff, logcumsumexp, trapezoid, trapz } from "./ops/scan";
export { index_add, index_copy, index_fill, scatter, scatter_add } from "./ops/scatter";
export { scatter_reduce } from "./ops/segment";
export { log_softmax, softmax } from "./ops/softmax";
export { argsort, kthvalue, median, mode, sort, topk } from "./ops/sort";
export { std, std_mean, var, var_mean } from "./ops/statistics";
export {
  abs,
  absolute,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  ceil,
  cos,
  cosh,
  deg2rad,
  digamma,
  erf,
  erfc,
  erfinv,
  exp,
  exp2,
  expm1,
  fix,
  floor,
  frac,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  logit,
  polygamma,
  rad2deg,
  reciprocal,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sinc,
  sinh,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from "./ops/unary";
export * as optim from "./optim";
export { Generator } from "./random";
export { load, save } from "./serialization";
export * as special from "./special";
export { is_tensor, Tensor } from "./tensor";
export * as utils from "./utils";
export { version as __version__ } from "./version";
