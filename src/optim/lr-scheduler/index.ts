/** @file Learning rate schedulers: `torch.optim.lr_scheduler`. */
export { ChainedScheduler, SequentialLR } from "./combined";
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./cosine-annealing-lr";
export { CyclicLR, type CyclicOptions } from "./cyclic-lr";
export { ExponentialLR } from "./exponential-lr";
export { LambdaLR, MultiplicativeLR } from "./lambda-lr";
export { ConstantLR, LinearLR } from "./linear-lr";
export { MultiStepLR } from "./multi-step-lr";
export { OneCycleLR } from "./one-cycle-lr";
export { PolynomialLR } from "./polynomial-lr";
export { ReduceLROnPlateau } from "./reduce-lr-on-plateau";
export { LRScheduler, type SchedulerStateDict } from "./scheduler";
export { StepLR } from "./step-lr";
