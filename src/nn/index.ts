/** @file `torch.nn`: layers, losses, initialisers and what models are built from. */

export {
  GELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  LogSigmoid,
  Mish,
  Sigmoid,
  SiLU,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
} from "./activation";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from "./adaptive-pooling";
export {
  AdaptiveLogSoftmaxWithLoss,
  type AdaptiveSoftmaxOptions,
  type AdaptiveSoftmaxResult,
} from "./adaptive-softmax";
export { type AttendOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./attention";
export { AvgPool1d, AvgPool2d, AvgPool3d } from "./avg-pooling";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  type CrossEntropyOptions,
  NLLLoss,
  NLLLoss2d,
} from "./class-loss";
export { Conv1d, Conv2d, Conv3d } from "./conv";
export type { ConvOptions, ConvTransposeOptions } from "./conv-base";
export { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./conv-transpose";
export { CRF, type CRFForwardOptions, type CRFOptions, type CRFReduction } from "./crf";
export { CTCLoss } from "./ctc";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./dropout";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./embedding";
export { EmbeddingBag, type EmbeddingBagOptions } from "./embedding-bag";
export type { FactoryOptions } from "./factory";
export {
  FractionalMaxPool2d,
  FractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from "./fractional-pooling";
export * as functional from "./functional";
export { GRU } from "./gru";
export type {
  BackwardHook,
  BackwardPreHook,
  ForwardHook,
  ForwardHookWithKwargs,
  ForwardPreHook,
  ForwardPreHookWithKwargs,
  HookOptions,
  RemovableHandle,
} from "./hooks";
export * as init from "./init";
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, type InstanceNormOptions } from "./instance-norm";
export {
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from "./lazy-conv";
export { LazyLinear } from "./lazy-linear";
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from "./lazy-norm";
export { Bilinear, Identity, Linear, type LinearOptions } from "./linear";
export { LinearCrossEntropyLoss, type LinearCrossEntropyOptions } from "./linear-cross-entropy";
export type { LossOptions } from "./loss-base";
export { LPPool1d, LPPool2d, LPPool3d } from "./lp-pooling";
export { LSTM, type LSTMState } from "./lstm";
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
  TripletMarginLoss,
} from "./margin-loss";
export { MaxPool1d, MaxPool2d, MaxPool3d } from "./max-pooling";
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from "./max-unpooling";
export { Module } from "./module";
export { ModuleDict } from "./module-dict";
export { ModuleList } from "./module-list";
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
  GroupNorm,
  LayerNorm,
  type LayerNormOptions,
  RMSNorm,
} from "./normalization";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad2d,
  ZeroPad3d,
} from "./padding";
export { Buffer, Parameter } from "./parameter";
export { ParameterDict, ParameterList } from "./parameter-container";
export { CELU, ELU, Hardtanh, LeakyReLU, PReLU, ReLU, ReLU6, RReLU, SELU, Threshold } from "./rectifier";
export {
  GaussianNLLLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  PoissonNLLLoss,
  SmoothL1Loss,
} from "./regression-loss";
export { RNN } from "./rnn";
export {
  type LSTMOptions,
  type RecurrentOptions,
  type RecurrentSizes,
  RNNBase,
  type RNNOptions,
} from "./rnn-base";
export {
  type ElmanCellOptions,
  GRUCell,
  LSTMCell,
  RNNCell,
  RNNCellBase,
  type RNNCellOptions,
} from "./rnn-cell";
export { Sequential } from "./sequential";
export { ConstantPad1d, CosineSimilarity, Flatten, PairwiseDistance, Unflatten, ZeroPad1d } from "./shape";
export { LogSoftmax, Softmax, Softmax2d, Softmin } from "./softmax";
export type { IncompatibleKeys, StateDict } from "./state-dict";
export type {
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  StateDictPostHook,
  StateDictPreHook,
} from "./stateful";
export { Transformer, type TransformerOptions } from "./transformer";
export { TransformerDecoder, TransformerDecoderLayer } from "./transformer-decoder";
export { TransformerEncoder, TransformerEncoderLayer } from "./transformer-encoder";
export type { TransformerLayerOptions } from "./transformer-layer";
export { TripletMarginWithDistanceLoss } from "./triplet-distance";
export { UninitializedBuffer, UninitializedParameter } from "./uninitialized";
export * as utils from "./utils";
export {
  ChannelShuffle,
  CrossMapLRN2d,
  Fold,
  LocalResponseNorm,
  PixelShuffle,
  PixelUnshuffle,
  Unfold,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from "./vision";
