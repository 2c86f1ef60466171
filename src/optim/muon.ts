/** @file Muon: an optimizer for the matrices of hidden layers. */
import { bind } from "../args";
import { from_data } from "../backend/engine";
import { float64 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { mul, sub } from "../ops/pointwise/elementwise";
import { lerp } from "../ops/pointwise/weighted";
import { cast } from "../ops/value/convert";
import { zeros_like } from "../ops/value/create";
import { size_text } from "../shape";
import { Tensor } from "../tensor";
import { Matrix } from "./bfloat16";
import { check_rate } from "./check";
import {
  type Given,
  Optimizer,
  type OptimizerOptions,
  type ParamGroup,
  type ParamGroupInput,
  type Params,
  type Rate,
} from "./optimizer";

/** How Muon fits the learning rate to a matrix's shape (A rows, B columns): √max(1, A/B), 0.2 √max(A, B) or √(A/B). */
export type AdjustRate = "original" | "match_rms_adamw" | "spectral_unclamped";

/** Options of {@link Muon}. */
export interface MuonOptions extends Pick<OptimizerOptions, "lr"> {
  /** Shrinks the parameter by `lr` times this share at each step, apart from the gradient. */
  weight_decay: number;
  /** How much of the last direction is kept. */
  momentum: number;
  /** Looks ahead along the momentum. */
  nesterov: boolean;
  /** Coefficients of the quintic iteration. */
  ns_coefficients: readonly [number, number, number];
  /** The least norm that a direction is divided by. */
  eps: number;
  /** Iterations, fewer than 100. */
  ns_steps: number;
  /** Default: "original". */
  adjust_lr_fn: AdjustRate | null;
}

/** What Muon remembers of a parameter. */
export type MuonState = { momentum_buffer?: Tensor };

const adjustments: Record<AdjustRate, (rows: number, columns: number) => number> = {
  original: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
  match_rms_adamw: (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
  spectral_unclamped: (rows, columns) => Math.sqrt(rows / columns),
};

/**
 * Muon (Jordan et al., 2024): momentum whose directions are made nearly orthogonal by a Newton-Schulz iteration, in bfloat16's
 * precision as in PyTorch. For matrices alone; biases and embeddings want another optimizer.
 *
 * @param lr Learning rate, 0.001 by default.
 * @throws ValueError for options out of range, and for parameters that are not 2-D.
 * @example
 * new optim.Muon(model.parameters().filter((p) => p.ndim === 2), { lr: 0.02 })
 */
export class Muon extends Optimizer<MuonOptions, MuonState> {
  constructor(
    params: Params<MuonOptions>,
    lr?: Rate,
    weight_decay?: number,
    momentum?: number | Given<MuonOptions>,
    nesterov?: boolean | Given<MuonOptions>,
    ns_coefficients?: readonly [number, number, number] | Given<MuonOptions>,
    eps?: number | Given<MuonOptions>,
    ns_steps?: number | Given<MuonOptions>,
    adjust_lr_fn?: AdjustRate | null | Given<MuonOptions>,
  );
  constructor(params: Params<MuonOptions>, lr: Rate, options: Given<MuonOptions>);
  constructor(params: Params<MuonOptions>, options: Given<MuonOptions>);
  constructor(params: Params<MuonOptions>, ...args: unknown[]) {
    const given = bind<MuonOptions>(
      "Muon",
      ["lr", "weight_decay", "momentum", "nesterov", "ns_coefficients", "eps", "ns_steps", "adjust_lr_fn"],
      [],
      args,
    );
    const options: MuonOptions = {
      lr: 0.001,
      weight_decay: 0.1,
      momentum: 0.95,
      nesterov: true,
      ns_coefficients: [3.4445, -4.775, 2.0315],
      eps: 1e-7,
      ns_steps: 5,
      adjust_lr_fn: null,
      ...given,
    };
    check_rate(options, "Learning rate should be >= 0 but is: ");
    const { momentum, weight_decay, adjust_lr_fn } = options;
    if (!(momentum >= 0)) throw new ValueError(`momentum should be >= 0 but is: ${momentum}`);
    if (!(weight_decay >= 0)) throw new ValueError(`weight decay should be >= 0 but is: ${weight_decay}`);
    if (adjust_lr_fn !== null && !Object.hasOwn(adjustments, adjust_lr_fn)) {
      throw new ValueError(`Adjust learning rate function ${adjust_lr_fn} is not supported`);
    }
    super(params, options);
  }

  override add_param_group(param_group: ParamGroupInput<MuonOptions>): void {
    super.add_param_group(param_group);
    for (const { shape } of this.param_groups[this.param_groups.length - 1].params) {
      if (shape.length === 2) continue;
      this.param_groups.pop();
      throw new ValueError(
        `Muon only supports 2D parameters whereas we found a parameter with size: torch.Size(${size_text(shape)})`,
      );
    }
  }

  protected override update_parameter(
    param: Tensor,
    grad: Tensor,
    state: MuonState,
    group: ParamGroup<MuonOptions>,
  ): void {
    const { lr, weight_decay, momentum, nesterov, adjust_lr_fn } = group;
    if (grad.dtype !== param.dtype) {
      throw new RuntimeError(
        `expected a gradient of ${param.dtype}, the parameter's dtype, but got ${grad.dtype}`,
      );
    }
    state.momentum_buffer = lerp(state.momentum_buffer ?? zeros_like(grad), grad, 1 - momentum);
    const direction = nesterov ? lerp(grad, state.momentum_buffer, momentum) : state.momentum_buffer;
    const update = cast(orthogonal(direction, group), param.dtype);
    const [rows, columns] = param.shape;
    const rate = lr * adjustments[adjust_lr_fn ?? "original"](rows, columns);
    param._write(sub(mul(param, 1 - lr * weight_decay), mul(update, rate)));
  }
}

/** The nearly orthogonal matrix next to `direction`. @throws ValueError for coefficients or steps out of range. */
function orthogonal(direction: Tensor, options: MuonOptions): Tensor {
  const { ns_coefficients, ns_steps, eps } = options;
  if (ns_steps >= 100)
    throw new ValueError("Number of steps must be less than 100 for computational efficiency");
  if (ns_coefficients.length !== 3) throw new ValueError("Coefficients must be a tuple of exactly 3 values");
  const [a, b, c] = ns_coefficients;
  const [rows, columns] = direction.shape;
  const given = Matrix.of(rows, columns, direction.typed_array() as ArrayLike<number>);
  let x = (rows > columns ? given.transpose() : given).normalized(eps);
  for (let step = 0; step < ns_steps; step++) {
    const gram = x.multiply(x.transpose());
    const change = gram.multiply(gram, gram, b, c);
    x = change.multiply(x, x, a);
  }
  const { values } = rows > columns ? x.transpose() : x;
  return new Tensor(from_data([rows, columns], float64, Float64Array.from(values)));
}
