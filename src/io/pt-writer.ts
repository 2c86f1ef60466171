/** @file Writes `.pt` files that PyTorch's `torch.load` reads, with `weights_only` too. */

import type { TensorRecord } from "./safetensors";
import { write_zip } from "./zip";

const STORAGE_NAMES: Record<string, string> = {
  float32: "FloatStorage",
  float64: "DoubleStorage",
  int64: "LongStorage",
  int32: "IntStorage",
  int16: "ShortStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
};

/** Values nested deeper than this would not load again either. */
const MAX_DEPTH = 200;

/**
 * Writes a value as `torch.save` does: Maps and plain objects become dicts, arrays lists, records tensors.
 * @param value tensors, numbers, bigints, strings, booleans, null, and Maps, plain objects and arrays of them
 * @throws Error on any other value, or an unknown dtype
 */
export function serialize_pt(value: unknown): Uint8Array {
  const writer = new PickleWriter();
  const pickle = writer.write(value);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const data = writer.storages.map((bytes, key): [string, Uint8Array] => [`archive/data/${key}`, bytes]);
  return write_zip([
    ["archive/data.pkl", pickle],
    ["archive/byteorder", text("little")],
    ...data,
    ["archive/version", text("3\n")],
  ]);
}

function is_tensor(value: object): value is TensorRecord {
  return "dtype" in value && "shape" in value && "data" in value && ArrayBuffer.isView(value.data);
}

class PickleWriter {
  readonly storages: Uint8Array[] = [];
  /** Which storage has a record's data: records met twice share it. */
  private readonly keys = new Map<unknown, number>();
  private bytes = new Uint8Array(1024);
  private length = 0;

  write(value: unknown): Uint8Array {
    this.put(0x80, 2);
    this.value(value, 0);
    this.put(0x2e);
    return this.bytes.subarray(0, this.length);
  }

  private put(...bytes: number[]): void {
    this.append(Uint8Array.from(bytes));
  }

  private append(more: Uint8Array): void {
    if (this.length + more.length > this.bytes.length) {
      const grown = new Uint8Array(2 * (this.length + more.length));
      grown.set(this.bytes);
      this.bytes = grown;
    }
    this.bytes.set(more, this.length);
    this.length += more.length;
  }

  private value(value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`.pt file: values are nested deeper than ${MAX_DEPTH}`);
    if (value === null || value === undefined) this.put(0x4e);
    else if (typeof value === "boolean") this.put(value ? 0x88 : 0x89);
    else if (typeof value === "string") this.text(value);
    else if (typeof value === "bigint") this.integer(value);
    else if (typeof value === "number") this.number(value);
    else if (Array.isArray(value)) {
      this.put(0x5d, 0x28);
      for (const item of value) this.value(item, depth + 1);
      this.put(0x65);
    } else if (typeof value === "object" && is_tensor(value)) this.tensor(value);
    else if (value instanceof Map) this.dict(value, depth);
    else if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
      this.dict(Object.entries(value), depth);
    } else
      throw new Error(`.pt file: a value of type ${value.constructor?.name ?? typeof value} cannot be saved`);
  }

  private dict(entries: Iterable<[unknown, unknown]>, depth: number): void {
    this.global("collections", "OrderedDict");
    this.put(0x29, 0x52, 0x28);
    for (const [key, item] of entries) {
      this.value(key, depth + 1);
      this.value(item, depth + 1);
    }
    this.put(0x75);
  }

  private text(text: string): void {
    const encoded = new TextEncoder().encode(text);
    const size = new DataView(new ArrayBuffer(5));
    size.setUint8(0, 0x58);
    size.setUint32(1, encoded.length, true);
    this.append(new Uint8Array(size.buffer));
    this.append(encoded);
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.integer(BigInt(value));
      return;
    }
    const field = new DataView(new ArrayBuffer(9));
    field.setUint8(0, 0x47);
    field.setFloat64(1, value, false);
    this.append(new Uint8Array(field.buffer));
  }

  private integer(value: bigint): void {
    if (BigInt.asIntN(32, value) === value) {
      const field = new DataView(new ArrayBuffer(5));
      field.setUint8(0, 0x4a);
      field.setInt32(1, Number(value), true);
      this.append(new Uint8Array(field.buffer));
      return;
    }
    const digits: number[] = [];
    while (BigInt.asIntN(8 * digits.length, value) !== value || digits.length === 0) {
      digits.push(Number(BigInt.asUintN(8, value >> BigInt(8 * digits.length))));
    }
    if (digits.length > 255) throw new Error(".pt file: an integer is too large to save");
    this.put(0x8a, digits.length, ...digits);
  }

  private global(module: string, name: string): void {
    this.append(new TextEncoder().encode(`c${module}\n${name}\n`));
  }

  private tuple(values: readonly number[]): void {
    this.put(0x28);
    for (const value of values) this.number(value);
    this.put(0x74);
  }

  private tensor({ dtype, shape, data }: TensorRecord): void {
    if (!Object.hasOwn(STORAGE_NAMES, dtype)) throw new Error(`.pt file: dtype ${dtype} cannot be saved`);
    const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, n) => product * n, 1));
    const numel = shape.reduce((product, n) => product * n, 1);
    if (numel !== data.length) {
      throw new Error(`.pt file: a tensor of shape [${shape.join(", ")}] has ${data.length} elements`);
    }
    this.global("torch._utils", "_rebuild_tensor_v2");
    this.put(0x28, 0x28);
    this.text("storage");
    this.global("torch", STORAGE_NAMES[dtype]);
    const known = this.keys.get(data);
    const key = known ?? this.storages.length;
    this.text(String(key));
    this.text("cpu");
    this.number(numel);
    this.put(0x74, 0x51);
    this.number(0);
    this.tuple(shape);
    this.tuple(strides);
    this.put(0x89);
    this.global("collections", "OrderedDict");
    this.put(0x29, 0x52, 0x74, 0x52);
    if (known !== undefined) return;
    this.keys.set(data, key);
    this.storages.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}
