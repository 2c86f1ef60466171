/** @file `npm test [-- words]`: does the set-up, then format, lint, type check and all tests; `--help` says more. */
import "./setup/require-node.mjs";

const help = `npm test [-- [options] words]      (npm run check is the same)

Does the set-up, then checks format, lint and types, then runs every test; the last line is the total over all of these.
With words, only test files whose path contains one of them run, and format and lint are left out:  npm test -- kernel

  --concurrency N   test files at a time (default: 2); files named *.alone.test.ts run one by one, last
  --timeout S       seconds that one test file may take (default: 600)
  --help            this text
`;

const { parseArgs } = await import("node:util");
const { relative } = await import("node:path");
const { listFiles } = await import("./setup/files.mjs");
const { duration } = await import("./setup/console.mjs");
const { inRoot } = await import("./setup/paths.mjs");
const { explain, setUp } = await import("./setup/steps.mjs");
const { checkFormat, checkLint } = await import("./test/checks.mjs");
const { endAll, runFile } = await import("./test/run-file.mjs");

const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

/** Prints the totals as the very last line and ends; what it gives never resolves. */
function finish() {
  if (skips.length > 0) console.log(`\nskipped:\n${skips.map((line) => `  ${line}`).join("\n")}`);
  if (failures.length > 0) console.log(`\nfailed:\n${failures.map((line) => `  ${line}`).join("\n")}`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
  const text = `\n${totals.passed} passed, ${totals.failed} failed${skipped}\n`;
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
  return new Promise(() => process.stdout.write(text, () => process.exit()));
}

function count(
  place,
  { passed = 0, failed = [], skipped = [], milliseconds = 0, output = "", leftovers = [] },
) {
  totals.passed += passed;
  totals.failed += failed.length;
  totals.skipped += skipped.length;
  const parts = [`${passed} passed`];
  if (failed.length > 0) parts.push(`${failed.length} failed`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  console.log(
    `${failed.length > 0 ? "FAILED" : "ok    "} ${place}: ${parts.join(", ")} (${duration(milliseconds)})`,
  );
  for (const { name, reason } of skipped) skips.push(`${place}: ${name}: ${reason}`);
  for (const { name, error } of failed) {
    failures.push(`${place}: ${name}`);
    console.log(`  ${name}\n${String(error).replaceAll(/^/gm, "    ")}`);
  }
  if (failed.length > 0 && output.trim()) {
    console.log(
      `  its output:\n${output.trimEnd().split("\n").slice(-60).join("\n").replaceAll(/^/gm, "    | ")}`,
    );
  }
  for (const line of leftovers) console.log(`  left running, ended now: ${line.slice(0, 150)}`);
}

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    concurrency: { type: "string", default: "2" },
    timeout: { type: "string", default: "600" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

let typeErrors;
try {
  ({ typeErrors } = await setUp({ keepTypeErrors: true }));
} catch (error) {
  explain(error);
  count("set-up", { failed: [{ name: "the set-up", error: "failed as told above" }] });
  await finish();
}

if (words.length === 0) {
  count("format", await checkFormat());
  count("lint", await checkLint());
}
count("types", typeErrors ? { failed: [{ name: "tsc", error: typeErrors }] } : { passed: 1 });

const tests = listFiles(inRoot("dist", "tests"), (path) => path.endsWith(".test.js"));
const chosen = tests.filter(
  (path) => words.length === 0 || words.some((word) => relative(inRoot("dist"), path).includes(word)),
);
if (chosen.length === 0)
  count("tests", {
    failed: [{ name: "no test file", error: `none matches ${words.join(", ") || "*.test.js"}` }],
  });

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    const running = endAll().map((file) => relative(inRoot("dist", "tests"), file));
    const error = `broken off while these ran: ${running.join(", ") || "none"}`;
    count("runner", { failed: [{ name: signal, error }] });
    finish();
  });
}
/** Runs these files, at most `limit` at a time. */
async function runAll(files, limit) {
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const place = relative(inRoot("dist", "tests"), file).replace(/\.js$/, "");
      count(place, await runFile(file, Number(values.timeout) * 1000));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
}

// What measures time or memory runs by itself, after the others.
const alone = chosen.filter((path) => path.endsWith(".alone.test.js"));
await runAll(
  chosen.filter((path) => !alone.includes(path)),
  Number(values.concurrency),
);
await runAll(alone, 1);
await finish();
