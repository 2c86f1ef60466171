/**
 * @file Which operations are methods of tensors as well: those whose first parameter is the tensor.
 *
 * Written once in `ops/`, with their documentation; here they are put on the prototype, and their types follow from theirs.
 */
import * as convert from "./ops/convert";
import * as create from "./ops/create";
import * as elementwise from "./ops/elementwise";
import * as fill from "./ops/fill";
import * as gather from "./ops/gather";
import * as indexing from "./ops/indexing";
import * as join from "./ops/join";
import * as movement from "./ops/movement";
import * as random from "./ops/random";
import * as reduce from "./ops/reduce";
import { Tensor } from "./tensor";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** One or two signatures; inference repeats one that stands alone. */
type Two<A extends unknown[], R, B extends unknown[], S> =
  Same<A, B> extends true ? (...args: B) => S : { (...args: A): R; (...args: B): S };

type Three<A extends unknown[], R, B extends unknown[], S, C extends unknown[], T> =
  Same<A, B> extends true ? Two<B, S, C, T> : { (...args: A): R; (...args: B): S; (...args: C): T };

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
  elementwise: ["add", "mul", "neg"],
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
  gather: [
    "index_select",
    "gather",
    "take_along_dim",
    "take",
    "scatter",
    "scatter_add",
    "index_add",
    "index_copy",
    "index_fill",
    "masked_fill",
    "masked_select",
    "masked_scatter",
    "nonzero",
    "argwhere",
    "index_put",
  ],
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
  reduce: ["sum", "sum_to_size"],
} as const;

/** Operations that also come with a trailing underscore and change their tensor. */
const in_place = [
  "add",
  "mul",
  "neg",
  "masked_fill",
  "masked_scatter",
  "scatter",
  "scatter_add",
  "index_add",
  "index_copy",
  "index_fill",
  "triu",
  "tril",
] as const;

const modules = { convert, create, elementwise, fill, gather, indexing, join, movement, random, reduce };

type Modules = typeof modules;
type Names = typeof methods;
type Taken<M extends keyof Modules> = Pick<Modules[M], Names[M][number] & keyof Modules[M]>;
type Operations = Taken<"convert"> &
  Taken<"create"> &
  Taken<"elementwise"> &
  Taken<"fill"> &
  Taken<"gather"> &
  Taken<"indexing"> &
  Taken<"join"> &
  Taken<"movement"> &
  Taken<"random"> &
  Taken<"reduce">;

type InPlace = {
  [Name in (typeof in_place)[number] as `${Name}_`]: Operations[Name] extends (
    input: never,
    ...args: infer A
  ) => unknown
    ? (...args: A) => Tensor
    : never;
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
    return this._assign(operation(this._alias(), ...args) as Tensor);
  });
}
