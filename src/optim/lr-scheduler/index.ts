/** @file Learning rate schedulers: `torch.optim.lr_scheduler`. */
export { LRScheduler, type SchedulerStateDict } from "./scheduler";
export { StepLR } from "./step-lr";
