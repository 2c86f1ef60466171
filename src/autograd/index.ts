/** @file The namespace `torch.autograd`. */
export { backward, grad } from "./backward";
export { enable_grad, inference_mode, no_grad, set_grad_enabled } from "./grad-mode";
