/** @file A node:test reporter for the runner: one JSON line per finished test. */
import { inspect } from "node:util";

export default async function* reporter(source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const error = data.details?.error;
    yield `${JSON.stringify({
      passed: type === "test:pass",
      name: data.name,
      nesting: data.nesting,
      suite: data.details?.type === "suite",
      skip: data.skip,
      todo: data.todo,
      line: data.line,
      milliseconds: data.details?.duration_ms ?? 0,
      failureType: error?.failureType,
      error: error ? inspect(error.cause ?? error, { depth: 4 }) : undefined,
    })}\n`;
  }
}
