/** @file The paths under which clients know cells: made from a cell's source alone, so that a client can make them too. */
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

const HASH_SEED = 0xc70f6907;
/** Nothing is written there; a kernel that is started anew has other paths, so that clients tell it all again. */
const PREFIX = join(tmpdir(), `torchbook_${process.pid}`) + sep;
const SUFFIX = ".ts";

/** How a client makes a path, as `debugInfo` tells it. */
export const PATH_RULE = {
  hashMethod: "Murmur2",
  hashSeed: HASH_SEED,
  tmpFilePrefix: PREFIX,
  tmpFileSuffix: SUFFIX,
} as const;

/** The path of a cell. */
export function cellPath(source: string): string {
  return `${PREFIX}${murmur2(Buffer.from(source, "utf8"), HASH_SEED)}${SUFFIX}`;
}

/** Austin Appleby's MurmurHash2 in 32 bits. */
function murmur2(bytes: Uint8Array, seed: number): number {
  const factor = 0x5bd1e995;
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = seed ^ length;
  let at = 0;
  for (; length - at >= 4; at += 4) {
    let word = Math.imul(view.getUint32(at, true), factor);
    word = Math.imul(word ^ (word >>> 24), factor);
    hash = Math.imul(hash, factor) ^ word;
  }
  if (at < length) {
    for (let left = length - 1; left >= at; left--) hash ^= bytes[left] << (8 * (left - at));
    hash = Math.imul(hash, factor);
  }
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return (hash ^ (hash >>> 15)) >>> 0;
}
