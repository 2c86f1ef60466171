/** @file Reads the `.pt` files that PyTorch's `torch.save` writes: tensors in dicts, lists and plain values. */

import { global_name, type PickleValue, unpickle } from "./pickle";
import { bfloat_to_float, half_to_float, type TensorData, type TensorRecord } from "./safetensors";
import { read_zip } from "./zip";

/** A tensor read from a `.pt` file, contiguous whatever its strides were. */
export class StoredTensor implements TensorRecord {
  constructor(
    readonly dtype: string,
    readonly shape: number[],
    readonly data: TensorData,
    readonly requires_grad: boolean,
  ) {}
}

const ELEMENT_TYPES: ReadonlySet<string> = new Set(
  "float32 float64 int8 int16 int32 int64 uint8 bool".split(" ").map((name) => `torch.${name}`),
);

/** The name (such as `float32`) of an element type among the values of a file, undefined for anything else. */
export function stored_dtype(value: PickleValue): string | undefined {
  const name = global_name(value);
  return name !== undefined && ELEMENT_TYPES.has(name) ? name.slice("torch.".length) : undefined;
}

interface StorageType {
  dtype: string;
  bytes: number;
  read(buffer: ArrayBuffer): TensorData;
}

interface Storage {
  dtype: string;
  data: TensorData;
}

const STORAGES: Record<string, StorageType> = {
  FloatStorage: { dtype: "float32", bytes: 4, read: (b) => new Float32Array(b) },
  DoubleStorage: { dtype: "float64", bytes: 8, read: (b) => new Float64Array(b) },
  LongStorage: { dtype: "int64", bytes: 8, read: (b) => new BigInt64Array(b) },
  IntStorage: { dtype: "int32", bytes: 4, read: (b) => new Int32Array(b) },
  ShortStorage: { dtype: "int16", bytes: 2, read: (b) => new Int16Array(b) },
  CharStorage: { dtype: "int8", bytes: 1, read: (b) => new Int8Array(b) },
  ByteStorage: { dtype: "uint8", bytes: 1, read: (b) => new Uint8Array(b) },
  BoolStorage: { dtype: "bool", bytes: 1, read: (b) => new Uint8Array(b) },
  HalfStorage: {
    dtype: "float32",
    bytes: 2,
    read: (b) => Float32Array.from(new Uint16Array(b), half_to_float),
  },
  BFloat16Storage: {
    dtype: "float32",
    bytes: 2,
    read: (b) => Float32Array.from(new Uint16Array(b), bfloat_to_float),
  },
};

/** A file may describe a tensor larger than its storage (stride 0); more elements than this are refused. */
const MAX_ELEMENTS = 2 ** 28;

function fail(what: string): never {
  throw new Error(`.pt file: ${what}`);
}

/**
 * Reads a file that `torch.save` wrote (PyTorch 1.6 or later).
 *
 * Dicts come as Maps, lists and tuples as arrays, tensors and parameters as `StoredTensor`. Nothing in the file
 * is run: a pickle that names anything but tensors and plain containers is refused.
 * @throws Error that says what is wrong with the file
 */
export function parse_pt(bytes: Uint8Array): PickleValue {
  const entries = read_zip(bytes);
  const pickle_name = [...entries.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle_name === undefined) fail("it holds no data.pkl (a file that torch.save did not write?)");
  const root = pickle_name.slice(0, pickle_name.length - "data.pkl".length);
  const byteorder = entries.get(`${root}byteorder`);
  if (byteorder && new TextDecoder().decode(byteorder) !== "little")
    fail("it was written on a big-endian machine");
  const storages = new Map<string, Storage>();

  const persistent_load = (id: PickleValue): Storage => {
    if (!Array.isArray(id) || id[0] !== "storage") fail("it refers to something that is no storage");
    const [, type_name, key, , numel] = id as [string, unknown, unknown, unknown, unknown];
    const name = global_name(type_name)?.replace(/^torch\./, "") ?? "";
    const type = Object.hasOwn(STORAGES, name)
      ? STORAGES[name]
      : fail(`the storage type ${name} is not supported`);
    const label = `${root}data/${key}`;
    const kept = storages.get(`${name} ${key}`);
    if (kept) return kept;
    const raw = entries.get(label) ?? fail(`it lacks ${label}`);
    if (raw.length !== Number(numel) * type.bytes) {
      fail(`${label} holds ${raw.length} bytes, not ${numel} elements of ${type.bytes}`);
    }
    const storage = { dtype: type.dtype, data: type.read(new Uint8Array(raw).buffer) };
    storages.set(`${name} ${key}`, storage);
    return storage;
  };

  return unpickle(entries.get(pickle_name) as Uint8Array, {
    persistent_load,
    find_global: (name) => {
      if (Object.hasOwn(GLOBALS, name)) return GLOBALS[name];
      if (ELEMENT_TYPES.has(name)) return () => fail(`${name} cannot be called`);
      if (/^torch\.\w+Storage$/.test(name)) return () => fail(`${name} cannot be called`);
      return undefined;
    },
  });
}

const GLOBALS: Record<string, (...args: PickleValue[]) => PickleValue> = {
  "collections.OrderedDict": (items = []) => {
    const pairs = Array.isArray(items) && items.every((item) => Array.isArray(item) && item.length === 2);
    return pairs ? new Map(items as [unknown, unknown][]) : fail("an OrderedDict is made of no pairs");
  },
  "torch._utils._rebuild_tensor_v2": (storage, offset, size, stride, requires_grad) =>
    rebuild_tensor(storage as Storage, offset, size, stride, requires_grad === true),
  "torch._utils._rebuild_parameter": (tensor, requires_grad) => {
    if (!(tensor instanceof StoredTensor)) fail("a parameter holds no tensor");
    return new StoredTensor(tensor.dtype, tensor.shape, tensor.data, requires_grad === true);
  },
  "torch.Size": (sizes) => sizes,
  // Devices come as text.
  "torch.device": (type, index) => {
    if (typeof type !== "string") fail("a device has no name");
    return index === undefined || index === null ? type : `${type}:${Number(index)}`;
  },
  // Sets come as arrays, as tuples do.
  "builtins.set": (items = []) => (Array.isArray(items) ? items : fail("a set is made of no list")),
  "__builtin__.set": (items = []) => (Array.isArray(items) ? items : fail("a set is made of no list")),
};

function sizes_of(value: PickleValue): number[] {
  if (!Array.isArray(value) || !value.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    fail("a tensor has an invalid size or stride");
  }
  return value;
}

function rebuild_tensor(
  storage: Storage,
  offset: PickleValue,
  size: PickleValue,
  stride: PickleValue,
  requires_grad: boolean,
): StoredTensor {
  const shape = sizes_of(size);
  const strides = sizes_of(stride);
  const [start] = sizes_of([offset]);
  if (!(storage?.data instanceof Object) || shape.length !== strides.length)
    fail("a tensor is described wrongly");
  const numel = shape.reduce((product, n) => product * n, 1);
  const last = shape.reduce((end, n, d) => end + (n - 1) * strides[d], start);
  if (numel > 0 && last >= storage.data.length) fail(`a tensor of shape [${shape}] lies outside its storage`);
  if (numel > Math.max(MAX_ELEMENTS, storage.data.length)) fail(`a tensor of shape [${shape}] is too large`);
  let expected = 1;
  let contiguous = true;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) contiguous = false;
    expected *= shape[d];
  }
  const data =
    contiguous || numel === 0
      ? (storage.data.slice(start, start + numel) as TensorData)
      : gather(storage.data, start, shape, strides, numel);
  return new StoredTensor(storage.dtype, shape, data, requires_grad);
}

function gather(
  source: TensorData,
  start: number,
  shape: number[],
  strides: number[],
  numel: number,
): TensorData {
  const out = new (source.constructor as new (length: number) => TensorData)(numel);
  const index = new Array<number>(shape.length).fill(0);
  let from = start;
  for (let i = 0; i < numel; i++) {
    out[i] = source[from];
    for (let d = shape.length - 1; d >= 0; d--) {
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return out;
}
