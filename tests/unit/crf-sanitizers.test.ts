/** @file The CRF's native passes under AddressSanitizer and UndefinedBehaviorSanitizer, against the sum over all tag sequences. */
import { join } from "node:path";
import { describe } from "node:test";
import { sanitized } from "./sanitizers";

const program = { name: "crf", sources: [join("tests", "native", "crf.cc")], says: /worst difference/ };

describe("native CRF passes", () => {
  sanitized("Address", program);
  sanitized("UndefinedBehavior", program);
});
