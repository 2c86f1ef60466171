/**
 * @file Run by `node --build-snapshot`: loads the compiler, has it read all types, and leaves it as what such a process begins with.
 *
 * No module but Node's own can be required here, so that the others are loaded by hand.
 */
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin, wrap } from "node:module";
import path from "node:path";
import { startupSnapshot } from "node:v8";
import { runInThisContext } from "node:vm";

const builtin = require;
const loaded = new Map<string, { exports: unknown }>();

function load(file: string): unknown {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(file, module);
  const { resolve } = createRequire(file);
  const requireFrom = (id: string): unknown => (isBuiltin(id) ? builtin(id) : load(resolve(id)));
  const call = runInThisContext(wrap(readFileSync(file, "utf8")), { filename: file });
  call.call(module.exports, module.exports, requireFrom, module, file, path.dirname(file));
  return module.exports;
}

const { prepare } = load(path.join(__dirname, "process.js")) as typeof import("./process");
const ts = load(createRequire(__filename).resolve("typescript"));
startupSnapshot.setDeserializeMainFunction(prepare(ts as never));
