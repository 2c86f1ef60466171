/** @file The recurrent kernels under AddressSanitizer and ThreadSanitizer, compiled without TensorFlow, against plain loops in double. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { build, missing, run } from "./sanitizers";

const sources = [
  ...["avx512", "avx2", "base", "run"].map((name) =>
    join("src", "backend", "native", `recurrent-${name}.cc`),
  ),
  join("tests", "native", "recurrent.cc"),
];

describe("native recurrent kernels", () => {
  for (const [name, flag, instructions] of [
    ["AddressSanitizer", "-fsanitize=address", ["", "avx2", "base"]],
    ["ThreadSanitizer", "-fsanitize=thread", [""]],
  ] as const) {
    it(`are clean under ${name}`, async (context) => {
      const reason = await missing(flag);
      if (reason !== null) return context.skip(reason);
      const program = await build("recurrent", sources, flag);
      for (const most of instructions) {
        const { ok, text } = await run(program, [], {
          TORCHBOOK_INSTRUCTIONS: most,
          ASAN_OPTIONS: "detect_leaks=0",
        });
        assert.ok(ok, text);
        assert.match(text, /worst relative difference/);
        context.diagnostic(text);
      }
    });
  }
});
