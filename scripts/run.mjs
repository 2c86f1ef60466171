/**
 * @file `node scripts/run.mjs [--steps a,b] SCRIPT [arguments]`: does the set-up, or those steps of it, and runs a script of
 * the project in Node, in the folder where the command was typed.
 */
import "./setup/require-node.mjs";

const { spawn } = await import("node:child_process");
const { constants } = await import("node:os");
const { say } = await import("./setup/console.mjs");
const { inRoot } = await import("./setup/paths.mjs");
const { explain, setUp } = await import("./setup/steps.mjs");

const words = process.argv.slice(2);
const only = words[0] === "--steps" ? words.splice(0, 2)[1].split(",") : undefined;
try {
  const { typeErrors } = await setUp({ only, keepTypeErrors: true });
  if (typeErrors) say(`${typeErrors}\ngoing on with what was compiled all the same`);
} catch (error) {
  explain(error);
  process.exit(1);
}

const [script, ...rest] = words;
const child = spawn(process.execPath, [inRoot(script), ...rest], {
  stdio: "inherit",
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
