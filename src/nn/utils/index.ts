/** @file `torch.nn.utils`. */

export { deepcopy } from "../deepcopy";
export {
  type ClipNormOptions,
  clip_grad_norm_,
  clip_grad_value_,
  clip_grads_with_norm_,
  get_total_norm,
} from "./clip-grad";
export { parameters_to_vector, vector_to_parameters } from "./parameters";
export * as rnn from "./rnn";
