/**
 * @file Which operations are methods of tensors as well: those whose first parameter is the tensor.
 *
 * Written once in `ops/`, with their documentation; here they are put on the prototype, and their types follow from theirs.
 */
import * as activation from "./ops/activation";
import * as advanced_index from "./ops/advanced-index";
import * as alias from "./ops/alias";
import * as arrange from "./ops/arrange";
import * as compare from "./ops/compare";
import * as convert from "./ops/convert";
import * as count from "./ops/count";
import * as create from "./ops/create";
import * as decomposition from "./ops/decomposition";
import * as einsum from "./ops/einsum";
import * as elementwise from "./ops/elementwise";
import * as extreme from "./ops/extreme";
import * as fill from "./ops/fill";
import * as gather from "./ops/gather";
import * as indexing from "./ops/indexing";
import * as join from "./ops/join";
import * as linalg from "./ops/linalg";
import * as masks from "./ops/masks";
import * as movement from "./ops/movement";
import * as norm from "./ops/norm";
import * as numeric from "./ops/numeric";
import * as products from "./ops/products";
import * as quantile from "./ops/quantile";
import * as random from "./ops/random";
import * as reduce from "./ops/reduce";
import * as scan from "./ops/scan";
import * as scatter from "./ops/scatter";
import * as segment from "./ops/segment";
import * as softmax from "./ops/softmax";
import * as sort from "./ops/sort";
import * as statistics from "./ops/statistics";
import * as unary from "./ops/unary";
import { Tensor } from "./tensor";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/**
 * One or two signatures. Of a function with fewer signatures than asked for, inference repeats the last one or, in older
 * compilers, gives `unknown`.
 */
type Two<A extends unknown[], R, B extends unknown[], S> = unknown extends R
  ? (...args: B) => S
  : Same<A, B> extends true
    ? (...args: B) => S
    : { (...args: A): R; (...args: B): S };

type Three<A extends unknown[], R, B extends unknown[], S, C extends unknown[], T> = unknown extends R
  ? Two<B, S, C, T>
  : Same<A, B> extends true
    ? Two<B, S, C, T>
    : { (...args: A): R; (...args: B): S; (...args: C): T };

/** A function's type without its first parameter; up to three overloads. */
type Method<F> = F extends {
  (input: never, ...args: infer A): infer R;
  (input: never, ...args: infer B): infer S;
  (input: never, ...args: infer C): infer T;
}
  ? Three<A, R, B, S, C, T>
  : F extends { (input: never, ...args: infer A): infer R; (input: never, ...args: infer B): infer S }
    ? Two<A, R, B, S>
    : F extends (input: never, ...args: infer A) => infer R
      ? (...args: A) => R
      : never;

/** Per module of `ops/`, the functions that are methods too. */
const methods = {
  convert: ["float", "double", "long", "int", "short", "char", "byte"],
  create: ["new_zeros", "new_ones", "new_empty", "new_full", "new_tensor"],
  activation: ["relu"],
  alias: [
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "float_power",
    "ldexp",
    "moveaxis",
    "msort",
    "positive",
    "ravel",
    "sgn",
    "swapaxes",
    "swapdims",
  ],
  products: ["corrcoef", "cov", "kron", "matrix_power"],
  compare: [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "isnan",
    "isinf",
    "isfinite",
    "isposinf",
    "isneginf",
    "logical_and",
    "logical_or",
    "logical_xor",
    "logical_not",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "bitwise_not",
    "isclose",
    "allclose",
    "equal",
    "heaviside",
    "bool",
  ],
  elementwise: [
    "add",
    "sub",
    "subtract",
    "rsub",
    "mul",
    "multiply",
    "div",
    "divide",
    "true_divide",
    "floor_divide",
    "remainder",
    "fmod",
    "pow",
    "neg",
    "negative",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "clamp",
    "clip",
    "clamp_min",
    "clamp_max",
    "xlogy",
    "atan2",
    "arctan2",
    "lerp",
    "addcmul",
    "addcdiv",
  ],
  extreme: ["amax", "amin", "aminmax", "max", "min", "argmax", "argmin", "logsumexp"],
  linalg: [
    "matmul",
    "mm",
    "bmm",
    "mv",
    "dot",
    "vdot",
    "inner",
    "outer",
    "ger",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "addbmm",
  ],
  softmax: ["softmax", "log_softmax"],
  sort: ["sort", "argsort", "topk", "kthvalue", "median", "mode"],
  quantile: ["quantile"],
  count: ["unique", "unique_consecutive", "bincount", "histc"],
  decomposition: ["cholesky", "det"],
  einsum: ["trace", "cross"],
  arrange: [
    "broadcast_to",
    "diag_embed",
    "diagflat",
    "tensor_split",
    "hsplit",
    "vsplit",
    "dsplit",
    "split_with_sizes",
    "select_scatter",
    "unfold",
  ],
  segment: ["scatter_reduce"],
  numeric: ["logaddexp", "logaddexp2", "hypot", "copysign", "nan_to_num"],
  scan: ["cummax", "cummin", "logcumsumexp", "diff"],
  statistics: ["var", "std"],
  norm: ["norm", "dist", "renorm"],
  unary: [
    "exp",
    "expm1",
    "exp2",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "rsqrt",
    "square",
    "reciprocal",
    "abs",
    "absolute",
    "sign",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "erfinv",
    "lgamma",
    "digamma",
    "sigmoid",
    "tanh",
    "floor",
    "ceil",
    "round",
    "trunc",
    "fix",
    "frac",
    "logit",
    "sinc",
    "deg2rad",
    "rad2deg",
  ],
  fill: [
    "clone",
    "contiguous",
    "to",
    "type_as",
    "cpu",
    "fill_",
    "zero_",
    "copy_",
    "triu",
    "tril",
    "diagonal",
    "diag",
  ],
  gather: ["index_select", "gather", "take_along_dim", "take"],
  scatter: ["scatter", "scatter_add", "index_add", "index_copy", "index_fill"],
  masks: ["masked_fill", "masked_select", "masked_scatter", "nonzero", "argwhere"],
  advanced_index: ["index_put"],
  indexing: ["index", "index_put_", "_get_text", "_set_text"],
  join: ["repeat", "tile", "flip", "fliplr", "flipud", "roll", "rot90", "repeat_interleave"],
  movement: [
    "reshape",
    "view",
    "permute",
    "transpose",
    "t",
    "movedim",
    "unsqueeze",
    "squeeze",
    "flatten",
    "unflatten",
    "narrow",
    "split",
    "chunk",
    "unbind",
    "view_as",
    "reshape_as",
    "expand",
    "expand_as",
    "select",
  ],
  random: ["bernoulli", "multinomial", "uniform_", "normal_", "exponential_", "bernoulli_", "random_"],
  reduce: [
    "sum",
    "sum_to_size",
    "mean",
    "prod",
    "nansum",
    "nanmean",
    "any",
    "all",
    "count_nonzero",
    "cumsum",
    "cumprod",
  ],
} as const;

/** Operations that also come with a trailing underscore and change their tensor. */
const in_place = [
  "add",
  "sub",
  "subtract",
  "mul",
  "multiply",
  "div",
  "divide",
  "true_divide",
  "floor_divide",
  "remainder",
  "fmod",
  "pow",
  "neg",
  "negative",
  "clamp",
  "clip",
  "clamp_min",
  "clamp_max",
  "xlogy",
  "atan2",
  "arctan2",
  "lerp",
  "renorm",
  "addcmul",
  "addcdiv",
  "relu",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "logical_and",
  "logical_or",
  "logical_xor",
  "logical_not",
  "bitwise_and",
  "bitwise_or",
  "bitwise_xor",
  "bitwise_not",
  "exp",
  "expm1",
  "exp2",
  "log",
  "log1p",
  "log2",
  "log10",
  "sqrt",
  "rsqrt",
  "square",
  "reciprocal",
  "abs",
  "absolute",
  "sign",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
  "erfinv",
  "lgamma",
  "digamma",
  "sigmoid",
  "tanh",
  "floor",
  "ceil",
  "round",
  "trunc",
  "fix",
  "frac",
  "logit",
  "sinc",
  "deg2rad",
  "rad2deg",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "hypot",
  "copysign",
  "nan_to_num",
  "arccos",
  "arcsin",
  "arctan",
  "arccosh",
  "arcsinh",
  "arctanh",
  "sgn",
  "ldexp",
  "cumsum",
  "cumprod",
  "addmm",
  "addmv",
  "addr",
  "baddbmm",
  "addbmm",
  "masked_fill",
  "masked_scatter",
  "scatter",
  "scatter_add",
  "scatter_reduce",
  "index_add",
  "index_copy",
  "index_fill",
  "triu",
  "tril",
] as const;

const modules = {
  activation,
  alias,
  products,
  compare,
  extreme,
  linalg,
  softmax,
  sort,
  arrange,
  count,
  quantile,
  segment,
  decomposition,
  einsum,
  numeric,
  scan,
  statistics,
  norm,
  unary,
  convert,
  create,
  elementwise,
  fill,
  gather,
  scatter,
  masks,
  advanced_index,
  indexing,
  join,
  movement,
  random,
  reduce,
};

type Modules = typeof modules;
type Names = typeof methods;
type Taken<M extends keyof Modules> = Pick<Modules[M], Names[M][number] & keyof Modules[M]>;
type Operations = Taken<"activation"> &
  Taken<"alias"> &
  Taken<"products"> &
  Taken<"compare"> &
  Taken<"extreme"> &
  Taken<"linalg"> &
  Taken<"softmax"> &
  Taken<"sort"> &
  Taken<"arrange"> &
  Taken<"count"> &
  Taken<"quantile"> &
  Taken<"segment"> &
  Taken<"decomposition"> &
  Taken<"einsum"> &
  Taken<"numeric"> &
  Taken<"scan"> &
  Taken<"statistics"> &
  Taken<"norm"> &
  Taken<"unary"> &
  Taken<"convert"> &
  Taken<"create"> &
  Taken<"elementwise"> &
  Taken<"fill"> &
  Taken<"gather"> &
  Taken<"scatter"> &
  Taken<"masks"> &
  Taken<"advanced_index"> &
  Taken<"indexing"> &
  Taken<"join"> &
  Taken<"movement"> &
  Taken<"random"> &
  Taken<"reduce">;

type InPlace = {
  [Name in (typeof in_place)[number] as `${Name}_`]: Method<Operations[Name]>;
};

/** The methods of tensors that come from `ops/`. */
export type TensorMethods = { [Name in keyof Operations]: Method<Operations[Name]> } & InPlace;

type Operation = (...args: unknown[]) => unknown;

function install(name: string, value: (this: Tensor, ...args: unknown[]) => unknown): void {
  if (name in Tensor.prototype) throw new Error(`two methods ${name}`);
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

const operations = new Map<string, Operation>();
for (const [module, names] of Object.entries(methods)) {
  for (const name of names) {
    const operation = (modules[module as keyof Modules] as Record<string, unknown>)[name];
    if (typeof operation !== "function") throw new Error(`ops/${module} has no ${name}`);
    operations.set(name, operation as Operation);
  }
}
for (const [name, operation] of operations) {
  install(name, function (this: Tensor, ...args) {
    return operation(this, ...args);
  });
}
for (const name of in_place) {
  const operation = operations.get(name) as Operation;
  install(`${name}_`, function (this: Tensor, ...args) {
    this._check_in_place();
    // The operation may save its input; the alias keeps the value that it had.
    const result = operation(this._alias(), ...args) as Tensor;
    return this._assign(
      result.dtype.category <= this.dtype.category ? convert.cast(result, this.dtype) : result,
    );
  });
}
