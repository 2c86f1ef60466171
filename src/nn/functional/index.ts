/** @file `torch.nn.functional`: layers and losses as plain functions. */

export { linear } from "../../ops/algebra/linear";
export { conv1d, conv2d, conv3d } from "../../ops/convolution/conv";
export { conv_tbc } from "../../ops/convolution/conv-tbc";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "../../ops/convolution/conv-transpose";
export { alpha_dropout, dropout, dropout1d, dropout2d } from "../../ops/layer/dropout";
export { dropout3d, feature_alpha_dropout } from "../../ops/layer/dropout3d";
export { embedding, one_hot } from "../../ops/layer/embedding";
export { type BagMode, embedding_bag } from "../../ops/layer/embedding-bag";
export { softmin } from "../../ops/layer/softmax";
export { binary_cross_entropy, binary_cross_entropy_with_logits } from "../../ops/loss/binary-loss";
export { cross_entropy, nll_loss } from "../../ops/loss/class-loss";
export { ctc_loss } from "../../ops/loss/ctc";
export { huber_loss, l1_loss, mse_loss, smooth_l1_loss } from "../../ops/loss/pair-loss";
export {
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_avg_pool3d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  adaptive_max_pool3d,
} from "../../ops/pooling/adaptive-pool";
export {
  avg_pool1d,
  avg_pool2d,
  avg_pool3d,
  lp_pool1d,
  lp_pool2d,
  lp_pool3d,
} from "../../ops/pooling/avg-pool";
export {
  type FractionalPoolOptions,
  fractional_max_pool2d,
  fractional_max_pool3d,
} from "../../ops/pooling/fractional-pool";
export {
  max_pool1d,
  max_pool2d,
  max_pool3d,
  max_unpool1d,
  max_unpool2d,
  max_unpool3d,
} from "../../ops/pooling/max-pool";
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
export { cosine_similarity, normalize, pairwise_distance, pdist } from "./distance";
export {
  cosine_embedding_loss,
  hinge_embedding_loss,
  margin_ranking_loss,
  triplet_margin_loss,
  triplet_margin_with_distance_loss,
} from "./embedding-loss";
export {
  affine_grid,
  type GridMode,
  type GridPadding,
  type GridSampleOptions,
  grid_sample,
} from "./grid-sample";
export { celu_, elu_, hardtanh_, leaky_relu_, relu_, rrelu_, selu_, threshold_ } from "./in-place";
export { instance_norm } from "./instance-norm";
export {
  type InterpolationMode,
  interpolate,
  upsample,
  upsample_bilinear,
  upsample_nearest,
} from "./interpolate";
export { gaussian_nll_loss, kl_div, poisson_nll_loss } from "./likelihood-loss";
export { type LinearCrossEntropyArgs, linear_cross_entropy } from "./linear-cross-entropy";
export type { LossOptions } from "./loss-options";
export {
  multi_margin_loss,
  multilabel_margin_loss,
  multilabel_soft_margin_loss,
  soft_margin_loss,
} from "./margin-loss";
export { type MultiHeadAttentionOptions, multi_head_attention_forward } from "./multi-head-attention";
export {
  type BatchNormOptions,
  batch_norm,
  group_norm,
  layer_norm,
  rms_norm,
} from "./normalization";
export { type PadMode, pad } from "./pad";
export {
  channel_shuffle,
  fold,
  local_response_norm,
  pixel_shuffle,
  pixel_unshuffle,
  unfold,
} from "./vision";
export {
  adaptive_max_pool1d_with_indices,
  adaptive_max_pool2d_with_indices,
  adaptive_max_pool3d_with_indices,
  fractional_max_pool2d_with_indices,
  fractional_max_pool3d_with_indices,
  max_pool1d_with_indices,
  max_pool2d_with_indices,
  max_pool3d_with_indices,
} from "./with-indices";
