/** @file `torch.nn`: layers, losses, initialisers and what models are built from. */
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
export { type ForwardHook, type ForwardPreHook, Module, type RemovableHandle } from "./module";
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
export type { IncompatibleKeys, StateDict } from "./state-dict";
