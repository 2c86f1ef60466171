/** @file The namespace `torch`: functions, dtypes, generators and the packages below it, under PyTorch's names. */
export * as autograd from "./autograd";
export {
  enable_grad,
  is_grad_enabled,
  no_grad,
  set_grad_enabled,
} from "./autograd/grad-mode";
export { inference_mode, is_inference, is_inference_mode_enabled } from "./autograd/inference";
export { type CompileOptions, compile } from "./compile/compile";
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
export * from "./functions/algebra";
export * from "./functions/in-place";
export * from "./functions/network";
export * from "./functions/pointwise";
export * from "./functions/position";
export * from "./functions/reduction";
export * from "./functions/shape";
export * from "./functions/value";
export * from "./functions/view";
export * as linalg from "./linalg";
export * as masked from "./masked";
export * as nn from "./nn";
export * as optim from "./optim";
export { Generator } from "./random";
export { load, save } from "./serialization";
export * as signal from "./signal";
export * as special from "./special";
export { is_tensor, Tensor } from "./tensor";
export * as utils from "./utils";
export { version as __version__ } from "./version";
