/** @file Where a tensor's elements are held: storages, and which tensors share one. */
import { bind, none, operand } from "../../args";
import { from_data } from "../../backend/engine";
import type { DType } from "../../dtype";
import { RuntimeError } from "../../errors";
import { contiguous_strides } from "../../geometry";
import { type Shape, same_shape } from "../../shape";
import { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { as_strided } from "./strided";

/** Where storages begin. They are no places in memory: a change in place moves values. Equal ones mean shared elements. */
const addresses = new WeakMap<Tensor, number>();
let next_address = 64;

function address(root: Tensor): number {
  let found = addresses.get(root);
  if (found === undefined) {
    found = next_address;
    addresses.set(root, found);
    next_address += Math.ceil((root.numel() * root.element_size() + 1) / 64) * 64;
  }
  return found;
}

/** How many bytes after its storage's begin a tensor's first element lies. */
function byte_offset(input: Tensor): number {
  let owner = input;
  for (let view = owner._view; view?.geometry !== undefined; view = owner._view) owner = view.base;
  const before = owner._view === null ? 0 : byte_offset(owner._view.base);
  return before + input._geometry().offset * input.element_size();
}

/** The elements that a tensor and its views share, as bytes. */
export class UntypedStorage {
  readonly #root: Tensor;

  /** @internal */
  constructor(root: Tensor) {
    this.#root = root;
  }

  /** Number of bytes. */
  nbytes(...more: []): number {
    none("nbytes", more);
    return this.#root.numel() * this.#root.element_size();
  }

  /** Number of bytes. */
  size(...more: []): number {
    none("size", more);
    return this.nbytes();
  }

  /** A number that tells this storage from others. */
  data_ptr(...more: []): number {
    none("data_ptr", more);
    return this.#root.numel() === 0 ? 0 : address(this.#root);
  }

  /** The bytes. */
  tolist(...more: []): number[] {
    none("tolist", more);
    const { buffer, byteOffset, byteLength } = this.#root.typed_array();
    return [...new Uint8Array(buffer, byteOffset, byteLength)];
  }
}

/** What holds the elements; views share it with what they are views of, `detach()` and `data` with their tensor. */
export function untyped_storage(input: Tensor, ...more: []): UntypedStorage {
  none("untyped_storage", more);
  return new UntypedStorage(input._root());
}

/**
 * A number for the place of the first element: equal for tensors that begin at the same element, as many bytes apart as
 * elements of one storage are. It is no address in memory. 0 for a tensor without elements.
 */
export function data_ptr(input: Tensor, ...more: []): number {
  none("data_ptr", more);
  return input.numel() === 0 ? 0 : address(input._root()) + byte_offset(input);
}

/** Whether both hold the same elements in the same order: one storage, offset, shape and strides. */
export function is_set_to(input: Tensor, tensor: Tensor): boolean;
export function is_set_to(input: Tensor, options: { tensor: Tensor }): boolean;
export function is_set_to(input: Tensor, ...args: unknown[]): boolean {
  const other = expect_tensor("is_set_to", operand<Tensor>("is_set_to", "tensor", args), "tensor");
  return (
    input._root() === other._root() &&
    input.dtype === other.dtype &&
    byte_offset(input) === byte_offset(other) &&
    same_shape(input.shape, other.shape) &&
    same_shape(input._geometry().strides, other._geometry().strides)
  );
}

/** Whether this is a view that autograd follows; a detached tensor is none. */
export function _is_view(input: Tensor, ...more: []): boolean {
  none("_is_view", more);
  return input._view !== null && !input._view.detached;
}

/** C's name of a dtype, as this message of PyTorch has it. */
function c_name({ name, scalar_type }: DType): string {
  const others: Record<string, string> = {
    int64: "long int",
    int16: "short int",
    int8: "signed char",
    uint8: "unsigned char",
  };
  return others[name] ?? scalar_type.toLowerCase();
}

type Source = { source?: Tensor; storage_offset?: number; size?: Shape; stride?: Shape };

/**
 * From now on the tensor holds the elements of `source`, with its shape and strides or the given ones; without `source` none.
 *
 * @throws RuntimeError for another dtype.
 * @returns the input
 */
export function set_(
  input: Tensor,
  source?: Tensor,
  storage_offset?: number,
  size?: Shape | Source,
  stride?: Shape | Source,
): Tensor;
export function set_(input: Tensor, source: Tensor, options: Source): Tensor;
export function set_(input: Tensor, options: Source): Tensor;
export function set_(input: Tensor, ...args: unknown[]): Tensor {
  const parameters = ["source", "storage_offset", "size", "stride"] as const;
  const { source, storage_offset = 0, size, stride } = bind<Source>("set_", parameters, [], args);
  expect_tensor("set_", input);
  if (source === undefined) {
    const none_left = from_data([0], input.dtype, new (input.dtype.array as Float32ArrayConstructor)(0));
    return input._become(() => new Tensor(none_left));
  }
  expect_tensor("set_", source, "source");
  if (source.dtype !== input.dtype) {
    throw new RuntimeError(
      `set_(): Could not set tensor of type ${c_name(source.dtype)} to a tensor of type ${c_name(input.dtype)}`,
    );
  }
  return input._become(() => {
    const shared = source.data;
    return size === undefined
      ? shared
      : as_strided(shared, size, stride ?? contiguous_strides(size), storage_offset);
  });
}
