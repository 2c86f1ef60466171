/** @file What `import torch from "torchbook"` gives. */
import "./methods";
import "./autograd/rules";

export { no_grad } from "./autograd/grad-mode";
export * from "./ops/create";
export * from "./ops/elementwise";
export { sum } from "./ops/reduce";
export { Tensor } from "./tensor";
