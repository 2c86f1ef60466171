/** @file The namespace `torch.autograd`. */
export { detect_anomaly, set_detect_anomaly } from "./anomaly";
export { backward } from "./backward";
export { Function, FunctionCtx, type FunctionGradients } from "./function";
export * as functional from "./functional";
export { grad } from "./grad";
export { enable_grad, no_grad, set_grad_enabled } from "./grad-mode";
export { GradcheckError, type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck";
export { inference_mode } from "./inference";
export * as function from "./once-differentiable";
