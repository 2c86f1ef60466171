/**
 * @file Which operations are methods of tensors as well: those whose first parameter is the tensor.
 *
 * Written once in `ops/`, with their documentation; here they are put on the prototype, and their types follow from theirs.
 */
import * as convert from "./ops/convert";
import * as create from "./ops/create";
import * as elementwise from "./ops/elementwise";
import * as movement from "./ops/movement";
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

type Operations = Pick<typeof create, "zeros_like" | "ones_like"> &
  Pick<typeof convert, "float" | "double" | "long" | "int" | "short" | "char" | "byte"> &
  typeof elementwise &
  Pick<typeof movement, "reshape" | "view" | "permute" | "transpose" | "select" | "expand"> &
  Pick<typeof reduce, "sum" | "sum_to_size">;

/** Operations that also come with a trailing underscore and change their tensor. */
const in_place = ["add", "mul", "neg"] as const;

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

type AnyFunction = (...args: unknown[]) => unknown;

const all: Record<string, unknown> = { ...create, ...convert, ...elementwise, ...movement, ...reduce };
for (const [name, operation] of Object.entries(all)) {
  if (typeof operation !== "function") continue;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return (operation as AnyFunction)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}
for (const name of in_place) {
  const operation = all[name] as AnyFunction;
  Object.defineProperty(Tensor.prototype, `${name}_`, {
    value(this: Tensor, ...args: unknown[]) {
      this._check_in_place();
      // The operation may save its input; the alias keeps the value that it had.
      return this._assign(operation(this._alias(), ...args) as Tensor);
    },
    writable: true,
    configurable: true,
  });
}
