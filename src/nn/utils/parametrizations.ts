/** @file Orthogonal weights, weight and spectral normalisation as parametrizations (PyTorch: `torch.nn.utils.parametrizations`). */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { IndexError, ValueError } from "../../errors";
import { matmul } from "../../ops/algebra/linalg";
import { div, mul } from "../../ops/pointwise/elementwise";
import { flatten, permute } from "../../ops/shape/movement";
import { randn } from "../../ops/value/random";
import { range } from "../../shape";
import type { Tensor } from "../../tensor";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../conv-transpose";
import { normalize } from "../functional/distance";
import { Module } from "../module";
import { norm_except_dim } from "./norm-except-dim";
import { register_parametrization } from "./parametrize";

export { type OrthogonalMap, orthogonal } from "./orthogonal";

/** Direction and length of a weight apart. */
class _WeightNorm extends Module {
  dim: number;

  constructor(dim: number | null) {
    super();
    this.dim = dim ?? -1;
  }

  override forward(weight_g: Tensor, weight_v: Tensor): Tensor {
    return mul(weight_v, div(weight_g, norm_except_dim(weight_v, this.dim)));
  }

  right_inverse(weight: Tensor): readonly Tensor[] {
    return [norm_except_dim(weight, this.dim), weight];
  }
}

/**
 * Weight normalisation (Salimans and Kingma, arXiv:1602.07868): `weight` is a length for each slice along `dim`
 * (`parametrizations.weight.original0`) times a direction (`original1`), both trained.
 *
 * @param dim Null for one length of the whole.
 * @returns module
 * @example
 * const layer = nn.utils.parametrizations.weight_norm(new nn.Linear(20, 40));
 */
export function weight_norm<M extends Module>(module: M, name?: string, dim?: number | null): M;
export function weight_norm<M extends Module>(module: M, options: { name?: string; dim?: number | null }): M;
export function weight_norm<M extends Module>(module: M, name: string, options: { dim?: number | null }): M;
export function weight_norm<M extends Module>(module: M, ...args: unknown[]): M {
  const { name = "weight", dim = 0 } = bind<{ name: string; dim: number | null }>(
    "weight_norm",
    ["name", "dim"],
    [],
    args,
  );
  return register_parametrization(module, name, new _WeightNorm(dim), { unsafe: true });
}

/** A weight divided by its greatest singular value, which the power method follows. */
class _SpectralNorm extends Module {
  dim: number;
  eps: number;
  n_power_iterations: number;
  declare _u: Tensor | null;
  declare _v: Tensor | null;

  constructor(weight: Tensor, n_power_iterations: number, dim: number, eps: number) {
    super();
    const { ndim } = weight;
    if (dim >= ndim || dim < -ndim) {
      throw new IndexError(
        `Dimension out of range (expected to be in range of [-${ndim}, ${ndim - 1}] but got ${dim})`,
      );
    }
    if (n_power_iterations <= 0) {
      throw new ValueError(
        `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
      );
    }
    this.dim = dim < 0 ? dim + ndim : dim;
    this.eps = eps;
    this.n_power_iterations = n_power_iterations;
    if (ndim <= 1) return;
    const matrix = this._matrix(weight.detach());
    const [rows, columns] = matrix.shape;
    const draw = (size: number): Tensor => normalize(randn([size], { dtype: weight.dtype }), 2, 0, eps);
    this.register_buffer("_u", draw(rows));
    this.register_buffer("_v", draw(columns));
    this._power_method(matrix, 15);
  }

  /** @internal */
  _matrix(weight: Tensor): Tensor {
    const { dim } = this;
    const turned =
      dim === 0 ? weight : permute(weight, [dim, ...range(weight.ndim).filter((each) => each !== dim)]);
    return flatten(turned, 1);
  }

  /** @internal */
  _power_method(matrix: Tensor, iterations: number): void {
    const { eps, _u: u, _v: v } = this;
    if (u === null || v === null) return;
    no_grad(() => {
      for (let i = 0; i < iterations; i++) {
        u.data = normalize(matmul(matrix.detach(), v), 2, 0, eps);
        v.data = normalize(matmul(matrix.detach().transpose(0, 1), u), 2, 0, eps);
      }
    });
  }

  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalize(weight, 2, 0, this.eps);
    const matrix = this._matrix(weight);
    if (this.training) this._power_method(matrix, this.n_power_iterations);
    // Copies: the vectors change with the next call, and backward wants them as they are now.
    const u = (this._u as Tensor).clone();
    const v = (this._v as Tensor).clone();
    return div(weight, matmul(u, matmul(matrix, v)));
  }

  right_inverse(value: Tensor): Tensor {
    return value;
  }
}

/** Keyword arguments of {@link spectral_norm}. */
export interface SpectralNormOptions {
  /** Steps of the power method at each use in training. Default: 1. */
  n_power_iterations?: number;
  /** The least length that vectors are divided by. Default: 1e-12. */
  eps?: number;
  /** The outputs' dimension. Default: 1 for transposed convolutions, else 0. */
  dim?: number | null;
}

/**
 * Spectral normalisation (Miyato et al., arXiv:1802.05957): `weight` divided by its greatest singular value.
 *
 * @returns module
 * @throws ValueError for no iterations.
 * @example
 * const layer = nn.utils.parametrizations.spectral_norm(new nn.Linear(20, 40));
 */
export function spectral_norm<M extends Module>(
  module: M,
  name?: string,
  n_power_iterations?: number,
  eps?: number | SpectralNormOptions,
  dim?: number | null | SpectralNormOptions,
): M;
export function spectral_norm<M extends Module>(
  module: M,
  options: SpectralNormOptions & { name?: string },
): M;
export function spectral_norm<M extends Module>(module: M, name: string, options: SpectralNormOptions): M;
export function spectral_norm<M extends Module>(module: M, ...args: unknown[]): M {
  type Args = Required<SpectralNormOptions> & { name: string };
  const {
    name = "weight",
    n_power_iterations = 1,
    eps = 1e-12,
    dim = null,
  } = bind<Args>("spectral_norm", ["name", "n_power_iterations", "eps", "dim"], [], args);
  const weight = module.get_parameter(name);
  const turned = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((kind) => module instanceof kind);
  const along = dim ?? (turned ? 1 : 0);
  const parametrization = new _SpectralNorm(weight, n_power_iterations, along, eps);
  return register_parametrization(module, name, parametrization);
}
