/** @file Reads and writes the safetensors format, over plain typed arrays. */

/** Element storage of a stored tensor; bools are bytes of 0 and 1. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** One stored tensor, in row-major order. */
export interface TensorRecord {
  /** PyTorch's dtype name without `torch.`: "float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool". */
  dtype: string;
  shape: number[];
  data: TensorData;
}

/** What a safetensors file holds: its tensors in file order, and the free text beside them. */
export interface SafetensorsFile {
  tensors: Map<string, TensorRecord>;
  metadata: Record<string, string>;
}

type ArrayMaker = (buffer: ArrayBuffer, offset: number, length: number) => TensorData;

interface Format {
  dtype: string;
  bytes: number;
  make: ArrayMaker;
}

/** The reference implementation's own limit on the header. */
const MAX_HEADER = 100_000_000;

const FORMATS: Record<string, Format> = {
  F64: { dtype: "float64", bytes: 8, make: (b, o, n) => new Float64Array(b, o, n) },
  F32: { dtype: "float32", bytes: 4, make: (b, o, n) => new Float32Array(b, o, n) },
  I64: { dtype: "int64", bytes: 8, make: (b, o, n) => new BigInt64Array(b, o, n) },
  I32: { dtype: "int32", bytes: 4, make: (b, o, n) => new Int32Array(b, o, n) },
  I16: { dtype: "int16", bytes: 2, make: (b, o, n) => new Int16Array(b, o, n) },
  I8: { dtype: "int8", bytes: 1, make: (b, o, n) => new Int8Array(b, o, n) },
  U8: { dtype: "uint8", bytes: 1, make: (b, o, n) => new Uint8Array(b, o, n) },
  BOOL: { dtype: "bool", bytes: 1, make: (b, o, n) => new Uint8Array(b, o, n) },
  // Halves have no typed array: they come as the float32 values they stand for.
  F16: { dtype: "float32", bytes: 2, make: (b, o, n) => widen(b, o, n, half_to_float) },
  BF16: { dtype: "float32", bytes: 2, make: (b, o, n) => widen(b, o, n, bfloat_to_float) },
};

const NAMES = new Map(
  Object.entries(FORMATS)
    .filter(([name]) => name !== "F16" && name !== "BF16")
    .map(([name, format]) => [format.dtype, name]),
);

function widen(
  buffer: ArrayBuffer,
  offset: number,
  length: number,
  convert: (bits: number) => number,
): Float32Array {
  return Float32Array.from(new Uint16Array(buffer, offset, length), convert);
}

/** The value of an IEEE half's 16 bits. */
export function half_to_float(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bfloat_view = new DataView(new ArrayBuffer(4));

/** The value of a bfloat16's 16 bits: the upper half of a float32. */
export function bfloat_to_float(bits: number): number {
  bfloat_view.setUint32(0, bits << 16);
  return bfloat_view.getFloat32(0);
}

function fail(what: string): never {
  throw new Error(`safetensors: ${what}`);
}

/**
 * Reads a whole file. The tensors are copies: they do not hold the file's bytes alive.
 * @throws Error that says what is wrong when the bytes are not a well-formed safetensors file
 */
export function parse_safetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, start } = read_header(bytes);
  const tensors = new Map<string, TensorRecord>();
  let metadata: Record<string, string> = {};
  const spans: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = read_metadata(entry);
      continue;
    }
    const { format, shape, count, begin, end } = read_entry(name, entry, bytes.length - start);
    // Not slice(): on a Node Buffer that is a view of the whole file.
    const storage = new Uint8Array(bytes.subarray(start + begin, start + end)).buffer;
    tensors.set(name, { dtype: format.dtype, shape, data: format.make(storage, 0, count) });
    spans.push({ name, begin, end });
  }
  check_spans(spans, bytes.length - start);
  return { tensors, metadata };
}

function read_header(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) fail(`the file is too short (${bytes.length} bytes) to hold a header`);
  const size = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (size > BigInt(MAX_HEADER)) fail(`the header claims ${size} bytes, more than ${MAX_HEADER}`);
  const start = 8 + Number(size);
  if (start > bytes.length) fail(`the header claims ${size} bytes, but only ${bytes.length - 8} follow`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (error) {
    fail(`the header is not valid JSON (${(error as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    fail("the header is not a JSON object");
  }
  return { header: header as Record<string, unknown>, start };
}

function read_metadata(entry: unknown): Record<string, string> {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    fail("__metadata__ is not a JSON object");
  }
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") fail(`__metadata__ ${JSON.stringify(key)} is not a string`);
  }
  return { ...entry } as Record<string, string>;
}

function is_size(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function read_entry(
  name: string,
  entry: unknown,
  available: number,
): { format: Format; shape: number[]; count: number; begin: number; end: number } {
  const label = `tensor ${JSON.stringify(name)}`;
  if (typeof entry !== "object" || entry === null) fail(`${label} is not described by a JSON object`);
  const { dtype, shape, data_offsets } = entry as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(FORMATS, dtype)) {
    fail(`${label} has the unsupported dtype ${JSON.stringify(dtype)}`);
  }
  const format = FORMATS[dtype];
  if (!Array.isArray(shape) || !shape.every(is_size))
    fail(`${label} has the invalid shape ${JSON.stringify(shape)}`);
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(is_size)) {
    fail(`${label} has the invalid data_offsets ${JSON.stringify(data_offsets)}`);
  }
  const [begin, end] = data_offsets as number[];
  if (begin > end || end > available) {
    fail(`${label} lies at bytes ${begin} to ${end}, outside the file's ${available} bytes of data`);
  }
  const count = (shape as number[]).reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count) || count * format.bytes !== end - begin) {
    fail(`${label} of shape [${shape.join(", ")}] and dtype ${dtype} does not fit its ${end - begin} bytes`);
  }
  return { format, shape: [...shape] as number[], count, begin, end };
}

/** The tensors must tile the data: no overlap, no hole, nothing after the last. */
function check_spans(spans: { name: string; begin: number; end: number }[], available: number): void {
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of spans) {
    if (begin !== reached) {
      fail(
        begin < reached
          ? `tensor ${JSON.stringify(name)} overlaps another one at byte ${begin}`
          : `bytes ${reached} to ${begin} belong to no tensor`,
      );
    }
    reached = end;
  }
  if (reached !== available) fail(`bytes ${reached} to ${available} belong to no tensor`);
}

/**
 * Writes the tensors, named in the order given; the header is padded so that the data start 8-byte aligned.
 * @throws Error on an unknown dtype, or data whose length or type is not the shape's and dtype's
 */
export function serialize_safetensors(
  tensors: Iterable<[string, TensorRecord]>,
  metadata: Record<string, string> = { format: "pt" },
): Uint8Array {
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  const records = [...tensors];
  // Wide elements first, as the reference writer does: then every tensor is aligned to its element.
  const order = records.map(([name, record]) => ({
    name,
    record,
    format: format_of(name, record),
    begin: 0,
  }));
  const placed = [...order].sort((a, b) => b.format.bytes - a.format.bytes);
  let offset = 0;
  for (const item of placed) {
    item.begin = offset;
    offset += item.record.data.byteLength;
  }
  for (const { name, record, begin } of order) {
    if (name === "__metadata__") fail('"__metadata__" cannot be a tensor\'s name');
    if (Object.hasOwn(header, name)) fail(`two tensors are named ${JSON.stringify(name)}`);
    const data_offsets = [begin, begin + record.data.byteLength];
    header[name] = { dtype: NAMES.get(record.dtype), shape: record.shape, data_offsets };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + padded);
  let at = 8 + padded;
  for (const { record } of placed) {
    const { buffer, byteOffset, byteLength } = record.data;
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function format_of(name: string, record: TensorRecord): Format {
  const label = `tensor ${JSON.stringify(name)}`;
  const stored = NAMES.get(record.dtype);
  if (stored === undefined) fail(`${label} has the unsupported dtype ${JSON.stringify(record.dtype)}`);
  const format = FORMATS[stored];
  const count = record.shape.reduce((product, size) => product * size, 1);
  if (record.data.length !== count || record.data.BYTES_PER_ELEMENT !== format.bytes) {
    fail(
      `${label} of shape [${record.shape.join(", ")}] and dtype ${record.dtype} does not fit its data of ` +
        `${record.data.length} ${record.data.constructor.name} elements`,
    );
  }
  return format;
}
