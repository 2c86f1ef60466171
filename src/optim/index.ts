/** @file Optimizers: `torch.optim`. */
export { Adam, type AdamOptions } from "./adam";
export { AdamW } from "./adamw";
export * as lr_scheduler from "./lr-scheduler";
export {
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type ParamGroupInput,
  type ParamList,
  type ParamState,
  type Params,
} from "./optimizer";
export { SGD, type SGDOptions } from "./sgd";
export type { OptimizerStateDict } from "./state-dict";
