/** @file Spectral normalisation in its older form, with the parameter `weight_orig` and the buffers `weight_u` and `weight_v`. */
import { bind } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { RuntimeError, ValueError } from "../../errors";
import { matmul } from "../../ops/algebra/linalg";
import { div } from "../../ops/pointwise/elementwise";
import { flatten, permute } from "../../ops/shape/movement";
import { randn } from "../../ops/value/random";
import { range } from "../../shape";
import type { Tensor } from "../../tensor";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../conv-transpose";
import { normalize } from "../functional/distance";
import type { Module } from "../module";
import { is_uninitialized } from "../uninitialized";
import { add_rule, type Rule, rules_of, settle } from "./computed";
import type { SpectralNormOptions } from "./parametrizations";

class SpectralNorm implements Rule {
  constructor(
    readonly field: string,
    readonly n_power_iterations: number,
    readonly dim: number,
    readonly eps: number,
  ) {}

  /** The weight as a matrix with a row for each output. */
  matrix(weight: Tensor): Tensor {
    const { dim } = this;
    const others = range(weight.ndim).filter((each) => each !== dim);
    return flatten(dim === 0 ? weight : permute(weight, [dim, ...others]), 1);
  }

  compute(module: Module): Tensor {
    return this.at(module, module.training);
  }

  /** The normalised weight, after steps of the power method if asked for. */
  at(module: Module, step: boolean): Tensor {
    const { field, n_power_iterations, eps } = this;
    const weight = module.get_parameter(`${field}_orig`);
    const [u, v] = [module.get_buffer(`${field}_u`), module.get_buffer(`${field}_v`)];
    const matrix = this.matrix(weight);
    if (step) {
      no_grad(() => {
        for (let i = 0; i < n_power_iterations; i++) {
          v.data = normalize(matmul(matrix.t(), u), 2, 0, eps);
          u.data = normalize(matmul(matrix, v), 2, 0, eps);
        }
      });
    }
    return div(weight, matmul(u.clone(), matmul(matrix, v.clone())));
  }
}

function find(module: Module, name: string): SpectralNorm | undefined {
  return rules_of(module).find(
    (rule): rule is SpectralNorm => rule instanceof SpectralNorm && rule.field === name,
  );
}

/** The outputs' dimension of a layer's weight. */
function output_dim(module: Module): number {
  const turned = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((kind) => module instanceof kind);
  return turned ? 1 : 0;
}

/**
 * Spectral normalisation (Miyato et al., arXiv:1802.05957): before each `forward`, `weight` becomes `weight_orig` divided by its
 * greatest singular value, which the power method follows. New code uses `nn.utils.parametrizations.spectral_norm`.
 *
 * @returns module
 * @throws ValueError for no iterations or no such parameter, RuntimeError where it is normalised already.
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
  const bound = bind<Args>("spectral_norm", ["name", "n_power_iterations", "eps", "dim"], [], args);
  const { name = "weight", n_power_iterations = 1, eps = 1e-12 } = bound;
  if (find(module, name) !== undefined) {
    throw new RuntimeError(`Cannot register two spectral_norm hooks on the same parameter ${name}`);
  }
  if (n_power_iterations <= 0) {
    throw new ValueError(
      `Expected n_power_iterations to be positive, but got n_power_iterations=${n_power_iterations}`,
    );
  }
  const weight = module._parameters.get(name);
  if (weight === undefined) {
    throw new ValueError(`\`SpectralNorm\` cannot be applied as parameter \`${name}\` is None`);
  }
  if (is_uninitialized(weight)) {
    throw new ValueError(
      "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward before " +
        "applying spectral normalization",
    );
  }
  const rule = new SpectralNorm(name, n_power_iterations, bound.dim ?? output_dim(module), eps);
  const { dtype } = weight;
  const [u, v] = rule
    .matrix(weight.detach())
    .shape.map((size) => normalize(randn([size], { dtype }), 2, 0, eps));
  Reflect.deleteProperty(module, name);
  module.register_parameter(`${name}_orig`, weight);
  module.register_buffer(`${name}_u`, u);
  module.register_buffer(`${name}_v`, v);
  add_rule(module, rule, weight.detach());
  return module;
}

/**
 * Makes the weight that {@link spectral_norm} computes a plain parameter again.
 *
 * @returns module
 * @throws ValueError where it is none.
 */
export function remove_spectral_norm<M extends Module>(
  module: M,
  ...args: [name?: string] | [{ name?: string }]
): M {
  const { name = "weight" } = bind<{ name: string }>("remove_spectral_norm", ["name"], [], args);
  const rule = find(module, name);
  if (rule === undefined) throw new ValueError(`spectral_norm of '${name}' not found in ${String(module)}`);
  const value = no_grad(() => rule.at(module, false));
  settle(module, rule, value, [`${name}_orig`, `${name}_u`, `${name}_v`]);
  return module;
}
