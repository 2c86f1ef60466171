/**
 * @file The one place that talks to TensorFlow: runs ops by name, moves data in and out, frees what the collector found.
 *
 * The native binding of `@tensorflow/tfjs-node-gpu` is used directly. Its JavaScript (engine, tape, tidy) stays unloaded.
 */
import * as path from "node:path";
import { bool, type DType, dtype_of_code, float32, int32, int64, type TypedArray, uint8 } from "../dtype";
import { RuntimeError } from "../errors";
import { Handle } from "./handle";

/** An attribute of an op, as the binding takes it. */
export interface Attr {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface Binding {
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, data: TypedArray): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TypedArray;
  executeOp(
    name: string,
    attrs: readonly Attr[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number; shape: number[]; dtype: number }[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

interface Lifetime {
  readonly pending: Int32Array;
  track(handle: Handle, id: number, bytes: number): void;
  release(handle: Handle): boolean;
  drain(): Int32Array;
  stats(): { live: number; bytes: number };
}

/** The package's root, seen from dist/src/backend. */
const root = path.resolve(__dirname, "../../..");

function load(): { binding: Binding; lifetime: Lifetime } {
  // TensorFlow's start-up notes would land in the user's output; oneDNN's kernels are slower on the small matrices of a
  // recurrent step. Both remain the user's to set.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "0";
  try {
    const tfjs = path.dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
    const binding = require(path.join(tfjs, "lib/napi-v8/tfjs_binding.node")) as Binding;
    const lifetime = require(path.join(root, "build/native/torchbook.node")) as Lifetime;
    return { binding, lifetime };
  } catch (error) {
    throw new Error(
      `TensorFlow's native runtime could not be loaded: run "npm run setup" in ${root}\n${(error as Error).message}`,
      { cause: error },
    );
  }
}

const { binding, lifetime } = load();

/** Version of the TensorFlow library in use. */
export const tensorflow_version: string = binding.TF_Version;

/** Deletes the tensors whose handles were collected since the last call. */
function sweep(): void {
  const dead = lifetime.drain();
  for (let i = 0; i < dead.length; i++) binding.deleteTensor(dead[i]);
}

function adopt(id: number, shape: readonly number[], dtype: DType): Handle {
  const handle = new Handle(id, shape, dtype);
  lifetime.track(handle, id, handle.size * dtype.itemsize);
  return handle;
}

const no_attrs: readonly Attr[] = [];

/** Attributes of ops; the element types of inputs are inferred and need none. */
export const attr = {
  int: (name: string, value: number | readonly number[]): Attr => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  }),
  float: (name: string, value: number): Attr => ({ name, type: binding.TF_ATTR_FLOAT, value }),
  bool: (name: string, value: boolean): Attr => ({ name, type: binding.TF_ATTR_BOOL, value }),
  string: (name: string, value: string): Attr => ({ name, type: binding.TF_ATTR_STRING, value }),
  type: (name: string, value: DType): Attr => ({ name, type: binding.TF_ATTR_TYPE, value: value.code }),
  shape: (name: string, value: readonly number[]): Attr => ({
    name,
    type: binding.TF_ATTR_SHAPE,
    value,
  }),
};

/**
 * Runs a TensorFlow op and returns all of its outputs.
 *
 * @param name TensorFlow's name of the op, e.g. `"MatMul"`.
 * @throws RuntimeError with TensorFlow's words when the op refuses its inputs.
 */
export function execute_many(
  name: string,
  inputs: readonly Handle[],
  attrs: readonly Attr[],
  outputs: number,
): Handle[] {
  if (lifetime.pending[0] > 0) sweep();
  const ids: number[] = new Array(inputs.length);
  for (let i = 0; i < inputs.length; i++) ids[i] = inputs[i].id;
  let results: ReturnType<Binding["executeOp"]>;
  try {
    results = binding.executeOp(name, attrs, ids, outputs);
  } catch (error) {
    throw failure(name, inputs, error);
  }
  return results.map((result) => adopt(result.id, result.shape, dtype_of_code(result.dtype)));
}

/** Runs a TensorFlow op with one output; see {@link execute_many}. */
export function execute(name: string, inputs: readonly Handle[], attrs: readonly Attr[] = no_attrs): Handle {
  return execute_many(name, inputs, attrs, 1)[0];
}

function failure(name: string, inputs: readonly Handle[], error: unknown): RuntimeError {
  const words = (error instanceof Error ? error.message : String(error)).replace(
    /^Invalid TF_Status: \d+\s*Message: /,
    "",
  );
  const given = inputs.map((input) => `${input.dtype.name}[${input.shape.join(", ")}]`).join(", ");
  return new RuntimeError(`TensorFlow's ${name}(${given}): ${words}`, { cause: error });
}

/**
 * A new tensor with a copy of `data`.
 *
 * @param data One element per element of `shape`, in the typed array of `dtype` (bool: a Uint8Array of 0 and 1).
 */
export function from_data(shape: readonly number[], dtype: DType, data: TypedArray): Handle {
  if (lifetime.pending[0] > 0) sweep();
  // The binding may keep the array's memory as the tensor's own, so it gets one that nobody else writes to.
  const own = data.slice() as TypedArray;
  switch (dtype) {
    case float32:
    case int32:
    case uint8:
    case bool:
      return adopt(binding.createTensor(shape, dtype.code, own), shape, dtype);
    case int64:
      return adopt(binding.createTensor(shape, dtype.code, new Int32Array(own.buffer)), shape, dtype);
    default: {
      // The binding takes no other arrays: bytes, read as the dtype.
      const bytes = new Uint8Array(own.buffer);
      const packed = dtype.itemsize === 1 ? shape : [...shape, dtype.itemsize];
      const raw = adopt(binding.createTensor(packed, uint8.code, bytes), packed, uint8);
      const handle = execute("Bitcast", [raw], [attr.type("type", dtype)]);
      release(raw);
      return handle;
    }
  }
}

/** A copy of a tensor's elements, in the typed array of its dtype. Waits for the device. */
export function read(handle: Handle): TypedArray {
  switch (handle.dtype) {
    case float32:
    case int32:
    case int64:
    case bool:
      return binding.tensorDataSync(handle.id);
    default: {
      // As above: read as int64 or bool, which the binding knows, and look at the bytes.
      const wide = handle.dtype.itemsize === 8;
      const raw = wide
        ? execute("Bitcast", [handle], [attr.type("type", int64)])
        : execute("Cast", [handle], [attr.type("DstT", int32)]);
      const data = binding.tensorDataSync(raw.id);
      release(raw);
      if (wide) return new handle.dtype.array(data.buffer as ArrayBuffer);
      return (handle.dtype.array as Int8ArrayConstructor).from(data as Int32Array);
    }
  }
}

/** Frees a tensor now that the caller alone knows and will not use again; all others are the collector's. */
export function release(handle: Handle): void {
  if (lifetime.release(handle)) binding.deleteTensor(handle.id);
}

/** Native tensors in use and their bytes. */
export function memory_stats(): { live: number; bytes: number } {
  if (lifetime.pending[0] > 0) sweep();
  return lifetime.stats();
}

/** Whether ops run on a GPU. */
export function is_using_gpu(): boolean {
  return binding.isUsingGpuDevice();
}

/** Where tensors live, in PyTorch's words. */
export function device_name(): string {
  return is_using_gpu() ? "cuda:0" : "cpu";
}

const constants = new Map<string, Handle>();
const max_constants = 4096;

function remembered(key: string, make: () => Handle): Handle {
  let handle = constants.get(key);
  if (handle === undefined) {
    if (constants.size >= max_constants) constants.clear();
    handle = make();
    constants.set(key, handle);
  }
  return handle;
}

/** A small int32 vector, such as the shape or axes that an op takes as an input; made once. */
export function ints(values: readonly number[]): Handle {
  return remembered(`v${values.join()}`, () => from_data([values.length], int32, Int32Array.from(values)));
}

/** A small int64 vector; made once. */
export function longs(values: readonly number[]): Handle {
  return remembered(`l${values.join()}`, () =>
    from_data([values.length], int64, BigInt64Array.from(values, BigInt)),
  );
}

/** A zero-dim tensor of the given dtype; made once. Fractions are cut off for integral dtypes. */
export function scalar(value: number | bigint | boolean, dtype: DType): Handle {
  const key = Object.is(value, -0) ? `${dtype.name}-0` : `${dtype.name}${String(value)}`;
  return remembered(key, () => {
    if (dtype === int64) {
      const whole = typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)));
      return from_data([], dtype, BigInt64Array.of(whole));
    }
    const array = new dtype.array(1) as Float64Array;
    array[0] = dtype === bool ? (value ? 1 : 0) : Number(value);
    return from_data([], dtype, array);
  });
}
