/** @file `npm run lab [-- JupyterLab's options]`: does the set-up and opens JupyterLab on notebooks/. */
import "./setup/require-node.mjs";

const { spawn } = await import("node:child_process");
const { constants } = await import("node:os");
const { jupyterEnvironment } = await import("./setup/environment.mjs");
const { say } = await import("./setup/console.mjs");
const { inRoot, venvProgram } = await import("./setup/paths.mjs");
const { explain, setUp } = await import("./setup/steps.mjs");

try {
  const { typeErrors } = await setUp({ keepTypeErrors: true });
  if (typeErrors) say(`${typeErrors}\ngoing on with what was compiled all the same`);
} catch (error) {
  explain(error);
  process.exit(1);
}

const given = process.argv.slice(2);
/** Jupyter takes each of these once, so what the user gives stands in place of ours. */
const options = [
  [/^--(ServerApp\.root_dir|notebook-dir)(=|$)/, `--ServerApp.root_dir=${inRoot("notebooks")}`],
  [/^--MultiKernelManager\.default_kernel_name(=|$)/, "--MultiKernelManager.default_kernel_name=torchbook"],
]
  .filter(([pattern]) => !given.some((option) => pattern.test(option)))
  .map(([, option]) => option);
// Jupyter refuses to run as root unless told to; in a container there often is no other user.
if (process.getuid?.() === 0) options.push("--allow-root");

const lab = spawn(venvProgram("jupyter-lab"), [...options, ...given], {
  stdio: "inherit",
  cwd: inRoot(),
  env: jupyterEnvironment(),
});
// Ctrl-C reaches JupyterLab by itself, and it asks back: stay until it has ended.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => lab.kill(signal));
// npm passes a signal to its shell only, which ends without telling anybody: then JupyterLab would stay behind.
if (process.env.npm_lifecycle_event) {
  const { ppid } = process;
  setInterval(() => process.ppid !== ppid && lab.kill("SIGTERM"), 1000).unref();
}
lab.on("error", (error) => {
  console.error(`cannot start JupyterLab: ${error.message}`);
  process.exitCode = 1;
});
lab.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
