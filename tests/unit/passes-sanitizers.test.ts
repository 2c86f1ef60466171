/** @file The optimizers' passes, placing of rows and drawn masks under AddressSanitizer, ThreadSanitizer and UndefinedBehaviorSanitizer. */
import { join } from "node:path";
import { describe } from "node:test";
import { sanitized } from "./sanitizers";

const program = { name: "passes", sources: [join("tests", "native", "passes.cc")], says: /worst difference/ };

describe("native passes over memory", () => {
  sanitized("Address", program);
  sanitized("Thread", program);
  sanitized("UndefinedBehavior", program);
});
