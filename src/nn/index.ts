/** @file `torch.nn`: layers, losses, initialisers and what models are built from. */
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  PReLU,
  ReLU,
  ReLU6,
  RReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
} from "./activation";
export { type AttendOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./attention";
export {
  ModuleDict,
  ModuleList,
  ParameterDict,
  ParameterList,
  Sequential,
} from "./container";
export { CRF, type CRFForwardOptions, type CRFOptions, type CRFReduction } from "./crf";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d } from "./dropout";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./embedding";
export type { FactoryOptions } from "./factory";
export * as functional from "./functional";
export * as init from "./init";
export { Bilinear, Identity, Linear, type LinearOptions } from "./linear";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CosineEmbeddingLoss,
  CrossEntropyLoss,
  type CrossEntropyOptions,
  GaussianNLLLoss,
  HingeEmbeddingLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  type LossOptions,
  MarginRankingLoss,
  MSELoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  NLLLoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  SoftMarginLoss,
  TripletMarginLoss,
} from "./loss";
export { type ForwardHook, type ForwardPreHook, Module, type RemovableHandle } from "./module";
export {
  BatchNorm1d,
  BatchNorm2d,
  type BatchNormOptions,
  GroupNorm,
  LayerNorm,
  type LayerNormOptions,
  RMSNorm,
} from "./normalization";
export { Parameter } from "./parameter";
export {
  GRU,
  LSTM,
  type LSTMOptions,
  type LSTMState,
  type RecurrentOptions,
  type RecurrentSizes,
  RNN,
  RNNBase,
  type RNNOptions,
} from "./rnn";
export {
  type ElmanCellOptions,
  GRUCell,
  LSTMCell,
  RNNCell,
  RNNCellBase,
  type RNNCellOptions,
} from "./rnn-cell";
export { ConstantPad1d, CosineSimilarity, Flatten, PairwiseDistance, Unflatten, ZeroPad1d } from "./shape";
export type { IncompatibleKeys, StateDict } from "./state-dict";
export {
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
  type TransformerOptions,
} from "./transformer";
export * as utils from "./utils";
