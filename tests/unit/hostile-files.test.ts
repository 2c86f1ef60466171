/** @file Damaged and hostile files: an error or a value, never a crash, a hang or anything run. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import torch, { nn } from "../../src/index";
import { parse_pt } from "../../src/io/pt";
import { parse_safetensors } from "../../src/io/safetensors";
import { write_zip } from "../../src/io/zip";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "torchbook-hostile-"));
after(() => fs.rmSync(folder, { recursive: true }));

/** Numbers that look random and are the same every time (a linear congruence, Numerical Recipes). */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** One of several kinds of damage. */
function damaged(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (): number => Math.floor(next() * bytes.length);
  const copy = Uint8Array.from(bytes);
  switch (Math.floor(next() * 6)) {
    case 0: {
      for (let i = Math.ceil(next() * 4); i > 0; i--) copy[at()] = Math.floor(next() * 256);
      return copy;
    }
    case 1:
      return copy.subarray(0, at());
    case 2: {
      copy[at()] ^= 1 << Math.floor(next() * 8);
      return copy;
    }
    case 3: {
      // A number blown up: lengths, offsets, counts.
      copy.fill(0xff, at(), at() + 4);
      return copy;
    }
    case 4: {
      const [from, to] = [at(), at()].sort((a, b) => a - b);
      return Uint8Array.from([...copy.subarray(0, from), ...copy.subarray(to)]);
    }
    default: {
      const [from, to] = [at(), at()].sort((a, b) => a - b);
      return Uint8Array.from([...copy.subarray(0, to), ...copy.subarray(from)]);
    }
  }
}

test("1,000 damaged files give an error or a value", () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4));
  const files = ["state.pt", "state.safetensors", "mixed.pt", "mixed.safetensors"].map((name) =>
    path.join(folder, name),
  );
  for (const file of files) {
    const state = model.state_dict();
    torch.save(file.includes("mixed") ? { state, epoch: 3, list: [1.5, null, "x", true] } : state, file);
  }
  const originals = files.map((file) => new Uint8Array(fs.readFileSync(file)));
  const random = numbers(20260101);
  const next = (): number => random.next().value as number;
  let errors = 0;
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 1000; i++) {
    const which = i % files.length;
    const target = path.join(folder, `damaged${path.extname(files[which])}`);
    fs.writeFileSync(target, damaged(originals[which], next));
    try {
      torch.load(target);
    } catch (error) {
      errors++;
      assert.ok(error instanceof Error && error.message.length > 10, `file ${i}: ${String(error)}`);
      assert.doesNotMatch(
        error.message,
        /is not a function|cannot read|is not iterable|Maximum call stack|invalid typed array|TensorFlow's \w+\(/i,
      );
    }
  }
  assert.ok(errors > 500, `only ${errors} of 1,000 were refused`);
  assert.ok(process.memoryUsage().rss - before < 512e6, "damaged files take up memory");
});

test("a pickle that asks for a function is refused, whatever its name", () => {
  for (const name of [
    "os system",
    "posix system",
    "builtins eval",
    "builtins exec",
    "builtins getattr",
    "torch.nn.modules.linear Linear",
    "torch load",
    "constructor constructor",
    "__proto__ __proto__",
  ]) {
    const [module, attribute] = name.split(" ");
    const pickle = `cMODULE\nNAME\n(X\x04\x00\x00\x00truetR.`
      .replace("MODULE", module)
      .replace("NAME", attribute);
    const archive = write_zip([["archive/data.pkl", Uint8Array.from(Buffer.from(pickle, "latin1"))]]);
    assert.throws(() => parse_pt(archive), /not allowed|pickle/, name);
  }
});

test("files that promise more than they have are refused before memory is taken", () => {
  const header = JSON.stringify({
    x: { dtype: "F32", shape: [2 ** 31, 2 ** 20], data_offsets: [0, 2 ** 53] },
  });
  const bytes = Buffer.alloc(8 + header.length);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  assert.throws(() => parse_safetensors(bytes), Error);
  const huge = Buffer.alloc(8);
  huge.writeBigUInt64LE(2n ** 63n);
  assert.throws(() => parse_safetensors(huge), Error);
  assert.throws(() => parse_safetensors(new Uint8Array(0)), Error);
  assert.throws(() => parse_pt(new Uint8Array(0)), Error);
});

test("tied weights share one storage in a .pt file", () => {
  const linear = new nn.Linear(40, 50);
  const once = path.join(folder, "once.pt");
  const twice = path.join(folder, "twice.pt");
  torch.save({ a: linear.weight }, once);
  torch.save({ a: linear.weight, b: linear.weight.detach() }, twice);
  assert.ok(fs.statSync(twice).size < fs.statSync(once).size + 2000);
  const { a, b } = torch.load(twice);
  assert.ok(torch.equal(a, linear.weight) && torch.equal(b, linear.weight));
  const other = path.join(folder, "other.pt");
  torch.save({ a: linear.weight, b: linear.weight.detach().clone() }, other);
  assert.ok(fs.statSync(other).size > fs.statSync(once).size + 2000, "copies are apart");
});
