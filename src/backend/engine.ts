/**
 * @file Runs TensorFlow's ops by name and moves data in and out.
 *
 * An op and its attributes are made known to our addon once; a call then passes numbers alone, through an array that both
 * sides see. The JavaScript of `@tensorflow/tfjs-node-gpu` (engine, tape, tidy) stays unloaded.
 */
import { bool, type DType, dtype_of_code, int32, int64, type TypedArray } from "../dtype";
import { RuntimeError } from "../errors";
import { Handle } from "./handle";
import { load_runtime } from "./runtime";
import { set_watcher, watcher } from "./watcher";

const { native, version, gpu } = load_runtime();

/** Version of the TensorFlow library in use. */
export const tensorflow_version: string = version;

/** Kinds of attributes, as the addon numbers them. */
enum Kind {
  int,
  float,
  bool,
  string,
  type,
  shape,
  ints,
}

/** An attribute of an op. The same name and value give the same object, so ops can be told apart by them. */
export interface Attr {
  readonly name: string;
  readonly kind: number;
  readonly value: unknown;
}

const no_attrs: readonly Attr[] = [];

/** Values of attributes seen so far, per kind and name. */
const attrs_seen: Map<string, Map<unknown, Attr>>[] = [];

function known_attr(kind: Kind, name: string, key: unknown, value: unknown): Attr {
  attrs_seen[kind] ??= new Map();
  let values = attrs_seen[kind].get(name);
  if (values === undefined) {
    values = new Map();
    attrs_seen[kind].set(name, values);
  }
  let found = values.get(key);
  if (found === undefined) {
    found = { name, kind, value };
    values.set(key, found);
  }
  return found;
}

/** Attributes of ops; the element types of inputs are inferred and need none. */
export const attr = {
  int: (name: string, value: number | readonly number[]): Attr =>
    typeof value === "number"
      ? known_attr(Kind.int, name, value, value)
      : known_attr(Kind.ints, name, value.join(), value),
  float: (name: string, value: number): Attr => known_attr(Kind.float, name, value, value),
  bool: (name: string, value: boolean): Attr => known_attr(Kind.bool, name, value, value ? 1 : 0),
  string: (name: string, value: string): Attr => known_attr(Kind.string, name, value, value),
  type: (name: string, value: DType): Attr => known_attr(Kind.type, name, value, value.code),
  shape: (name: string, value: readonly number[]): Attr => known_attr(Kind.shape, name, value.join(), value),
};

/** An op with some of its attributes given: where the next one leads, and the addon's number if none follows. */
class Prepared {
  #next: Map<Attr, Prepared> | null = null;
  #index = -1;

  constructor(
    readonly name: string,
    readonly attrs: readonly Attr[],
  ) {}

  with(attr: Attr): Prepared {
    this.#next ??= new Map();
    let next = this.#next.get(attr);
    if (next === undefined) {
      next = new Prepared(this.name, [...this.attrs, attr]);
      this.#next.set(attr, next);
    }
    return next;
  }

  get index(): number {
    if (this.#index < 0) this.#index = prepare(this);
    return this.#index;
  }
}

const ops = new Map<string, Prepared>();
const max_ops = 4096;
let prepared = 0;
let generation = 0;

/** Changes when the ops' numbers in the addon lose their meaning. */
export function op_generation(): number {
  return generation;
}

function prepare(op: Prepared): number {
  if (prepared === max_ops) {
    // Attributes that are ever new, such as lengths: begin afresh. What runs now is made known again.
    native.forget();
    generation++;
    ops.clear();
    attrs_seen.length = 0;
    prepared = 0;
  }
  prepared++;
  return native.prepare(op.name, ...op.attrs.flatMap(({ name, kind, value }) => [name, kind, value]));
}

function find(name: string, attrs: readonly Attr[]): number {
  let op = ops.get(name);
  if (op === undefined) {
    op = new Prepared(name, no_attrs);
    ops.set(name, op);
  }
  for (let i = 0; i < attrs.length; i++) op = op.with(attrs[i]);
  return op.index;
}

let scratch = native.scratch(1024);
const max_rank = 254;

/** Has room for a call's numbers: those of the inputs, then those of the outputs. */
function make_room(inputs: number, outputs: number): void {
  const needed = Math.max(inputs + 2, outputs * 16, max_rank + 3);
  if (needed > scratch.length) scratch = native.scratch(needed * 2);
}

/** A recorded shape equal to the one that stands in `scratch`, so that equal shapes need no memory; else a new one. */
function shape_at(at: number, rank: number, inputs: readonly Handle[]): readonly number[] {
  for (let i = 0; i < inputs.length && i < 3; i++) {
    const shape = inputs[i].shape;
    if (shape.length !== rank) continue;
    let dim = 0;
    while (dim < rank && shape[dim] === scratch[at + dim]) dim++;
    if (dim === rank) return shape;
  }
  const shape: number[] = [];
  for (let dim = 0; dim < rank; dim++) shape.push(scratch[at + dim]);
  return Object.freeze(shape);
}

/** Fills a handle from what the addon wrote to `scratch`. Returns where the next output stands. */
function fill(handle: Handle, at: number, inputs: readonly Handle[]): number {
  handle.slot = scratch[at];
  handle.dtype = dtype_of_code(scratch[at + 1]);
  const rank = scratch[at + 2];
  handle.shape = shape_at(at + 3, rank, inputs);
  return at + 3 + rank;
}

function begin(name: string, inputs: readonly Handle[], attrs: readonly Attr[]): number {
  const op = find(name, attrs);
  scratch[0] = op;
  scratch[1] = inputs.length;
  for (let i = 0; i < inputs.length; i++) scratch[i + 2] = inputs[i].slot;
  return op;
}

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
  make_room(inputs.length, outputs);
  const results = Array.from({ length: outputs }, () => new Handle());
  let op: number;
  try {
    op = begin(name, inputs, attrs);
    native.run(...results);
  } catch (error) {
    throw failure(name, inputs, error);
  }
  let at = 0;
  for (const result of results) at = fill(result, at, inputs);
  if (watcher !== null) watcher.ran(op, inputs, results);
  return results;
}

/** Runs a TensorFlow op with one output; see {@link execute_many}. */
export function execute(name: string, inputs: readonly Handle[], attrs: readonly Attr[] = no_attrs): Handle {
  if (inputs.length + 2 > scratch.length) make_room(inputs.length, 1);
  const result = new Handle();
  let op: number;
  try {
    op = begin(name, inputs, attrs);
    native.run(result);
  } catch (error) {
    throw failure(name, inputs, error);
  }
  fill(result, 0, inputs);
  if (watcher !== null) watcher.ran(op, inputs, [result]);
  return result;
}

/** Makes a list of ops known to the addon; `native/program.h` says how it is written. Returns its number. */
export function define_program(numbers: readonly number[]): number {
  return native.define(Int32Array.from(numbers));
}

/** Frees a list of ops that will not run again. */
export function forget_program(program: number): void {
  native.undefine(program);
}

/**
 * Runs a list of ops in one call.
 *
 * @param room How many numbers the results' types and shapes take at most.
 */
export function run_program(
  program: number,
  inputs: readonly Handle[],
  outputs: number,
  room: number,
): Handle[] {
  make_room(inputs.length, Math.max(outputs, Math.ceil(room / 16)));
  const results = Array.from({ length: outputs }, () => new Handle());
  scratch[0] = program;
  scratch[1] = inputs.length;
  for (let i = 0; i < inputs.length; i++) scratch[i + 2] = inputs[i].slot;
  native.replay(...results);
  let at = 0;
  for (const result of results) at = fill(result, at, inputs);
  return results;
}

function failure(name: string, inputs: readonly Handle[], error: unknown): RuntimeError {
  const words = error instanceof Error ? error.message : String(error);
  const given = inputs.map((input) => `${input.dtype.name}[${input.shape.join(", ")}]`).join(", ");
  return new RuntimeError(`TensorFlow's ${name}(${given}): ${words}`, { cause: error });
}

const largest = 2 ** 31 - 1;

/** Sizes, axes and indices pass as int32: one that does not fit must not wrap around. @throws RuntimeError */
function check_ints(values: readonly number[]): void {
  for (const value of values) {
    if (Number.isInteger(value) && value <= largest && value >= -largest - 1) continue;
    throw new RuntimeError(
      `a size or index is no whole number that an int32 can hold (${largest}): ${value}`,
    );
  }
}

/**
 * A new tensor with a copy of `data`.
 *
 * @param data One element per element of `shape`, in the typed array of `dtype` (bool: a Uint8Array of 0 and 1).
 */
export function from_data(shape: readonly number[], dtype: DType, data: TypedArray): Handle {
  check_ints(shape);
  if (shape.length + 2 > scratch.length) make_room(shape.length, 1);
  scratch[0] = dtype.code;
  scratch[1] = shape.length;
  for (let i = 0; i < shape.length; i++) scratch[i + 2] = shape[i];
  const handle = new Handle();
  try {
    native.create(handle, data);
  } catch (error) {
    throw failure(`create ${dtype.name}[${shape.join(", ")}]`, [], error);
  }
  handle.slot = scratch[0];
  handle.dtype = dtype;
  handle.shape = Object.freeze([...shape]);
  if (watcher !== null) watcher.made(handle);
  return handle;
}

/** A copy of a tensor's elements, in the typed array of its dtype. Waits for the device. */
export function read(handle: Handle): TypedArray {
  const data = new handle.dtype.array(handle.size);
  native.read(handle.slot, data);
  if (watcher !== null) watcher.looked();
  return data;
}

/** Frees a tensor now that the caller alone knows and will not use again; all others are the collector's. */
export function release(handle: Handle): void {
  native.release(handle.slot);
}

/** Native tensors in use and their bytes, and {@link define_program | programs}. */
export function memory_stats(): { live: number; bytes: number; programs: number } {
  return native.stats();
}

/** Whether ops run on a GPU. */
export function is_using_gpu(): boolean {
  return gpu;
}

/** Where tensors live, in PyTorch's words. */
export function device_name(): string {
  return gpu ? "cuda:0" : "cpu";
}

/** Values that are the same each time they are asked for. */
const lasting = new WeakSet<Handle>();

/** Whether a value is a constant of the library's. */
export function is_lasting(handle: Handle): boolean {
  return lasting.has(handle);
}

/** A value that is made once and always the same: no news to who records a function. */
export function lasting_value(make: () => Handle): Handle {
  const told = watcher;
  set_watcher(null);
  try {
    const handle = make();
    lasting.add(handle);
    return handle;
  } finally {
    set_watcher(told);
  }
}

const constants = new Map<string, Handle>();
const max_constants = 4096;

function remembered(key: string, make: () => Handle): Handle {
  let handle = constants.get(key);
  if (handle === undefined) {
    if (constants.size >= max_constants) constants.clear();
    handle = lasting_value(make);
    // Kept here too: whoever frees what it alone holds must let it be.
    handle.holders++;
    constants.set(key, handle);
  }
  return handle;
}

/** A small int32 vector, such as the shape or axes that an op takes as an input; made once. */
export function ints(values: readonly number[]): Handle {
  return remembered(`v${values.join()}`, () => {
    check_ints(values);
    return from_data([values.length], int32, Int32Array.from(values));
  });
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
