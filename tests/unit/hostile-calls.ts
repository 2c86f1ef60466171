/** @file Calls the addon's own functions with what they are not made for: each has to throw an Error, and nothing else may happen. */
import "./other-addon";
import assert from "node:assert/strict";
import { join } from "node:path";
import torch from "../../src/index";

type Loose = Record<string, (...args: unknown[]) => unknown>;

torch.zeros(1);
// What the library has loaded.
const native = require(join(__dirname, "../../../build/native/torchbook.node")) as Loose;
let refused = 0;

function refuses(name: string, ...args: unknown[]): void {
  assert.throws(
    () => native[name](...args),
    Error,
    `${name} with ${args.length} arguments, the last one ${typeof args.at(-1)}`,
  );
  refused++;
}

/** A scratch array that starts with these numbers. */
function scratch(...numbers: number[]): Int32Array {
  const array = native.scratch(1024) as Int32Array;
  array.set(numbers);
  return array;
}

const odd = [undefined, null, true, -1, 0.5, Number.NaN, 2 ** 40, 1n, "x", {}, [], () => 0, Symbol.iterator];
const float32 = 1;
const handle = (): object => ({});

// Wrong kinds and numbers of arguments.
for (const name of ["scratch", "create", "read", "define", "undefine", "prepare", "open"]) {
  refuses(name);
  if (name !== "prepare") for (const value of odd) refuses(name, value);
}
refuses("open", undefined, false);
refuses("release");
for (const value of [undefined, null, "x", {}, 1n]) refuses("release", value);
for (const length of [0, 63, -5, 2 ** 31 - 1]) refuses("scratch", length);
for (const attr of [["a"], ["a", 0], ["a", 9, 1], ["a", -1, 1], ["a", 0, "x"], ["a", 0, Number.NaN]]) {
  refuses("prepare", "Identity", ...attr);
}
refuses("prepare", "Identity", "a", 5, { length: 3 });

// Numbers in `scratch` that fit nothing.
const data = new Float32Array(6);
for (const numbers of [
  [float32, -1, 2, 3],
  [float32, 2 ** 30, 2, 3],
  [float32, 2, -2, -3],
  [float32, 2, 2, 4],
  [float32, 3, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1],
  [float32, 300, ...Array<number>(300).fill(1)],
  [-1, 2, 2, 3],
  [0, 2, 2, 3],
  [1000, 2, 2, 3],
  // Elements that are no plain numbers: string, resource, variant.
  ...[7, 20, 21].map((code) => [code, 2, 2, 3]),
]) {
  scratch(...numbers);
  refuses("create", handle(), data);
}
scratch(float32, 2, 2, 3);
for (const value of [undefined, 5, "x"]) refuses("create", value, data);
for (const value of [...odd, new DataView(new ArrayBuffer(24)), new ArrayBuffer(24)])
  refuses("create", handle(), value);
const moved = new Float32Array(6);
structuredClone(moved.buffer, { transfer: [moved.buffer] });
refuses("create", handle(), moved);

// A tensor that is there, and readings that do not fit it.
const numbers = scratch(float32, 2, 2, 3);
const held = handle();
native.create(held, Float32Array.of(1, 2, 3, 4, 5, 6));
const slot = numbers[0];
const into = new Float32Array(6);
native.read(slot, into);
assert.deepEqual([...into], [1, 2, 3, 4, 5, 6]);
for (const target of [
  new Float32Array(5),
  new Float32Array(7),
  new Float64Array(6),
  new Float32Array(8).subarray(2),
]) {
  refuses("read", slot, target);
}
refuses("read", slot, moved);
for (const other of [-1, slot + 1_000_000, 2 ** 31 - 1]) refuses("read", other, into);
scratch(float32, 2, 2, 3);
refuses("create", held, data);

// Ops: none of that number, inputs that are not there, too many or too few outputs, the same handle twice.
const identity = native.prepare("Identity") as number;
const many = native.prepare("Split", "num_split", 0, 3) as number;
for (const [call, ...outputs] of [
  [[-1, 1, slot], handle()],
  [[2 ** 30, 1, slot], handle()],
  [[identity, -1], handle()],
  [[identity, 2 ** 30], handle()],
  [[identity, 1, -1], handle()],
  [[identity, 1, 2 ** 30], handle()],
  [[identity, 0], handle()],
  [[identity, 2, slot, slot], handle()],
  [[identity, 1, slot]],
  [[identity, 1, slot], handle(), handle()],
  [[identity, 1, slot], 5],
  [[identity, 1, slot], held],
  [[many, 1, slot], handle(), handle(), handle()],
  [[native.prepare("NoSuchOp") as number, 1, slot], handle()],
  [[native.prepare("Identity", "T", 4, 3) as number, 1, slot], handle()],
  [[native.prepare("Placeholder", "dtype", 4, 1, "shape", 5, [-7]) as number, 0], handle()],
] as [number[], ...unknown[]][]) {
  scratch(...call);
  refuses("run", ...outputs);
}

// Programs that are none, or that want more than there is.
for (const program of [
  [],
  [-1],
  [1],
  [2 ** 31 - 1, 0, 0],
  [0, 2 ** 31 - 1],
  [1, 1, identity, 1, 1, 1, 0],
  [1, 1, identity, 2 ** 31 - 1, 0],
  [1, 1, identity, 1, 0, 2 ** 31 - 1, 0],
  [1, 1, identity, 1, 0, 1, 1, 0],
  [1, 1, identity, 1, 0, 1, 1, 2],
  [1, 1, identity, 1, 0, 1, 2, 1, 1],
  [1, 1, identity, 1, 0, 1, 1, 1, 7],
]) {
  refuses("define", Int32Array.from(program));
}
refuses("define", new Float32Array(3));
const twice = native.define(Int32Array.of(1, 2, identity, 1, 0, 1, identity, 1, 1, 1, 1, 2)) as number;
const absent = native.define(Int32Array.of(1, 2, identity, 1, 0, 1, 2 ** 30, 1, 1, 1, 1, 2)) as number;
for (const [call, ...outputs] of [
  [[-1, 1, slot], handle()],
  [[2 ** 30, 1, slot], handle()],
  [[twice, 0], handle()],
  [[twice, 1, slot + 1_000_000], handle()],
  [[twice, 1, slot]],
  [[twice, 1, slot], handle(), handle()],
  [[twice, 1, slot], "x"],
  [[absent, 1, slot], handle()],
] as [number[], ...unknown[]][]) {
  scratch(...call);
  refuses("replay", ...outputs);
}
const answer = scratch(twice, 1, slot);
const result = handle();
native.replay(result);
native.read(answer[0], into);
assert.deepEqual([...into], [1, 2, 3, 4, 5, 6]);

native.undefine(absent);
refuses("undefine", absent);
scratch(absent, 1, slot);
refuses("replay", handle());
for (const number of [-1, 2 ** 30, -(2 ** 31)]) refuses("undefine", number);
assert.equal(native.define(Int32Array.of(1, 1, identity, 1, 0, 1, 1, 1)), absent);

// A scratch array whose memory went elsewhere: what stands there is whatever stood there.
const lost = scratch(identity, 1, slot).buffer as ArrayBuffer;
structuredClone(lost, { transfer: [lost] });
const late = handle();
try {
  native.run(late);
} catch {
  refused++;
}
native.release(slot);
scratch(identity, 1, slot);
refuses("run", handle());
refuses("read", slot, into);

assert.ok((native.stats() as { live: number }).live > 0);
console.log(`${refused} calls refused`);
