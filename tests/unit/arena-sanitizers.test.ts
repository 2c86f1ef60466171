/** @file The arena of the tensors' memory under AddressSanitizer, leaks included, and ThreadSanitizer. */
import { join } from "node:path";
import { describe } from "node:test";
import { sanitized } from "./sanitizers";

const program = {
  name: "arena",
  sources: [join("src", "backend", "native", "arena.cc"), join("tests", "native", "arena.cc")],
  says: /all whole/,
  environments: [{ ASAN_OPTIONS: "detect_leaks=1" }],
};

describe("the arena", () => {
  sanitized("Address", program);
  sanitized("Thread", program);
});
