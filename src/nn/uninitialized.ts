/** @file Parameters and buffers whose shape the first input will say. */
import { type DType, get_default_dtype } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { zeros } from "../ops/value/create";
import type { Shape } from "../shape";
import { Tensor } from "../tensor";
import { Parameter } from "./parameter";

const no_shape =
  "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when " +
  "trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before " +
  "accessing their attributes.";
const no_value =
  "Attempted to use an uninitialized parameter. This error happens when you are using a `LazyModule` or explicitly " +
  "manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with a dummy " +
  "batch to initialize the parameters before calling torch functions";

/** Gives a tensor without shape the dtype that `convert` gives. */
function retype(tensor: Tensor, convert: (tensor: Tensor) => Tensor): void {
  tensor.data = convert(new Tensor(tensor._handle));
}

/** Gives a tensor its shape and zeros, and the class of what it is from now on. */
function materialize(tensor: Tensor, kind: { readonly prototype: Tensor }, shape: Shape, dtype: DType): void {
  Object.setPrototypeOf(tensor, kind.prototype);
  tensor.data = zeros(shape, { dtype });
}

/**
 * A parameter without shape and values: that of a lazy layer before the first call. The object stays the same when it gets
 * them, so that an optimizer may have it already.
 *
 * @throws RuntimeError for its shape, ValueError for its value.
 */
export class UninitializedParameter extends Parameter {
  constructor(requires_grad = true, options: { dtype?: DType | null } = {}) {
    super(zeros([0], { dtype: options.dtype ?? get_default_dtype() }), requires_grad);
  }

  override get shape(): number[] {
    throw new RuntimeError(no_shape);
  }

  override get ndim(): number {
    throw new RuntimeError(no_shape);
  }

  override get handle(): never {
    throw new ValueError(no_value);
  }

  /** Itself: there is no value yet. */
  override detach(): this {
    return this;
  }

  /** @internal Changes the dtype that it will have. */
  _convert(convert: (tensor: Tensor) => Tensor): void {
    retype(this, convert);
  }

  /** Makes it a {@link Parameter} of zeros. */
  materialize(shape: Shape, dtype: DType = this.dtype): void {
    materialize(this, Parameter, shape, dtype);
  }

  override toString(): string {
    return "<UninitializedParameter>";
  }

  override [Symbol.toPrimitive](): string {
    return this.toString();
  }
}

/** A buffer without shape and values; see {@link UninitializedParameter}. */
export class UninitializedBuffer extends Tensor {
  constructor(options: { dtype?: DType | null } = {}) {
    super(zeros([0], { dtype: options.dtype ?? get_default_dtype() }).handle);
  }

  override get shape(): number[] {
    throw new RuntimeError(no_shape);
  }

  override get ndim(): number {
    throw new RuntimeError(no_shape);
  }

  override get handle(): never {
    throw new ValueError(no_value);
  }

  /** Itself: there is no value yet. */
  override detach(): this {
    return this;
  }

  /** @internal Changes the dtype that it will have. */
  _convert(convert: (tensor: Tensor) => Tensor): void {
    retype(this, convert);
  }

  /** Makes it a tensor of zeros. */
  materialize(shape: Shape, dtype: DType = this.dtype): void {
    materialize(this, Tensor, shape, dtype);
  }

  override toString(): string {
    return "<UninitializedBuffer>";
  }

  override [Symbol.toPrimitive](): string {
    return this.toString();
  }
}

/** Whether a tensor's shape is still to come. */
export function is_uninitialized(tensor: unknown): tensor is UninitializedParameter | UninitializedBuffer {
  return tensor instanceof UninitializedParameter || tensor instanceof UninitializedBuffer;
}
