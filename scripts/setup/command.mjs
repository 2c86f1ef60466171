/** @file Runs one command of a step: its output is shown or kept, and quoted when it fails. */
import { spawn, spawnSync } from "node:child_process";
import { interactive, SetupError } from "./console.mjs";
import { noteGroup } from "./lock.mjs";
import { root } from "./paths.mjs";

const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command as one could type it into a shell. */
export const commandLine = (program, args) => [program, ...args].map(quote).join(" ");

/**
 * Runs a command to its end and gives its standard output.
 * @param options.show  let a person at a terminal see its progress (it is not quoted on failure then)
 * @param options.advice  what to try when it fails
 * @throws SetupError with the command and the last lines of its output
 */
export function run(program, args, { cwd = root, env = process.env, show = false, advice = [] } = {}) {
  const shown = show && interactive();
  return new Promise((resolve, reject) => {
    // A group of its own: whatever a command starts can be ended with it.
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: shown ? ["ignore", process.stderr, process.stderr] : ["ignore", "pipe", "pipe"],
    });
    if (child.pid) noteGroup(child.pid, true);
    let output = "";
    let tail = "";
    child.stdout?.on("data", (data) => {
      output += data;
      tail = (tail + data).slice(-8000);
    });
    child.stderr?.on("data", (data) => {
      tail = (tail + data).slice(-8000);
    });
    child.on("error", (error) => {
      reject(new SetupError(`cannot run ${commandLine(program, args)}: ${error.message}`, advice));
    });
    child.on("close", (code, signal) => {
      if (child.pid) noteGroup(child.pid, false);
      if (code === 0) return resolve(output);
      const end = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      const text = shown ? "" : tail.trim();
      const quoted =
        text === "" ? [] : ["it said:", ...excerpt(text.split("\n")).map((line) => `  | ${line}`)];
      const error = new SetupError(
        [`this command ${end}:`, `  ${commandLine(program, args)}`, ...quoted].join("\n"),
        advice,
      );
      error.output = output + tail;
      reject(error);
    });
  });
}

/** Asks a program something quick; gives its standard output, or `undefined` where it is absent or fails. */
export function ask(program, args, options = {}) {
  const answer = spawnSync(program, args, { encoding: "utf8", timeout: 30_000, ...options });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/** The first and the last lines of an output: tools name the cause first or last, with much in between. */
function excerpt(lines) {
  return lines.length <= 30
    ? lines
    : [...lines.slice(0, 8), `... (${lines.length - 28} lines)`, ...lines.slice(-20)];
}
