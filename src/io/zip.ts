/** @file Reads and writes uncompressed zip archives, the container of PyTorch's `.pt` files. */

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const END_SIZE = 22;

const crc_table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The CRC-32 that zip archives carry. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crc_table[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}

function fail(what: string): never {
  throw new Error(`zip: ${what}`);
}

/** Whether the bytes start as a zip archive does. */
export function is_zip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The entries of an archive by name, as views of its bytes.
 * @throws Error on a damaged archive, or an entry that is compressed or encrypted
 */
export function read_zip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Uint8Array>();
  try {
    const { count, offset } = find_directory(view);
    let at = offset;
    for (let i = 0; i < count; i++) at = read_entry(bytes, view, at, entries);
  } catch (error) {
    if (error instanceof RangeError) fail("the archive ends too early");
    throw error;
  }
  return entries;
}

function uint64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function find_directory(view: DataView): { count: number; offset: number } {
  const last = Math.max(0, view.byteLength - END_SIZE - 0xffff);
  for (let at = view.byteLength - END_SIZE; at >= last; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const locator = at - 20;
    if (locator >= 0 && view.getUint32(locator, true) === END64_LOCATOR) {
      const end64 = uint64(view, locator + 8);
      if (view.getUint32(end64, true) !== END64) fail("the 64-bit directory is missing");
      return { count: uint64(view, end64 + 32), offset: uint64(view, end64 + 48) };
    }
    return { count: view.getUint16(at + 10, true), offset: view.getUint32(at + 16, true) };
  }
  fail("no directory at the end: this is no zip archive, or it is cut off");
}

function read_entry(bytes: Uint8Array, view: DataView, at: number, entries: Map<string, Uint8Array>): number {
  if (view.getUint32(at, true) !== CENTRAL) fail("the directory is damaged");
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const name_length = view.getUint16(at + 28, true);
  const extra_length = view.getUint16(at + 30, true);
  const end = at + 46 + name_length + extra_length + view.getUint16(at + 32, true);
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name_length));
  let stored = view.getUint32(at + 20, true);
  let size = view.getUint32(at + 24, true);
  let header = view.getUint32(at + 42, true);
  const extra_end = at + 46 + name_length + extra_length;
  for (let extra = at + 46 + name_length; extra + 4 <= extra_end; ) {
    if (view.getUint16(extra, true) === 1) {
      let field = extra + 4;
      const next = (value: number): number => {
        if (value !== 0xffffffff) return value;
        field += 8;
        return uint64(view, field - 8);
      };
      [size, stored, header] = [next(size), next(stored), next(header)];
    }
    extra += 4 + view.getUint16(extra + 2, true);
  }
  if (flags & 1) fail(`entry "${name}" is encrypted`);
  if (method !== 0 || stored !== size) fail(`entry "${name}" is compressed, which .pt files never are`);
  if (view.getUint32(header, true) !== LOCAL) fail(`entry "${name}" has no header`);
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + size > bytes.length) fail(`entry "${name}" lies outside the archive`);
  const data = bytes.subarray(start, start + size);
  if (crc32(data) !== crc) fail(`entry "${name}" is damaged (its checksum does not match)`);
  entries.set(name, data);
  return end;
}

/** Bytes of data start at multiples of this in the file, so that they can be mapped into memory. */
const ALIGNMENT = 64;
/** Marks the filler in front of aligned data, as PyTorch's writer does. */
const FILLER_ID = 0x4246;
const MAX_SIZE = 0xffffffff;

/**
 * Writes an archive of uncompressed entries, each one's data aligned to 64 bytes.
 * @throws Error above 4 GiB, where the format would need its 64-bit form
 */
export function write_zip(entries: Iterable<[string, Uint8Array]>): Uint8Array {
  const records = [...entries].map(([name, data]) => ({ name: new TextEncoder().encode(name), data }));
  let offset = 0;
  const placed = records.map(({ name, data }) => {
    const bare = offset + 30 + name.length + 4;
    const filler = 4 + ((ALIGNMENT - (bare % ALIGNMENT)) % ALIGNMENT);
    const entry = { name, data, offset, filler, crc: crc32(data) };
    offset += 30 + name.length + filler + data.length;
    return entry;
  });
  const directory = placed.reduce((size, { name }) => size + 46 + name.length, 0);
  const total = offset + directory + END_SIZE;
  if (total > MAX_SIZE) fail(`an archive of ${total} bytes is larger than 4 GiB`);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = offset;
  for (const entry of placed) {
    const { name, data, filler } = entry;
    const local = entry.offset;
    view.setUint32(local, LOCAL, true);
    write_common(view, local + 4, entry);
    view.setUint16(local + 28, filler, true);
    bytes.set(name, local + 30);
    view.setUint16(local + 30 + name.length, FILLER_ID, true);
    view.setUint16(local + 32 + name.length, filler - 4, true);
    bytes.set(data, local + 30 + name.length + filler);
    view.setUint32(at, CENTRAL, true);
    view.setUint16(at + 4, 20, true);
    write_common(view, at + 6, entry);
    view.setUint32(at + 42, local, true);
    bytes.set(name, at + 46);
    at += 46 + name.length;
  }
  view.setUint32(at, END, true);
  view.setUint16(at + 8, placed.length, true);
  view.setUint16(at + 10, placed.length, true);
  view.setUint32(at + 12, directory, true);
  view.setUint32(at + 16, offset, true);
  return bytes;
}

/** The fields that an entry's own header and the directory share. */
function write_common(
  view: DataView,
  at: number,
  { name, data, crc }: { name: Uint8Array; data: Uint8Array; crc: number },
): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true);
  // 1980-01-01: the same tensors give the same bytes.
  view.setUint16(at + 8, 0x21, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, data.length, true);
  view.setUint32(at + 18, data.length, true);
  view.setUint16(at + 22, name.length, true);
}
