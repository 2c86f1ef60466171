/** @file `torch.nn.utils`. */

export { deepcopy } from "../deepcopy";
export {
  type ClipNormOptions,
  clip_grad_norm,
  clip_grad_norm_,
  clip_grad_value_,
  clip_grads_with_norm_,
  get_total_norm,
} from "./clip-grad";
export {
  fuse_conv_bn_eval,
  fuse_conv_bn_weights,
  fuse_linear_bn_eval,
  fuse_linear_bn_weights,
} from "./fusion";
export { skip_init } from "./init";
export { parameters_to_vector, vector_to_parameters } from "./parameters";
export * as parametrizations from "./parametrizations";
export * as parametrize from "./parametrize";
export * as prune from "./prune";
export * as rnn from "./rnn";
export { remove_spectral_norm, spectral_norm } from "./spectral-norm";
export { remove_weight_norm, weight_norm } from "./weight-norm";
