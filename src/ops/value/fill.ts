/** @file Copies and in-place changes of whole tensors, casts, and triangles. */
import { bind, none, operand } from "../../args";
import { layout_of, named, record } from "../../autograd/tape";
import { DType } from "../../dtype";
import { RuntimeError } from "../../errors";
import { is_contiguous } from "../../geometry";
import { is_tensor, type Tensor } from "../../tensor";
import { as_element, as_operand, cast, expect_tensor, type TensorLike } from "./convert";

/** A copy that is no view; gradients flow through it. */
export function clone(input: Tensor, ...more: []): Tensor {
  none("clone", more);
  expect_tensor("clone", input);
  const copy = record("clone", input.handle, [input]);
  if (input._permuted || input._layout !== null) copy._layout = layout_of(input);
  return copy;
}

/** The tensor itself where its elements lie in row-major order without gaps, else a copy of it. */
export function contiguous(input: Tensor, ...more: []): Tensor {
  none("contiguous", more);
  if (input._view === null && input._layout === null) return input;
  if (is_contiguous(input.shape, input._geometry().strides)) return input;
  return record("clone", input.handle, [input]);
}

/** Keyword arguments of {@link to}. */
export interface ToOptions {
  dtype?: DType;
  device?: string;
  copy?: boolean;
}

/**
 * The tensor in another dtype, or that of `other`; the same tensor where nothing changes.
 *
 * @throws RuntimeError for a device where tensors do not live.
 * @example
 * x.to(torch.float64); x.to("cpu")
 */
export function to(input: Tensor, target: DType | string | Tensor, options?: ToOptions): Tensor;
export function to(input: Tensor, options: ToOptions): Tensor;
export function to(input: Tensor, ...args: unknown[]): Tensor {
  const [first] = args;
  if (is_tensor(first)) {
    const { copy } = bind<{ copy: boolean }>("to", [], ["copy"], args.slice(1));
    return converted(input, first.dtype, copy);
  }
  if (typeof first === "string") {
    check_device(first, input);
    const { dtype, copy } = bind<Required<ToOptions>>("to", ["dtype"], ["device", "copy"], args.slice(1));
    return converted(input, dtype, copy);
  }
  const { dtype, device, copy } = bind<Required<ToOptions>>("to", ["dtype"], ["device", "copy"], args);
  if (device !== undefined) check_device(device, input);
  return converted(input, dtype, copy);
}

function converted(input: Tensor, dtype: DType | undefined, copy = false): Tensor {
  if (dtype !== undefined && !(dtype instanceof DType)) {
    throw new TypeError(`to(): argument 'dtype' must be torch.dtype, not ${typeof dtype}`);
  }
  const result = dtype === undefined ? input : cast(input, dtype);
  return copy && result === input ? clone(input) : result;
}

function check_device(device: string, input: Tensor): void {
  const name = String(device);
  if (name === input.device || name === input.device.split(":")[0]) return;
  throw new RuntimeError(
    `to(): tensors live on '${input.device}' here, where TensorFlow's runtime put them; '${name}' is not available. ` +
      "Leave the device out.",
  );
}

/** The tensor in the dtype of `other`. */
export function type_as(input: Tensor, other: Tensor): Tensor;
export function type_as(input: Tensor, options: { other: Tensor }): Tensor;
export function type_as(input: Tensor, ...args: unknown[]): Tensor {
  const other = operand<Tensor>("type_as", "other", args);
  return cast(input, other.dtype);
}

/** The tensor where TensorFlow's runtime put it: itself. */
export function cpu(input: Tensor, ...more: []): Tensor {
  none("cpu", more);
  return input;
}

/** Gives every element the value. @returns the input */
export function fill_(input: Tensor, value: TensorLike): Tensor;
export function fill_(input: Tensor, options: { value: TensorLike }): Tensor;
export function fill_(input: Tensor, ...args: unknown[]): Tensor {
  const value = operand<TensorLike>("fill_", "value", args);
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `fill_ only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
    );
  }
  return filled(input, value, is_tensor(value) ? "FillBackward3" : "FillBackward2");
}

function filled(input: Tensor, value: TensorLike, label: string): Tensor {
  input._check_history();
  return input._assign(
    named(label, overwritten(input, as_element(value, input.dtype, "fill_")), input),
    true,
  );
}

/** A tensor of the input's shape and dtype whose elements are all `value`: a number, or a tensor without dimensions. */
export function fill(input: Tensor, value: TensorLike): Tensor;
export function fill(input: Tensor, options: { value: TensorLike }): Tensor;
export function fill(input: Tensor, ...args: unknown[]): Tensor {
  const value = operand<TensorLike>("fill", "value", args);
  expect_tensor("fill", input);
  if (is_tensor(value) && value.ndim > 0) {
    throw new RuntimeError(
      `fill only supports 0-dimension value tensor but got tensor with ${value.ndim} dimensions.`,
    );
  }
  const spread = as_operand(value, input.dtype, "fill").expand(input.shape);
  return record("overwrite", spread.handle, [input, spread]);
}

/** Sets every element to zero. @returns the input */
export function zero_(input: Tensor, ...more: []): Tensor {
  none("zero_", more);
  return filled(expect_tensor("zero_", input), 0, "ZeroBackward0");
}

/** Takes over the values of `src`, which broadcasts and is cast. @returns the input */
export function copy_(input: Tensor, src: TensorLike): Tensor;
export function copy_(input: Tensor, options: { src: TensorLike }): Tensor;
export function copy_(input: Tensor, ...args: unknown[]): Tensor {
  const src = operand<TensorLike>("copy_", "src", args);
  input._check_in_place(is_tensor(src) ? [src] : []);
  const values = as_operand(src, input.dtype, "copy_");
  return input._assign(named("torch::autograd::CopyBackwards", overwritten(input, values), input));
}

/** `values` in the input's shape, recorded so that the input's earlier history gets zeros. */
export function overwritten(input: Tensor, values: Tensor): Tensor {
  const spread = values.expand(input.shape);
  return record("overwrite", spread.handle, [input._alias(), spread]);
}
