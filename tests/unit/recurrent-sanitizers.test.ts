/** @file The recurrent kernels under AddressSanitizer and ThreadSanitizer, compiled without TensorFlow, against plain loops in double. */
import { join } from "node:path";
import { describe } from "node:test";
import { sanitized } from "./sanitizers";

const program = {
  name: "recurrent",
  sources: [
    ...["avx512", "avx2", "base", "run"].map((name) =>
      join("src", "backend", "native", `recurrent-${name}.cc`),
    ),
    join("tests", "native", "recurrent.cc"),
  ],
  says: /worst relative difference/,
};
const instructions = (names: readonly string[]) => names.map((name) => ({ TORCHBOOK_INSTRUCTIONS: name }));

describe("native recurrent kernels", () => {
  sanitized("Address", { ...program, environments: instructions(["", "avx2", "base"]) });
  sanitized("Thread", { ...program, environments: instructions([""]) });
});
