/** @file The CRF's native passes under AddressSanitizer and UndefinedBehaviorSanitizer, against the sum over all tag sequences. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { build, missing, run } from "./sanitizers";

describe("native CRF passes", () => {
  for (const [name, flag] of [
    ["AddressSanitizer", "-fsanitize=address"],
    ["UndefinedBehaviorSanitizer", "-fsanitize=undefined"],
  ] as const) {
    it(`are clean under ${name}`, async (context) => {
      const reason = await missing(flag);
      if (reason !== null) return context.skip(reason);
      const program = await build("crf", [join("tests", "native", "crf.cc")], flag);
      const { ok, text } = await run(program, [], {
        ASAN_OPTIONS: "detect_leaks=0",
        UBSAN_OPTIONS: "halt_on_error=1",
      });
      assert.ok(ok, text);
      assert.match(text, /worst difference/);
      context.diagnostic(text);
    });
  }
});
