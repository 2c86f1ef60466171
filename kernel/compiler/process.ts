/** @file The compile process: what `snapshot-main.ts` leaves in the snapshot, and what a process does that starts from it. */
import { setFlagsFromString } from "node:v8";
import { endWithParent } from "../own-children";
import type { TypeScript } from "./bind";
import type { CellCompiler } from "./cell-compiler";
import { Documents } from "./documents";
import { HostedCompiler } from "./hosted-compiler";
import { findPackageRoot } from "./package-root";
import { portToParent } from "./port";
import { serve } from "./serve";
import { TypeScriptHost } from "./typescript-host";
import type { CompilerAnswer, CompilerCall, CompilerReady } from "./worker-protocol";

/** Cells of all kinds, so that the types that they need are read and the functions that they go through are compiled. */
const CELLS = [
  "1 + 1",
  "let count: number = 1; const read = () => count; class Point { constructor(public x = 0) {} }",
  "count = 2; new Point(count).x",
  "type Pair<T> = [T, T]; enum Kind { A, B } interface Named { name: string } function twice(n: number) { return 2 * n }",
  'import { readFileSync } from "node:fs"; const pair: Pair<number> = [twice(1), Kind.B];',
  "for (const n of pair) console.log(await Promise.resolve(n));",
  "const wrong: string = pair;",
];

/**
 * How V8 is to spend less on what is not the cell's own. It optimises what is called some ten times more often than by default, as
 * TypeScript's functions are many and large: the first two hundred cells took more processor time for that than for anything else, on a
 * machine that runs the cells meanwhile, and 15 MB. It begins to collect garbage, beside the compiler, when a quarter has come.
 */
const V8_FLAGS = [
  Number.parseInt(process.versions.v8, 10) < 12
    ? "--interrupt-budget=2000000"
    : "--invocation-count-for-turbofan=30000",
  "--heap-growing-percent=25",
];

/** Makes all that does not depend on the notebook. @returns what a process from the snapshot runs. */
export function prepare(ts: TypeScript): () => void {
  const packageRoot = findPackageRoot();
  const documents = new Documents(ts, packageRoot);
  const create = (cwd: string) =>
    new HostedCompiler({ cwd, packageRoot }, () => new TypeScriptHost({ cwd, packageRoot }, documents));
  void rehearse(create("/"));
  return () => {
    for (const flag of V8_FLAGS) setFlagsFromString(flag);
    endWithParent(packageRoot);
    // Ctrl-C in a terminal is sent to all processes; it means the cell.
    process.on("SIGINT", () => {});
    const port = portToParent<CompilerCall, CompilerAnswer | CompilerReady>();
    port.on("close", () => process.exit());
    serve(create(process.cwd()), port);
    port.postMessage({ ready: true });
  };
}

async function rehearse(compiler: CellCompiler): Promise<void> {
  const parent = process.ppid;
  for (const [cell, code] of CELLS.entries()) {
    // A kernel that is killed while it has a snapshot made leaves nothing running.
    if (process.ppid !== parent) process.exit(1);
    const made = await compiler.compile({ cell, code });
    if (made.ok) await compiler.commit(cell, { ok: true, assigned: made.names });
  }
  // Nothing is completed here: that sorts names by a collator of ICU, which no snapshot can hold.
  await compiler.inspect("console.log", 10, 1);
  await compiler.isComplete("for (;;) {");
  await compiler.close();
}
