/** @file `torch.nn.functional`: layers and losses as plain functions. */
export { alpha_dropout, dropout, dropout1d, dropout2d } from "../../ops/dropout";
export { embedding, one_hot } from "../../ops/embedding";
export { linear } from "../../ops/linear";
export {
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  cross_entropy,
  huber_loss,
  l1_loss,
  mse_loss,
  nll_loss,
  smooth_l1_loss,
} from "../../ops/loss";
export { softmin } from "../../ops/softmax";
export { bilinear } from "../linear";
export {
  celu,
  elu,
  gelu,
  glu,
  gumbel_softmax,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  type InplaceOptions,
  leaky_relu,
  log_softmax,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  rrelu,
  selu,
  sigmoid,
  silu,
  softmax,
  softmax2d,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
} from "./activation";
export { type AttentionOptions, scaled_dot_product_attention } from "./attention";
export { cosine_similarity, normalize, pairwise_distance } from "./distance";
export {
  cosine_embedding_loss,
  gaussian_nll_loss,
  hinge_embedding_loss,
  kl_div,
  type LossOptions,
  margin_ranking_loss,
  multi_margin_loss,
  multilabel_margin_loss,
  multilabel_soft_margin_loss,
  poisson_nll_loss,
  soft_margin_loss,
  triplet_margin_loss,
  triplet_margin_with_distance_loss,
} from "./loss";
export {
  type BatchNormOptions,
  batch_norm,
  group_norm,
  instance_norm,
  layer_norm,
  rms_norm,
} from "./normalization";
export { type PadMode, pad } from "./pad";
