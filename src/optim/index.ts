/** @file Optimizers: `torch.optim`. */

export { Adadelta, type AdadeltaOptions } from "./adadelta";
export { Adafactor, type AdafactorOptions } from "./adafactor";
export { Adagrad, type AdagradOptions } from "./adagrad";
export { Adam, type AdamOptions } from "./adam";
export { Adamax, type AdamaxOptions } from "./adamax";
export { AdamW } from "./adamw";
export { ASGD, type ASGDOptions } from "./asgd";
export { LBFGS, type LBFGSOptions } from "./lbfgs";
export * as lr_scheduler from "./lr-scheduler";
export { Muon, type MuonOptions } from "./muon";
export { NAdam, type NAdamOptions } from "./nadam";
export {
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type ParamGroupInput,
  type ParamList,
  type ParamState,
  type Params,
} from "./optimizer";
export { RAdam, type RAdamOptions } from "./radam";
export { RMSprop, type RMSpropOptions } from "./rmsprop";
export { Rprop, type RpropOptions } from "./rprop";
export { SGD, type SGDOptions } from "./sgd";
export { SparseAdam } from "./sparse-adam";
export type { OptimizerStateDict } from "./state-dict";
