/** @file The environment in which Jupyter's programs run: .venv first, whatever else is on the machine. */
import { delimiter, dirname } from "node:path";
import { venvDir, venvProgram } from "./paths.mjs";

/** A copy of this process's environment with .venv activated. */
export function jupyterEnvironment(more = {}) {
  const { PYTHONHOME: _unused, ...inherited } = process.env;
  return {
    ...inherited,
    VIRTUAL_ENV: venvDir,
    // The kernel's own node goes with it, also where PATH would find another one.
    PATH: [dirname(venvProgram("python")), process.env.PATH, dirname(process.execPath)].join(delimiter),
    // Kernels and settings of .venv win over those of the user and the system.
    JUPYTER_PREFER_ENV_PATH: "1",
    ...more,
  };
}
