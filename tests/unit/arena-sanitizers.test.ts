/** @file The arena of the tensors' memory under AddressSanitizer and ThreadSanitizer. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { build, missing, run } from "./sanitizers";

const sources = [join("src", "backend", "native", "arena.cc"), join("tests", "native", "arena.cc")];

describe("the arena", () => {
  for (const [name, flag] of [
    ["AddressSanitizer", "-fsanitize=address"],
    ["ThreadSanitizer", "-fsanitize=thread"],
  ] as const) {
    it(`is clean under ${name}`, async (context) => {
      const reason = await missing(flag);
      if (reason !== null) return context.skip(reason);
      const program = await build("arena", sources, flag);
      const { ok, text } = await run(program, []);
      assert.ok(ok, text);
      assert.match(text, /all whole/);
    });
  }
});
