/** @file `torch.save` and `torch.load`: tensors and plain values in files. */
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { bind, is_options, none } from "./args";
import { from_data } from "./backend/engine";
import type { DType, DTypeName, TypedArray } from "./dtype";
import * as dtypes from "./dtype";
import { NotImplementedError, RuntimeError } from "./errors";
import { parse_pt, StoredTensor, stored_dtype } from "./io/pt";
import { serialize_pt } from "./io/pt-writer";
import {
  parse_safetensors,
  serialize_safetensors,
  type TensorData,
  type TensorRecord,
} from "./io/safetensors";
import { is_zip } from "./io/zip";
import { is_tensor, Tensor } from "./tensor";

/** What can be saved: tensors and plain values, in objects and arrays. */
export type Savable =
  | Tensor
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly Savable[]
  | { readonly [key: string]: Savable };

/** Key of the metadata that tells how the tensors stand in objects and arrays; absent from plain state dicts. */
const STRUCTURE = "torchbook";

function kind_of(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return typeof value;
  return `an object of class ${value.constructor?.name ?? "null"}`;
}

function has_state_dict(value: unknown): boolean {
  return typeof (value as { state_dict?: unknown } | null)?.state_dict === "function";
}

function refuse(value: unknown, where: string): never {
  const at = where === "" ? "" : ` (at ${where})`;
  if (has_state_dict(value)) {
    throw new NotImplementedError(
      `torch.save: ${kind_of(value)}${at} cannot be saved whole, as its class is code: save its state_dict() and give ` +
        "it to load_state_dict() of a new one",
    );
  }
  throw new TypeError(
    `torch.save: ${kind_of(value)}${at} cannot be saved; save tensors, numbers, strings, arrays and objects`,
  );
}

function to_record(tensor: Tensor): TensorRecord {
  return {
    dtype: tensor.dtype.name,
    shape: [...tensor.shape],
    data: tensor.typed_array() as TensorData,
  };
}

function from_record(record: TensorRecord): Tensor {
  const dtype = (dtypes as unknown as Record<string, DType | undefined>)[record.dtype];
  if (dtype === undefined) throw new RuntimeError(`torch.load: no dtype ${record.dtype}`);
  return new Tensor(from_data(record.shape, dtype, record.data as TypedArray));
}

/** Numbers that JSON does not know. */
function number_node(value: number): unknown {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { $number: Object.is(value, -0) ? "-0" : String(value) };
}

/** Takes the tensors out of a value: what remains is JSON that names them. */
function take_apart(value: unknown, where: string, tensors: Map<string, TensorRecord>): unknown {
  if (is_tensor(value)) {
    let name = where === "" ? "tensor" : where;
    while (tensors.has(name)) name += "'";
    tensors.set(name, to_record(value));
    return { $tensor: name };
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return number_node(value);
  if (value === undefined) return null;
  const join = (key: string | number): string => (where === "" ? String(key) : `${where}.${key}`);
  if (Array.isArray(value)) return value.map((item, i) => take_apart(item, join(i), tensors));
  const entries =
    value instanceof Map ? [...value] : is_options(value) ? Object.entries(value) : refuse(value, where);
  const node: [string, unknown][] = [];
  for (const [key, item] of entries) {
    if (typeof key !== "string" && typeof key !== "number") refuse(key, where);
    node.push([String(key), take_apart(item, join(String(key)), tensors)]);
  }
  return { $object: node };
}

function put_together(node: unknown, tensors: ReadonlyMap<string, Tensor>): unknown {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => put_together(item, tensors));
  const { $tensor, $number, $object } = node as {
    $tensor?: string;
    $number?: string;
    $object?: [string, unknown][];
  };
  if (typeof $tensor === "string") {
    const tensor = tensors.get($tensor);
    if (tensor === undefined) throw new RuntimeError(`it lacks the tensor ${JSON.stringify($tensor)}`);
    return tensor;
  }
  if (typeof $number === "string") return Number($number === "-inf" ? "-Infinity" : $number);
  if (!Array.isArray($object)) throw new RuntimeError("its description of the saved object is broken");
  return as_object($object.map(([key, item]) => [key, put_together(item, tensors)]));
}

/** Own properties whatever the names: `__proto__` is one like any other. */
function as_object(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

function is_state_dict(value: unknown): value is Record<string, Tensor> {
  return is_options(value) && Object.values(value).every(is_tensor);
}

function to_bytes(value: unknown): Uint8Array {
  if (is_state_dict(value)) {
    return serialize_safetensors(Object.entries(value).map(([name, tensor]) => [name, to_record(tensor)]));
  }
  if (has_state_dict(value)) refuse(value, "");
  const tensors = new Map<string, TensorRecord>();
  const structure = JSON.stringify(take_apart(value, "", tensors));
  return serialize_safetensors(tensors, { format: "pt", [STRUCTURE]: structure });
}

/** One record for all that stand for one tensor, such as tied weights: PyTorch gives them one storage again. */
class Records {
  readonly #known = new Map<Tensor, { handle: unknown; record: TensorRecord }>();

  of(tensor: Tensor): TensorRecord {
    const root = tensor._root();
    const known = this.#known.get(root);
    if (known !== undefined && known.handle === tensor.handle) return known.record;
    const record = to_record(tensor);
    if (known === undefined) this.#known.set(root, { handle: tensor.handle, record });
    return record;
  }
}

/** The value with records in place of tensors, as the `.pt` writer takes it. */
function with_records(value: unknown, where: string, records = new Records()): unknown {
  if (is_tensor(value)) return records.of(value);
  if (value === undefined) return null;
  if (value === null || ["number", "bigint", "string", "boolean"].includes(typeof value)) return value;
  const below = (key: unknown): string => (where === "" ? String(key) : `${where}.${String(key)}`);
  if (Array.isArray(value)) return value.map((item, i) => with_records(item, below(i), records));
  const entries =
    value instanceof Map ? [...value] : is_options(value) ? Object.entries(value) : refuse(value, where);
  return new Map(
    entries.map(([key, item]) => [
      is_tensor(item) ? key : python_key(key),
      with_records(item, below(key), records),
    ]),
  );
}

/**
 * JavaScript turns an object's number keys into text; PyTorch's optimizers look their state up by number. Tensors stand
 * under text always: a ParameterList's names are digits.
 */
function python_key(key: unknown): unknown {
  return typeof key === "string" && /^(?:0|[1-9]\d{0,14})$/.test(key) ? Number(key) : key;
}

function to_pt(value: unknown): Uint8Array {
  return serialize_pt(with_records(value, ""));
}

function to_path(file: unknown, name: string): string {
  if (file instanceof URL) return fileURLToPath(file);
  if (typeof file === "string" && file !== "") return file;
  throw new TypeError(
    `torch.${name}: expected a file path, but got ${file === "" ? "an empty string" : kind_of(file)}`,
  );
}

function reason(error: unknown, file: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const folder = path.dirname(path.resolve(file));
  switch (code) {
    case "ENOENT":
      return fs.existsSync(folder) ? "no such file" : `there is no folder ${folder}`;
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOSPC":
      return "no space left on the disk";
    default:
      return message;
  }
}

/**
 * Saves tensors with plain values round them: a `state_dict()`, an optimizer's too, or an object of several. `.pt` and
 * `.pth` files are PyTorch's own, all others in the safetensors format. The file takes its place only once it is whole.
 *
 * @throws NotImplementedError for whole modules; TypeError for what cannot be saved; Error naming the path where it cannot
 *   be written.
 * @example
 * torch.save(model.state_dict(), "model.safetensors");
 * torch.save({ model: model.state_dict(), optimizer: optimizer.state_dict(), epoch }, "checkpoint.safetensors");
 */
export function save(obj: unknown, f: string | URL, ...more: []): void {
  none("save", more);
  const file = to_path(f, "save");
  const extension = path.extname(file).toLowerCase();
  if (has_state_dict(obj)) refuse(obj, "");
  const bytes = extension === ".pt" || extension === ".pth" ? to_pt(obj) : to_bytes(obj);
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 8)}.tmp`;
  try {
    const descriptor = fs.openSync(temporary, "wx");
    try {
      fs.writeFileSync(descriptor, bytes);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new Error(`torch.save: cannot write ${file}: ${reason(error, file)}`, { cause: error });
  }
}

function plain(value: unknown): unknown {
  if (value instanceof StoredTensor) return from_record(value).requires_grad_(value.requires_grad);
  const dtype = stored_dtype(value);
  if (dtype !== undefined) return dtypes.dtypes[dtype as DTypeName];
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    const keys = [...value.keys()];
    if (!keys.every((key) => typeof key === "string" || typeof key === "number")) {
      return new Map([...value].map(([key, item]) => [key, plain(item)]));
    }
    return as_object([...value].map(([key, item]) => [String(key), plain(item)]));
  }
  return value;
}

/** The first bytes of files that PyTorch wrote before 1.6. */
const LEGACY = [0x80, 0x02, 0x8a, 0x0a];

function from_bytes(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw new RuntimeError("it is empty");
  if (is_zip(bytes)) return plain(parse_pt(bytes));
  if (LEGACY.every((byte, i) => bytes[i] === byte)) {
    throw new NotImplementedError(
      "it is in the format from before PyTorch 1.6; load it there and save it again with safetensors",
    );
  }
  const { tensors: records, metadata } = parse_safetensors(bytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, record] of records) tensors.set(name, from_record(record));
  const structure = metadata[STRUCTURE];
  if (structure !== undefined) return put_together(JSON.parse(structure), tensors);
  return as_object([...tensors]);
}

/** Keyword arguments of {@link load}. */
export interface LoadOptions {
  /** Taken for PyTorch's sake: there is one device. */
  map_location?: unknown;
  /** Always so: nothing in a file is run. */
  weights_only?: boolean;
}

/**
 * Loads what {@link save} wrote, other safetensors files, and `.pt` files of PyTorch's with tensors and plain values.
 * The content decides, not the name.
 *
 * @returns A state dict as a rule; say what else it is: `torch.load<Checkpoint>(path)`.
 * @throws Error naming the path and what is wrong: no such file, cut off, another format.
 * @example
 * model.load_state_dict(torch.load("model.safetensors"));
 */
export function load<T = Record<string, Tensor>>(f: string | URL, options?: LoadOptions): T;
export function load<T>(f: string | URL, ...args: unknown[]): T {
  const options = bind<LoadOptions>("load", [], ["map_location", "weights_only"], args);
  const file = to_path(f, "load");
  if (options.weights_only === false) {
    throw new NotImplementedError(
      "torch.load: weights_only=False would run code from the file, which is not offered; tensors and plain values load without",
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw new Error(`torch.load: cannot read ${file}: ${reason(error, file)}`, { cause: error });
  }
  try {
    return from_bytes(bytes) as T;
  } catch (error) {
    throw new RuntimeError(`torch.load: ${file} is no file that can be loaded: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
