/** @file Where the set-up keeps things: every path below the project's root that a step reads or makes. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Joins path segments below the project's root. */
export const inRoot = (...segments) => join(root, ...segments);

/** The set-up's own records: stamps, lock, logs. */
export const stateDir = inRoot(".cache", "setup");

/** Python's virtual environment and a program in it. */
export const venvDir = inRoot(".venv");
export const venvProgram = (name) => join(venvDir, "bin", name);

/** One unpacked TensorFlow per variant ("cpu" or "gpu"). */
export const tensorflowDir = (variant) => inRoot(".cache", "tensorflow", variant);

/** The npm package whose binding is compiled here. */
export const tfjsDir = inRoot("node_modules", "@tensorflow", "tfjs-node-gpu");
