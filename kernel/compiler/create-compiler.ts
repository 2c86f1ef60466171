/** @file Chooses what compiles cells; only what is chosen is loaded. */
import type { CellCompiler } from "./cell-compiler";
import type { HostOptions } from "./compiler-host";
import { HostedCompiler } from "./hosted-compiler";

export type Engine = "typescript" | "tslab";

/** What the environment asks for: `TORCHBOOK_COMPILER=tslab` or, as a rule, TypeScript itself. */
export function engineByEnvironment(): Engine {
  return process.env.TORCHBOOK_COMPILER === "tslab" ? "tslab" : "typescript";
}

/** A compiler for one session. */
export function createCompiler(options: HostOptions, engine: Engine = engineByEnvironment()): CellCompiler {
  if (engine === "tslab") {
    const { createTslabHost } = require("./tslab-host") as typeof import("./tslab-host");
    return new HostedCompiler(options, () => createTslabHost(options));
  }
  const { loadTypeScript } = require("./load-typescript") as typeof import("./load-typescript");
  const { Documents } = require("./documents") as typeof import("./documents");
  const { TypeScriptHost } = require("./typescript-host") as typeof import("./typescript-host");
  const documents = new Documents(loadTypeScript(options.packageRoot), options.packageRoot);
  const compiler = new HostedCompiler(options, () => new TypeScriptHost(options, documents));
  // The first check pays for the standard library's types; let it be this one.
  void compiler.compile({ cell: 0, code: "Promise.resolve([1]);" });
  void compiler.commit(0, { ok: true, assigned: [] });
  return compiler;
}
