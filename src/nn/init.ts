/** @file `nn.init`: fills tensors with first values, in PyTorch's ways and from its random streams. */
import { bind, none, operand } from "../args";
import { no_grad } from "../autograd/grad-mode";
import { attr, execute_many, from_data, read } from "../backend/engine";
import { float64 } from "../dtype";
import { ValueError } from "../errors";
import { cast, expect_tensor } from "../ops/value/convert";
import * as random_ops from "../ops/value/random-fill";
import {
  default_generator,
  type FloatArray,
  fill_trunc_normal,
  type Generator,
  permutation,
} from "../random";
import { numel } from "../shape";
import { Tensor } from "../tensor";

/** Keyword argument of those that draw. */
export interface GeneratorOption {
  generator?: Generator | null;
}

/** Nonlinearities that {@link calculate_gain} knows. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "conv_transpose1d"
  | "conv_transpose2d"
  | "conv_transpose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "selu";

/**
 * The gain that keeps the variance through a nonlinearity, such as √2 for relu.
 *
 * @param param The negative slope of `leaky_relu`. Default: 0.01.
 * @throws ValueError for a nonlinearity without one.
 */
export function calculate_gain(nonlinearity: Nonlinearity, param?: number | null): number;
export function calculate_gain(nonlinearity: Nonlinearity, options: { param?: number | null }): number;
export function calculate_gain(nonlinearity: Nonlinearity, ...args: unknown[]): number {
  const { param = null } = bind<{ param?: number | null }>("calculate_gain", ["param"], [], args);
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "conv_transpose1d":
    case "conv_transpose2d":
    case "conv_transpose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.sqrt(2);
    case "leaky_relu":
      if (param !== null && typeof param !== "number") {
        throw new ValueError(`negative_slope ${String(param)} not a valid number`);
      }
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new ValueError(`Unsupported nonlinearity ${String(nonlinearity)}`);
  }
}

/** Puts new values into a tensor, unseen by autograd. */
function set(tensor: Tensor, values: FloatArray): Tensor {
  const made = new Tensor(
    from_data(tensor.shape, values instanceof Float64Array ? float64 : tensor.dtype, values),
  );
  return no_grad(() => tensor._assign(cast(made, tensor.dtype)));
}

function floats(tensor: Tensor): FloatArray {
  const count = tensor.numel();
  return tensor.dtype === float64 ? new Float64Array(count) : new Float32Array(count);
}

/**
 * Fills with uniform numbers of [a, b).
 *
 * @example
 * nn.init.uniform_(layer.weight, -0.1, 0.1); nn.init.uniform_(w, { a: -1, b: 1 });
 */
export function uniform_(tensor: Tensor, a?: number, b?: number, options?: GeneratorOption): Tensor;
export function uniform_(tensor: Tensor, a: number, options: { b?: number } & GeneratorOption): Tensor;
export function uniform_(tensor: Tensor, options: { a?: number; b?: number } & GeneratorOption): Tensor;
export function uniform_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { a: number; b: number; generator: Generator };
  const { a = 0, b = 1, generator } = bind<Args>("uniform_", ["a", "b", "generator"], [], args);
  expect_tensor("uniform_", tensor, "tensor");
  return no_grad(() => random_ops.uniform_(tensor, a, b, { generator: generator ?? undefined }));
}

/** Fills with normal numbers. */
export function normal_(tensor: Tensor, mean?: number, std?: number, options?: GeneratorOption): Tensor;
export function normal_(tensor: Tensor, mean: number, options: { std?: number } & GeneratorOption): Tensor;
export function normal_(tensor: Tensor, options: { mean?: number; std?: number } & GeneratorOption): Tensor;
export function normal_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { mean: number; std: number; generator: Generator };
  const { mean = 0, std = 1, generator } = bind<Args>("normal_", ["mean", "std", "generator"], [], args);
  expect_tensor("normal_", tensor, "tensor");
  return no_grad(() => random_ops.normal_(tensor, mean, std, { generator: generator ?? undefined }));
}

/** Fills with normal numbers, those outside of [a, b] drawn as if cut off there. */
export function trunc_normal_(
  tensor: Tensor,
  mean?: number,
  std?: number,
  a?: number | ({ a?: number; b?: number } & GeneratorOption),
  b?: number | ({ b?: number } & GeneratorOption),
  options?: GeneratorOption,
): Tensor;
export function trunc_normal_(
  tensor: Tensor,
  mean: number,
  options: { std?: number; a?: number; b?: number } & GeneratorOption,
): Tensor;
export function trunc_normal_(
  tensor: Tensor,
  options: { mean?: number; std?: number; a?: number; b?: number } & GeneratorOption,
): Tensor;
export function trunc_normal_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { mean: number; std: number; a: number; b: number; generator: Generator };
  const bound = bind<Args>("trunc_normal_", ["mean", "std", "a", "b", "generator"], [], args);
  const { mean = 0, std = 1, a = -2, b = 2 } = bound;
  expect_tensor("trunc_normal_", tensor, "tensor");
  return set(
    tensor,
    fill_trunc_normal(bound.generator ?? default_generator, floats(tensor), mean, std, a, b),
  );
}

/** Fills with one number. */
export function constant_(tensor: Tensor, val: number): Tensor;
export function constant_(tensor: Tensor, options: { val: number }): Tensor;
export function constant_(tensor: Tensor, ...args: unknown[]): Tensor {
  const val = operand<number>("constant_", "val", args);
  expect_tensor("constant_", tensor, "tensor");
  return set(tensor, floats(tensor).fill(val));
}

/** Fills with ones. */
export function ones_(tensor: Tensor, ...more: []): Tensor {
  none("ones_", more);
  return constant_(tensor, 1);
}

/** Fills with zeros. */
export function zeros_(tensor: Tensor, ...more: []): Tensor {
  none("zeros_", more);
  return constant_(tensor, 0);
}

/** Makes a matrix the identity. @throws ValueError unless it has two dimensions. */
export function eye_(tensor: Tensor, ...more: []): Tensor {
  none("eye_", more);
  expect_tensor("eye_", tensor, "tensor");
  if (tensor.ndim !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  const [rows, columns] = tensor.shape;
  const values = floats(tensor);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return set(tensor, values);
}

/** Makes a convolution's weight (3 to 5 dimensions) keep its input channels. */
export function dirac_(tensor: Tensor, groups?: number): Tensor;
export function dirac_(tensor: Tensor, options: { groups?: number }): Tensor;
export function dirac_(tensor: Tensor, ...args: unknown[]): Tensor {
  const { groups: parts = 1 } = bind<{ groups?: number }>("dirac_", ["groups"], [], args);
  const { shape } = tensor;
  if (shape.length < 3 || shape.length > 5) {
    throw new ValueError("Only tensors with 3, 4, or 5 dimensions are supported");
  }
  if (shape[0] % parts !== 0) throw new ValueError("dim 0 must be divisible by groups");
  const per_group = shape[0] / parts;
  const inner = numel(shape.slice(1));
  const window = shape.slice(2);
  const center = window.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const values = floats(tensor);
  for (let g = 0; g < parts; g++) {
    for (let d = 0; d < Math.min(per_group, shape[1]); d++) {
      values[(g * per_group + d) * inner + d * numel(window) + center] = 1;
    }
  }
  return set(tensor, values);
}

function fans(tensor: Tensor): { fan_in: number; fan_out: number } {
  const { shape } = expect_tensor("_calculate_fan_in_and_fan_out", tensor, "tensor");
  if (shape.length < 2) {
    throw new ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
  }
  const window = numel(shape.slice(2));
  return { fan_in: shape[1] * window, fan_out: shape[0] * window };
}

/** Glorot's uniform initialisation: bounds ±gain·√(6 / (fan_in + fan_out)). */
export function xavier_uniform_(tensor: Tensor, gain?: number, options?: GeneratorOption): Tensor;
export function xavier_uniform_(tensor: Tensor, options: { gain?: number } & GeneratorOption): Tensor;
export function xavier_uniform_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { gain: number; generator: Generator };
  const { gain = 1, generator } = bind<Args>("xavier_uniform_", ["gain", "generator"], [], args);
  const { fan_in, fan_out } = fans(expect_tensor("xavier_uniform_", tensor, "tensor"));
  const std = gain * Math.sqrt(2 / (fan_in + fan_out));
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound, { generator });
}

/** Glorot's normal initialisation: standard deviation gain·√(2 / (fan_in + fan_out)). */
export function xavier_normal_(tensor: Tensor, gain?: number, options?: GeneratorOption): Tensor;
export function xavier_normal_(tensor: Tensor, options: { gain?: number } & GeneratorOption): Tensor;
export function xavier_normal_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { gain: number; generator: Generator };
  const { gain = 1, generator } = bind<Args>("xavier_normal_", ["gain", "generator"], [], args);
  const { fan_in, fan_out } = fans(expect_tensor("xavier_normal_", tensor, "tensor"));
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fan_in + fan_out)), { generator });
}

/** Keyword arguments of He's initialisations. */
export interface KaimingOptions extends GeneratorOption {
  /** Negative slope of the `leaky_relu` that follows. Default: 0. */
  a?: number;
  /** Which variance is kept: that of values going forward or of gradients going back. Default: `fan_in`. */
  mode?: "fan_in" | "fan_out";
  nonlinearity?: Nonlinearity;
}

function kaiming(
  name: string,
  tensor: Tensor,
  args: readonly unknown[],
): [number, Generator | null | undefined] {
  const {
    a = 0,
    mode = "fan_in",
    nonlinearity = "leaky_relu",
    generator,
  } = bind<Required<KaimingOptions>>(name, ["a", "mode", "nonlinearity", "generator"], [], args);
  expect_tensor(name, tensor, "tensor");
  const chosen = String(mode).toLowerCase();
  if (chosen !== "fan_in" && chosen !== "fan_out") {
    throw new ValueError(`Mode ${mode} not supported, please use one of ['fan_in', 'fan_out']`);
  }
  return [calculate_gain(nonlinearity, a) / Math.sqrt(fans(tensor)[chosen]), generator];
}

/**
 * He's uniform initialisation: bounds ±gain·√(3 / fan).
 *
 * @example
 * nn.init.kaiming_uniform_(layer.weight, { nonlinearity: "relu" });
 */
export function kaiming_uniform_(
  tensor: Tensor,
  a?: number,
  mode?: "fan_in" | "fan_out",
  nonlinearity?: Nonlinearity | ({ nonlinearity?: Nonlinearity } & GeneratorOption),
  options?: GeneratorOption,
): Tensor;
export function kaiming_uniform_(
  tensor: Tensor,
  a: number,
  options: { mode?: "fan_in" | "fan_out"; nonlinearity?: Nonlinearity } & GeneratorOption,
): Tensor;
export function kaiming_uniform_(
  tensor: Tensor,
  options: { a?: number; mode?: "fan_in" | "fan_out"; nonlinearity?: Nonlinearity } & GeneratorOption,
): Tensor;
export function kaiming_uniform_(tensor: Tensor, ...args: unknown[]): Tensor {
  if (tensor.shape?.includes(0)) return tensor;
  const [std, generator] = kaiming("kaiming_uniform_", tensor, args);
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound, { generator });
}

/** He's normal initialisation: standard deviation gain / √fan. */
export function kaiming_normal_(
  tensor: Tensor,
  a?: number,
  mode?: "fan_in" | "fan_out",
  nonlinearity?: Nonlinearity | ({ nonlinearity?: Nonlinearity } & GeneratorOption),
  options?: GeneratorOption,
): Tensor;
export function kaiming_normal_(
  tensor: Tensor,
  a: number,
  options: { mode?: "fan_in" | "fan_out"; nonlinearity?: Nonlinearity } & GeneratorOption,
): Tensor;
export function kaiming_normal_(
  tensor: Tensor,
  options: { a?: number; mode?: "fan_in" | "fan_out"; nonlinearity?: Nonlinearity } & GeneratorOption,
): Tensor;
export function kaiming_normal_(tensor: Tensor, ...args: unknown[]): Tensor {
  if (tensor.shape?.includes(0)) return tensor;
  const [std, generator] = kaiming("kaiming_normal_", tensor, args);
  return normal_(tensor, 0, std, { generator });
}

/** Makes a (semi-)orthogonal matrix; dimensions after the first count as one. */
export function orthogonal_(tensor: Tensor, gain?: number, options?: GeneratorOption): Tensor;
export function orthogonal_(tensor: Tensor, options: { gain?: number } & GeneratorOption): Tensor;
export function orthogonal_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { gain: number; generator: Generator };
  const { gain = 1, generator } = bind<Args>("orthogonal_", ["gain", "generator"], [], args);
  expect_tensor("orthogonal_", tensor, "tensor");
  if (tensor.ndim < 2) throw new ValueError("Only tensors with 2 or more dimensions are supported");
  if (tensor.numel() === 0) return tensor;
  const rows = tensor.shape[0];
  const columns = tensor.numel() / rows;
  const drawn = new Tensor(from_data([rows, columns], tensor.dtype, floats(tensor)));
  normal_(drawn, 0, 1, { generator });
  const wide = rows < columns;
  const tall = wide ? drawn.transpose(0, 1) : drawn;
  const { q, r } = qr(tall);
  const [height, width] = tall.shape;
  const values = floats(tensor);
  // The signs of R's diagonal make the result independent of how the factors were found.
  for (let j = 0; j < width; j++) {
    const factor = Math.sign(r[j * width + j]) * gain;
    for (let i = 0; i < height; i++)
      values[wide ? j * columns + i : i * columns + j] = q[i * width + j] * factor;
  }
  return set(tensor, values);
}

function qr(matrix: Tensor): { q: FloatArray; r: FloatArray } {
  const [q, r] = execute_many("Qr", [matrix.handle], [attr.bool("full_matrices", false)], 2);
  return { q: read(q) as FloatArray, r: read(r) as FloatArray };
}

/** Fills a matrix with normal numbers, a share of each column being zero. */
export function sparse_(tensor: Tensor, sparsity: number, std?: number, options?: GeneratorOption): Tensor;
export function sparse_(
  tensor: Tensor,
  sparsity: number,
  options: { std?: number } & GeneratorOption,
): Tensor;
export function sparse_(
  tensor: Tensor,
  options: { sparsity: number; std?: number } & GeneratorOption,
): Tensor;
export function sparse_(tensor: Tensor, ...args: unknown[]): Tensor {
  type Args = { sparsity: number; std?: number } & GeneratorOption;
  const {
    sparsity,
    std = 0.01,
    generator,
  } = bind<Args>("sparse_", ["sparsity", "std"], ["generator"], args, 1);
  if (tensor.ndim !== 2) throw new ValueError("Only tensors with 2 dimensions are supported");
  const [rows, columns] = tensor.shape;
  const zeros = Math.min(Math.ceil(sparsity * rows), rows);
  normal_(tensor, 0, std, { generator });
  const values = tensor.typed_array() as FloatArray;
  for (let j = 0; j < columns; j++) {
    const order = permutation(generator ?? default_generator, rows);
    for (let i = 0; i < zeros; i++) values[Number(order[i]) * columns + j] = 0;
  }
  return set(tensor, values);
}

/** The older names, which PyTorch has still. */
export {
  constant_ as constant,
  dirac_ as dirac,
  eye_ as eye,
  kaiming_normal_ as kaiming_normal,
  kaiming_uniform_ as kaiming_uniform,
  normal_ as normal,
  orthogonal_ as orthogonal,
  sparse_ as sparse,
  uniform_ as uniform,
  xavier_normal_ as xavier_normal,
  xavier_uniform_ as xavier_uniform,
};
