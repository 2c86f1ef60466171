/**
 * @file Which operations are methods of tensors as well: those whose first parameter is the tensor.
 *
 * Written once in `ops/`, with their documentation; `both/` names by kind those that are functions too, the modules beside this
 * one the others. Here they are put on the prototype, and their types follow from theirs.
 */
import { RuleNode } from "../autograd/node";
import { record } from "../autograd/tape";
import * as algebra from "../both/algebra";
import { method_of } from "../guard";
import { cast } from "../ops/value/convert";
import { is_tensor, Tensor } from "../tensor";
import * as autograd from "./autograd";
import { casting, filling, in_place, reshaping } from "./in-place";
import type { Method } from "./method-type";
import * as pointwise from "./pointwise";
import * as position from "./position";
import * as reduction from "./reduction";
import * as reflected from "./reflected";
import * as shape from "./shape";
import * as value from "./value";
import * as view from "./view";

type Operations = typeof algebra &
  typeof autograd &
  typeof pointwise &
  typeof position &
  typeof reduction &
  typeof reflected &
  typeof shape &
  typeof value &
  typeof view;

type InPlace = {
  [Name in (typeof in_place)[number] | (typeof reshaping)[number] as `${Name}_`]: Method<Operations[Name]>;
};

/** The methods of tensors that come from `ops/` and from this folder. */
export type TensorMethods = { [Name in keyof Operations]: Method<Operations[Name]> } & InPlace;

type Operation = (...args: unknown[]) => unknown;

function install(name: string, run: (self: Tensor, ...args: unknown[]) => unknown): void {
  if (name in Tensor.prototype) throw new Error(`two methods ${name}`);
  const value = method_of(name, run as Operation);
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

const operations = new Map<string, Operation>();
for (const kind of [algebra, autograd, pointwise, position, reduction, reflected, shape, value, view]) {
  for (const [name, operation] of Object.entries(kind)) {
    if (operations.has(name)) throw new Error(`two methods ${name}`);
    operations.set(name, operation as Operation);
  }
}
for (const [name, operation] of operations) {
  install(name, operation);
}
for (const name of in_place) {
  const operation = operations.get(name) as Operation;
  install(`${name}_`, (self, ...args) => {
    if (filling.has(name)) self._check_history();
    else self._check_in_place(args.filter(is_tensor));
    // The operation may save its input; the alias keeps the value that it had.
    const before = self._alias();
    const result = operation(before, ...args) as Tensor;
    const { dtype } = self;
    const cast_too = result.dtype.category <= dtype.category || casting.has(name);
    const value = cast_too ? cast(result, dtype) : result;
    // What does not hang on the earlier value gives it a gradient of zeros.
    const cut = self.requires_grad && !value.requires_grad && value.dtype === dtype;
    self._assign(cut ? record("overwrite", value.handle, [before, value]) : value, filling.has(name));
    // An operation that saved its result saved this tensor.
    if (result._history instanceof RuleNode && self._view === null) result._history.adopt(result, self);
    return self;
  });
}
for (const name of reshaping) {
  const operation = operations.get(name) as Operation;
  install(`${name}_`, (self, ...args) => self._become((from) => operation(from, ...args) as Tensor));
}
