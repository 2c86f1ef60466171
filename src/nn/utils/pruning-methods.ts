/** @file Which elements of a parameter are pruned: the classes of `torch.nn.utils.prune`. */
import { no_grad } from "../../autograd/grad-mode";
import { AssertionError, IndexError, ValueError } from "../../errors";
import { matrix_norm, vector_norm } from "../../ops/algebra/matrix-norms";
import { mul } from "../../ops/pointwise/elementwise";
import { cast } from "../../ops/value/convert";
import { ones_like, zeros_like } from "../../ops/value/create";
import { rand } from "../../ops/value/random";
import { range, same_shape, size_text } from "../../shape";
import type { Tensor } from "../../tensor";
import type { Module } from "../module";
import type { Rule } from "./computed";

/** How many are pruned: a whole number, or a fraction between 0 and 1 of all. */
export type Amount = number;

/** Half way between two whole numbers goes to the even one, as in Python. */
function round_half_even(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

function check_amount(amount: Amount): Amount {
  if (typeof amount !== "number") {
    throw new TypeError(`Invalid type for amount: ${String(amount)}. Must be int or float.`);
  }
  if (!(amount >= 0) || (!Number.isInteger(amount) && amount > 1)) {
    throw new ValueError(
      `amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`,
    );
  }
  return amount;
}

function count_of(amount: Amount, size: number): number {
  const count = Number.isInteger(amount) ? amount : round_half_even(amount * size);
  if (count > size) {
    throw new ValueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`);
  }
  return count;
}

function check_structured(t: Tensor, dim: number): void {
  if (t.ndim <= 1) {
    throw new ValueError(
      "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape " +
        `torch.Size(${size_text(t.shape)}) with ${t.ndim} dims`,
    );
  }
  if (dim >= t.ndim)
    throw new IndexError(`Invalid index ${dim} for tensor of size torch.Size(${size_text(t.shape)})`);
}

/**
 * Base of the ways to prune. A subclass says in `compute_mask` what stays; {@link apply} then prunes a module's parameter:
 * `name_orig` is what is trained, the buffer `name_mask` what stays, and `name` their product, anew before each `forward`.
 */
export abstract class BasePruningMethod implements Rule {
  /** Whether single elements are chosen, whole slices, or the mask is given. */
  abstract readonly PRUNING_TYPE: "unstructured" | "structured" | "global";
  /** @internal */ field = "";

  /**
   * Ones where elements stay, zeros where they are pruned.
   *
   * @param t What the choice hangs on, usually the parameter itself.
   * @param default_mask What earlier pruning left.
   */
  abstract compute_mask(t: Tensor, default_mask: Tensor): Tensor;

  /** @internal */
  compute(module: Module): Tensor {
    return this.apply_mask(module);
  }

  /** The parameter's elements that stay, with zeros elsewhere. */
  apply_mask(module: Module): Tensor {
    if (this.field === "") throw new AssertionError(`Module ${String(module)} has to be pruned`);
    const orig = module.get_parameter(`${this.field}_orig`);
    return mul(cast(module.get_buffer(`${this.field}_mask`), orig.dtype), orig);
  }

  /**
   * A pruned copy of a tensor.
   *
   * @param importance_scores What the choice hangs on, of the same shape; `t` unless given.
   */
  prune(t: Tensor, default_mask?: Tensor | null, importance_scores?: Tensor | null): Tensor {
    const scores = importance_scores ?? t;
    if (!same_shape(scores.shape, t.shape)) {
      throw new AssertionError(
        `importance_scores should have the same shape as tensor t, got torch.Size(${size_text(scores.shape)}) vs ` +
          `torch.Size(${size_text(t.shape)})`,
      );
    }
    const mask = no_grad(() => this.compute_mask(scores, default_mask ?? ones_like(t)));
    return mul(t, mask);
  }
}

/** Prunes nothing, so that a parameter has the form of a pruned one. */
export class Identity extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";

  compute_mask(_: Tensor, default_mask: Tensor): Tensor {
    return default_mask;
  }
}

/** The ways that choose among all elements. */
abstract class Unstructured extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  readonly amount: Amount;

  constructor(amount: Amount | { amount: Amount }) {
    super();
    this.amount = check_amount(typeof amount === "object" ? amount.amount : amount);
  }

  /** @internal The places of so many elements, among all in one row. */
  abstract _places(t: Tensor, count: number): Tensor;

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = count_of(this.amount, t.numel());
    if (count === 0) return default_mask.clone();
    return default_mask.reshape(-1).index_fill(0, this._places(t, count), 0).reshape(default_mask.shape);
  }
}

/** Prunes elements drawn at random. */
export class RandomUnstructured extends Unstructured {
  /** @internal */
  _places(t: Tensor, count: number): Tensor {
    return rand(t.shape, { dtype: t.dtype }).reshape(-1).topk(count)[1];
  }
}

/** Prunes the elements that are smallest by absolute value. */
export class L1Unstructured extends Unstructured {
  /** @internal */
  _places(t: Tensor, count: number): Tensor {
    return t.detach().abs().reshape(-1).topk(count, -1, false)[1];
  }
}

/** The ways that choose among the slices along a dimension. */
abstract class Structured extends BasePruningMethod {
  readonly PRUNING_TYPE = "structured";
  readonly amount: Amount;

  constructor(
    amount: Amount,
    readonly dim: number,
  ) {
    super();
    this.amount = check_amount(amount);
  }

  /** @internal The places of the slices that stay, of which `count` are to go. */
  abstract _kept(t: Tensor, size: number, count: number): Tensor;

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const { dim } = this;
    check_structured(t, dim);
    const size = t.shape.at(dim) as number;
    const count = count_of(this.amount, size);
    if (count === 0) return default_mask;
    const kept = zeros_like(t.detach()).index_fill(dim, this._kept(t, size, count), 1);
    return mul(kept, cast(default_mask, t.dtype));
  }
}

/** Prunes slices along a dimension drawn at random. */
export class RandomStructured extends Structured {
  constructor(amount: Amount, dim = -1) {
    super(amount, dim);
  }

  /** @internal */
  _kept(_: Tensor, size: number, count: number): Tensor {
    const drawn = rand([size]);
    return drawn.gt(drawn.kthvalue(count)[0]).nonzero().reshape(-1);
  }
}

/** Prunes the slices along a dimension whose norm is least. */
export class LnStructured extends Structured {
  constructor(
    amount: Amount,
    readonly n: number | "fro" | "nuc",
    dim = -1,
  ) {
    super(amount, dim);
  }

  /** @internal */
  _kept(t: Tensor, size: number, count: number): Tensor {
    return this._norms(t.detach()).topk(size - count)[1];
  }

  /** @internal The norm of each slice. */
  _norms(t: Tensor): Tensor {
    const { n } = this;
    const along = this.dim < 0 ? this.dim + t.ndim : this.dim;
    const dim = range(t.ndim).filter((each) => each !== along);
    if (n === "nuc" || (n === "fro" && dim.length === 2)) {
      return matrix_norm(t, n, (dim.length === 2 ? dim : [-2, -1]) as [number, number]);
    }
    return vector_norm(t, n === "fro" ? 2 : n, dim);
  }
}

/** Prunes what a given mask has zeros for. */
export class CustomFromMask extends BasePruningMethod {
  readonly PRUNING_TYPE = "global";

  constructor(readonly mask: Tensor) {
    super();
  }

  compute_mask(_: Tensor, default_mask: Tensor): Tensor {
    if (!same_shape(default_mask.shape, this.mask.shape)) {
      throw new AssertionError(
        `default_mask shape torch.Size(${size_text(default_mask.shape)}) must match self.mask shape ` +
          `torch.Size(${size_text(this.mask.shape)})`,
      );
    }
    return mul(default_mask, cast(this.mask, default_mask.dtype));
  }
}

/** Several ways one after the other: each chooses among what the earlier ones left. */
export class PruningContainer extends BasePruningMethod {
  readonly PRUNING_TYPE = "unstructured";
  readonly #methods: BasePruningMethod[] = [];

  constructor(...methods: BasePruningMethod[]) {
    super();
    if (methods.length > 0) this.field = methods[0].field;
    for (const method of methods) this.add_pruning_method(method);
  }

  /** Adds one at the end. @throws TypeError for something else, ValueError for one of another parameter. */
  add_pruning_method(method: BasePruningMethod): void {
    if (!(method instanceof BasePruningMethod)) {
      throw new TypeError(`${typeof method} is not a BasePruningMethod subclass`);
    }
    if (method.field !== this.field) {
      throw new ValueError(
        `Can only add pruning methods acting on the parameter named '${this.field}' to PruningContainer. Found '${method.field}'`,
      );
    }
    this.#methods.push(method);
  }

  get length(): number {
    return this.#methods.length;
  }

  [Symbol.iterator](): Iterator<BasePruningMethod> {
    return this.#methods[Symbol.iterator]();
  }

  compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const method = this.#methods[this.#methods.length - 1];
    const mask = cast(default_mask, t.dtype);
    if (method.PRUNING_TYPE === "global") return method.compute_mask(t, mask);
    if (method.PRUNING_TYPE === "unstructured") {
      const left = mask.eq(1);
      const part = method.compute_mask(t.masked_select(left), mask.masked_select(left));
      return mask.masked_scatter(left, cast(part, t.dtype));
    }
    const { dim } = method as Structured;
    if (dim === undefined) {
      throw new TypeError(
        'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.',
      );
    }
    const along = dim < 0 ? dim + t.ndim : dim;
    const others = range(t.ndim).filter((each) => each !== along);
    const left = mask.sum(others).ne(0).nonzero().reshape(-1);
    const part = method.compute_mask(t.index_select(along, left), mask.index_select(along, left));
    return mask.index_copy(along, left, cast(part, t.dtype));
  }
}
