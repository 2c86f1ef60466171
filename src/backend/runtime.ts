/** @file Loads TensorFlow: the tfjs binding, which chooses the device, and our addon, which works in the binding's context. */
import { constants } from "node:os";
import * as path from "node:path";
import type { TypedArray } from "../dtype";
import type { Handle } from "./handle";

/** What our addon offers; `native/torchbook.cc` tells how `scratch` is used. */
export interface Native {
  open(context: unknown, eager: boolean): boolean;
  scratch(length: number): Int32Array;
  prepare(op: string, ...attrs: unknown[]): number;
  forget(): void;
  run(...outputs: Handle[]): void;
  define(program: Int32Array): number;
  undefine(program: number): void;
  replay(...outputs: Handle[]): void;
  create(handle: Handle, data: TypedArray): void;
  read(slot: number, into: TypedArray): void;
  release(slot: number): void;
  stats(): { live: number; bytes: number; programs: number };
}

/** The package's root, seen from dist/src/backend. */
const root = path.resolve(__dirname, "../../..");

/** Loads the native runtime. @throws Error that names the set-up when it is not there. */
export function load_runtime(): { native: Native; version: string; gpu: boolean } {
  // TensorFlow's start-up notes would land in the user's output; oneDNN's kernels are slower on the small matrices of a
  // recurrent step. Both remain the user's to set.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "0";
  try {
    const built = path.join(root, "build/native");
    // It has to be in sight of all before the binding looks for TFE_NewContext.
    const watcher = { exports: {} as { context?: () => unknown } };
    const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
    process.dlopen(watcher, path.join(built, "context.node"), (RTLD_NOW ?? 0) | (RTLD_GLOBAL ?? 0));
    const tfjs = path.dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json"));
    const binding = require(path.join(tfjs, "lib/napi-v8/tfjs_binding.node")) as { TF_Version: string };
    const native = require(path.join(built, "torchbook.node")) as Native;
    // Only the eager runtime exchanges kernels for oneDNN's.
    const gpu = native.open(watcher.exports.context?.(), process.env.TF_ENABLE_ONEDNN_OPTS !== "0");
    return { native, version: binding.TF_Version, gpu };
  } catch (error) {
    throw new Error(
      `TensorFlow's native runtime could not be loaded: run "npm run setup" in ${root}\n${(error as Error).message}`,
      { cause: error },
    );
  }
}
