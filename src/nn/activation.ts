/** @file Smooth and shrinking activation functions as layers. */
import type { Tensor } from "../tensor";
import { InplaceLayer, setting } from "./activation-base";
import { bind_layer } from "./factory";
import * as F from "./functional";
import { Module } from "./module";

/** `x · sigmoid(x)`. */
export class SiLU extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/** `x · tanh(softplus(x))` (Misra, arXiv:1908.08681). */
export class Mish extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/** `relu6(x + 3) / 6`. */
export class Hardsigmoid extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }

  override extra_repr(): string {
    return "";
  }
}

/** `x · relu6(x + 3) / 6`. */
export class Hardswish extends InplaceLayer {
  /** @internal */
  _op(input: Tensor): Tensor {
    return F.hardswish(input);
  }

  override extra_repr(): string {
    return "";
  }
}

/** `1 / (1 + exp(-x))`. */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.sigmoid(input);
  }
}

/** `log(sigmoid(x))`. */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanh(input);
  }
}

/** `x - tanh(x)`. */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** `x / (1 + |x|)`. */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** Gaussian error linear unit `x · Φ(x)`; `{ approximate: "tanh" }` takes the approximation by tanh. */
export class GELU extends Module {
  approximate: "none" | "tanh";

  constructor(approximate: "none" | "tanh" | { approximate?: "none" | "tanh" } = "none") {
    super();
    type Args = { approximate: "none" | "tanh" };
    this.approximate = bind_layer<Args>("GELU", [], ["approximate"], [approximate]).approximate ?? "none";
  }

  override forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** `log(1 + exp(beta · x)) / beta`; x itself where `beta · x > threshold`. */
export class Softplus extends Module {
  beta: number;
  threshold: number;

  constructor(beta?: number, threshold?: number);
  constructor(options: { beta?: number; threshold?: number });
  constructor(...args: unknown[]) {
    super();
    type Args = { beta: number; threshold: number };
    const bound = bind_layer<Args>("Softplus", [], ["beta", "threshold"], args);
    this.beta = bound.beta ?? 1;
    this.threshold = bound.threshold ?? 20;
  }

  override forward(input: Tensor): Tensor {
    return F.softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return `beta=${setting(this.beta, 1)}, threshold=${setting(this.threshold, 20)}`;
  }
}

abstract class ShrinkLayer extends Module {
  lambd: number;

  constructor(lambd: number | { lambd?: number } = 0.5) {
    super();
    this.lambd = bind_layer<{ lambd: number }>(this._get_name(), [], ["lambd"], [lambd]).lambd ?? 0.5;
  }

  override extra_repr(): string {
    return String(this.lambd);
  }
}

/** x brought nearer to 0 by `lambd`, and 0 within. */
export class Softshrink extends ShrinkLayer {
  override forward(input: Tensor): Tensor {
    return F.softshrink(input, this.lambd);
  }
}

/** x outside of [-lambd, lambd], 0 within. */
export class Hardshrink extends ShrinkLayer {
  override forward(input: Tensor): Tensor {
    return F.hardshrink(input, this.lambd);
  }
}

/** The first half of dimension `dim` times the sigmoid of the second. */
export class GLU extends Module {
  dim: number;

  constructor(dim: number | { dim?: number } = -1) {
    super();
    this.dim = bind_layer<{ dim: number }>("GLU", [], ["dim"], [dim]).dim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return F.glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}
