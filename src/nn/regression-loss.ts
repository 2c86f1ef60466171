/** @file Losses of numbers against numbers, and of distributions, as layers. */
import type { Reduction } from "../ops/loss/reduction";
import type { Tensor } from "../tensor";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { Loss, type LossOptions, old, PlainLoss } from "./loss-base";

/** The squared differences. */
export class MSELoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.mse_loss(input, target, { reduction: this.reduction });
  }
}

/** The absolute differences. */
export class L1Loss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return F.l1_loss(input, target, { reduction: this.reduction });
  }
}

/** Squares of differences below `beta`, absolute ones above. */
export class SmoothL1Loss extends Loss {
  beta: number;

  constructor(options?: LossOptions & { beta?: number });
  constructor(...args: unknown[]) {
    const bound = bind_layer<LossOptions & { beta?: number }>("SmoothL1Loss", [], [...old, "beta"], args);
    super(bound);
    this.beta = bound.beta ?? 1;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.smooth_l1_loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** Halved squares of differences up to `delta`, a straight line above. */
export class HuberLoss extends Loss {
  delta: number;

  constructor(options?: { reduction?: Reduction; delta?: number });
  constructor(...args: unknown[]) {
    type Args = { reduction?: Reduction; delta?: number };
    const bound = bind_layer<Args>("HuberLoss", [], ["reduction", "delta"], args);
    super(bound);
    this.delta = bound.delta ?? 1;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.huber_loss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** The Kullback-Leibler divergence of log-probabilities from targets; `reduction: "batchmean"` is its definition. */
export class KLDivLoss extends Loss<Reduction | "batchmean"> {
  log_target: boolean;

  constructor(
    options?: Omit<LossOptions, "reduction"> & { reduction?: Reduction | "batchmean"; log_target?: boolean },
  );
  constructor(...args: unknown[]) {
    type Args = Omit<LossOptions, "reduction"> & {
      reduction?: Reduction | "batchmean";
      log_target?: boolean;
    };
    const bound = bind_layer<Args>("KLDivLoss", [], [...old, "log_target"], args);
    super(bound);
    this.log_target = bound.log_target ?? false;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return F.kl_div(input, target, { reduction: this.reduction, log_target: this.log_target });
  }
}

/** `exp(input) - target · input` for targets of a Poisson distribution. */
export class PoissonNLLLoss extends Loss {
  log_input: boolean;
  full: boolean;
  eps: number;

  constructor(options?: LossOptions & { log_input?: boolean; full?: boolean; eps?: number });
  constructor(...args: unknown[]) {
    type Args = LossOptions & { log_input?: boolean; full?: boolean; eps?: number };
    const names = ["log_input", "full", "size_average", "eps", "reduce", "reduction"] as const;
    const bound = bind_layer<Args>("PoissonNLLLoss", [], names, args);
    super(bound);
    this.log_input = bound.log_input ?? true;
    this.full = bound.full ?? false;
    this.eps = bound.eps ?? 1e-8;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_input, full, eps, reduction } = this;
    return F.poisson_nll_loss(input, target, { log_input, full, eps, reduction });
  }
}

/** The negative log likelihood of normally distributed targets, of given means and variances. */
export class GaussianNLLLoss extends Loss {
  full: boolean;
  eps: number;

  constructor(options?: { full?: boolean; eps?: number; reduction?: Reduction });
  constructor(...args: unknown[]) {
    type Args = { full?: boolean; eps?: number; reduction?: Reduction };
    const bound = bind_layer<Args>("GaussianNLLLoss", [], ["full", "eps", "reduction"], args);
    super(bound);
    this.full = bound.full ?? false;
    this.eps = bound.eps ?? 1e-6;
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return F.gaussian_nll_loss(input, target, variance, { full, eps, reduction });
  }
}
