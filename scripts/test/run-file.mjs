/** @file Runs one compiled test file in a process of its own and gives what its tests did. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inRoot } from "../setup/paths.mjs";
import { endLeftovers, markVariable } from "./leftovers.mjs";

const reporter = pathToFileURL(inRoot("scripts", "test", "reporter.mjs")).href;
const running = new Set();

/** Ends all test files at once, and gives which they were: used when the runner is interrupted. */
export function endAll() {
  return [...running].map(({ child, mark, file }) => {
    endLeftovers(child.pid, mark);
    return file;
  });
}

/**
 * Runs `file` for at most `timeout` milliseconds.
 * @returns `{ passed, failed: [{ name, error }], skipped: [{ name, reason }], output, milliseconds, leftovers }`
 */
export async function runFile(file, timeout) {
  const begun = performance.now();
  const temporary = mkdtempSync(join(tmpdir(), "torchbook-test-"));
  const report = join(temporary, "report.jsonl");
  const mark = randomBytes(8).toString("hex");
  const args = [
    "--enable-source-maps",
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${report}`,
    file,
  ];
  // Into a file: a pipe would be shared with what the test starts, and could be kept open or lose lines through it.
  const log = openSync(join(temporary, "output.txt"), "w+");
  const child = spawn(process.execPath, args, {
    cwd: inRoot(),
    // A group of its own, and no sign that a test runner is above it: node:test would report to that one.
    detached: true,
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? "2",
      [markVariable]: mark,
    },
    stdio: ["ignore", log, log],
  });
  const entry = { child, mark, file };
  running.add(entry);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endLeftovers(child.pid, mark);
  }, timeout);
  const ended = await new Promise((resolve) => {
    child.on("exit", (code, signal) => resolve(signal ?? code));
    child.on("error", (error) => resolve(error.message));
  });
  clearTimeout(timer);
  const leftovers = endLeftovers(child.pid, mark);
  running.delete(entry);
  const result = summarize(readEvents(report), ended, timedOut ? timeout : 0);
  closeSync(log);
  const output = readFileSync(join(temporary, "output.txt"), "utf8").slice(-200_000);
  rmSync(temporary, { recursive: true, force: true });
  return { ...result, output, leftovers, milliseconds: performance.now() - begun };
}

function readEvents(report) {
  let text;
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return [];
  }
  // A killed process may leave half a line.
  return text
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line));
}

function summarize(events, ended, timeout) {
  let passed = 0;
  const failed = [];
  const skipped = [];
  for (const event of events) {
    if (event.skip !== undefined && event.skip !== false) {
      skipped.push({
        name: event.name,
        reason: typeof event.skip === "string" && event.skip ? event.skip : "no reason given",
      });
    } else if (event.todo !== undefined && event.todo !== false) {
      skipped.push({ name: event.name, reason: `to do: ${event.todo === true ? event.name : event.todo}` });
    } else if (event.passed) {
      if (!event.suite) passed++;
    } else if (event.failureType !== "subtestsFailed") {
      failed.push({ name: event.name, error: event.error });
    }
  }
  if (timeout) failed.push({ name: "(the whole file)", error: `did not end within ${timeout / 1000} s` });
  else if (ended !== 0 && failed.length === 0) {
    failed.push({ name: "(the whole file)", error: `its process ended with ${ended}, and no test says why` });
  } else if (passed + failed.length + skipped.length === 0) {
    failed.push({ name: "(the whole file)", error: "holds no test" });
  }
  return { passed, failed, skipped };
}
