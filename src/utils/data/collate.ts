/** @file Makes a batch of samples. */
import { none } from "../../args";
import { bool, type DType, float64, int64, type TypedArray } from "../../dtype";
import { RuntimeError } from "../../errors";
import { stack } from "../../ops/shape/join";
import { tensor } from "../../ops/value/create";
import { same_shape } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";

/** What {@link default_collate} makes of samples of a type. */
export type Collated<Item> = unknown extends Item
  ? // biome-ignore lint/suspicious/noExplicitAny: an untyped sample makes an untyped batch
    any
  : Item extends Tensor | number | boolean | bigint | TypedArray
    ? Tensor
    : Item extends string
      ? string[]
      : Item extends PromiseLike<infer Settled>
        ? Collated<Settled>
        : Item extends readonly unknown[]
          ? { -readonly [K in keyof Item]: Collated<Item[K]> }
          : Item extends ReadonlyMap<infer Key, infer Value>
            ? Map<Key, Collated<Value>>
            : Item extends object
              ? { -readonly [K in keyof Item]: Collated<Item[K]> }
              : never;

function kind_of(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}

function is_record(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function is_number(value: unknown): value is number | bigint | boolean {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
}

function number_dtype(values: readonly (number | bigint | boolean)[]): DType {
  if (values.every((value) => typeof value === "boolean")) return bool;
  return values.some((value) => typeof value === "number" && !Number.isInteger(value)) ? float64 : int64;
}

function mismatch(first: unknown, other: unknown, at: number): never {
  throw new TypeError(
    `default_collate: the batch's samples differ in kind: ${kind_of(first)} at entry 0 and ${kind_of(other)} at entry ${at}`,
  );
}

function all<T>(
  batch: readonly unknown[],
  test: (value: unknown) => value is T,
): asserts batch is readonly T[] {
  for (let i = 1; i < batch.length; i++) if (!test(batch[i])) mismatch(batch[0], batch[i], i);
}

const is_string = (value: unknown): value is string => typeof value === "string";
const is_array = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const is_map = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;
const is_typed = (value: unknown): value is TypedArray => ArrayBuffer.isView(value);

function stacked(batch: readonly Tensor[]): Tensor {
  const { shape } = batch[0];
  batch.forEach((item, i) => {
    if (!same_shape(item.shape, shape)) {
      throw new RuntimeError(
        `stack expects each tensor to be equal size, but got [${shape.join(", ")}] at entry 0 and ` +
          `[${item.shape.join(", ")}] at entry ${i}`,
      );
    }
  });
  return stack(batch as Tensor[]);
}

function of_key(value: unknown, key: string): unknown {
  const record = value as Record<string, unknown>;
  if (!Object.hasOwn(record, key)) {
    throw new RuntimeError(
      `default_collate: a sample of the batch lacks the key '${key}' that the first one has`,
    );
  }
  return record[key];
}

/**
 * Puts samples together: tensors are stacked along a new first dimension, numbers become a tensor (whole ones int64,
 * others float64, booleans bool), strings an array; arrays and objects are gone through element by element.
 *
 * @throws RuntimeError for tensors or arrays of different sizes; TypeError for anything else.
 * @example
 * default_collate([[torch.ones(2), 0], [torch.zeros(2), 1]])  // [tensor of shape [2, 2], tensor([0, 1])]
 */
export function default_collate<Item>(batch: readonly Item[], ...more: []): Collated<Item> {
  none("default_collate", more);
  if (!Array.isArray(batch) || batch.length === 0) {
    throw new TypeError("default_collate expects a list of at least one sample");
  }
  return collate(batch) as Collated<Item>;
}

function collate(batch: readonly unknown[]): unknown {
  const first = batch[0];
  if (is_tensor(first)) {
    all(batch, is_tensor);
    return stacked(batch);
  }
  if (is_typed(first)) {
    all(batch, is_typed);
    return stacked(batch.map((item) => tensor(item)));
  }
  if (is_number(first)) {
    all(batch, is_number);
    return tensor([...batch], { dtype: number_dtype(batch) });
  }
  if (is_string(first)) {
    all(batch, is_string);
    return [...batch];
  }
  if (is_array(first)) {
    all(batch, is_array);
    if (batch.some((item) => item.length !== first.length)) {
      throw new RuntimeError("each element in list of batch should be of equal size");
    }
    return first.map((_, at) => collate(batch.map((item) => item[at])));
  }
  if (is_map(first)) {
    all(batch, is_map);
    return new Map([...first.keys()].map((key) => [key, collate(batch.map((item) => item.get(key)))]));
  }
  if (is_record(first)) {
    all(batch, is_record);
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, collate(batch.map((item) => of_key(item, key)))]),
    );
  }
  throw new TypeError(
    "default_collate: batch must contain tensors, typed arrays, numbers, strings, objects or arrays; " +
      `found ${kind_of(first)}`,
  );
}

/** Typed arrays as tensors, also inside of arrays and objects; everything else as it is. For `batch_size: null`. */
export function default_convert(data: unknown, ...more: []): unknown {
  none("default_convert", more);
  if (is_tensor(data)) return data;
  if (is_typed(data)) return tensor(data);
  if (is_array(data)) return data.map(default_convert);
  if (is_record(data)) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, default_convert(value)]));
  }
  return data;
}
