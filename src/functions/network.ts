/** @file Functions of networks' layers that PyTorch has below `torch` too. */

export { celu, hardshrink, prelu, rrelu, selu, threshold } from "../nn/functional/activation";
export { cosine_similarity, pairwise_distance, pdist } from "../nn/functional/distance";
export { grid_sampler_2d, grid_sampler_3d } from "../nn/functional/grid-sample";
export { celu_, relu_, rrelu_, selu_, threshold_ } from "../nn/functional/in-place";
export { _upsample_bilinear2d_aa } from "../nn/functional/interpolate";
export {
  _batch_norm_with_update,
  _native_batch_norm_legit,
  native_batch_norm,
  native_group_norm,
  native_layer_norm,
} from "../nn/functional/native-normalization";
export { group_norm, layer_norm, rms_norm } from "../nn/functional/normalization";
export { channel_shuffle, pixel_shuffle, pixel_unshuffle } from "../nn/functional/vision";
export {
  adaptive_max_pool1d_with_indices as adaptive_max_pool1d,
  max_pool1d_with_indices,
} from "../nn/functional/with-indices";
export { bilinear } from "../nn/linear";
export { conv1d, conv2d, conv3d } from "../ops/convolution/conv";
export { conv_tbc } from "../ops/convolution/conv-tbc";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "../ops/convolution/conv-transpose";
export {
  max_pool2d_with_indices_backward,
  native_dropout,
  native_dropout_backward,
} from "../ops/layer/layer-gradients";
export { adaptive_avg_pool1d } from "../ops/pooling/adaptive-pool";
export { avg_pool1d } from "../ops/pooling/avg-pool";
export { max_pool1d, max_pool2d, max_pool3d } from "../ops/pooling/max-pool";
