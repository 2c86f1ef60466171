/** @file Memory: a long synchronous training loop keeps the process's resident memory flat. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { test } from "node:test";

const STEPS = 10_000;
const WARM_UP = 500;
/** MiB. */
const MOST_GROWTH = 100;

test("10,000 training steps without dispose, tidy or await grow resident memory by under 100 MiB", () => {
  const output = execFileSync(
    process.execPath,
    [path.join(__dirname, "memory-loop.js"), `${STEPS}`, `${WARM_UP}`],
    {
      encoding: "utf8",
      timeout: 500_000,
    },
  );
  const { start, end, most, loss } = JSON.parse(output.trim().split("\n").at(-1) as string);
  assert.ok(start > 0 && Number.isFinite(loss) && loss < 0.1, output);
  assert.ok(end - start < MOST_GROWTH, `from ${start} to ${end} MiB`);
  assert.ok(most - start < MOST_GROWTH, `from ${start} to ${most} MiB at most`);
});
