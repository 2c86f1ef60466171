/** @file Step: TypeScript to dist/, with type errors told as the compiler tells them, and the signatures of what it made. */
import { existsSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { run } from "./command.mjs";
import { SetupError } from "./console.mjs";
import { contentHash, listFiles, sizeOf } from "./files.mjs";
import { inRoot, root } from "./paths.mjs";
import { signaturesFile, writeSignatures } from "./signatures.mjs";
import { isCurrent, removeStamp, writeStamp } from "./stamp.mjs";

const folders = ["src", "kernel", "tests", "bench"];
const compiled = /(?<!\.d)\.[cm]?ts$/;

const sources = () =>
  folders.flatMap((folder) => listFiles(inRoot(folder), (path) => /\.([cm]?ts|json)$/.test(path)));
const outputs = () =>
  sources()
    .filter((path) => compiled.test(path))
    .map((path) => inRoot("dist", relative(root, path).replace(/ts$/, "js")));
const key = () =>
  contentHash(
    [
      "tsconfig.json",
      "package-lock.json",
      "scripts/setup/signatures.mjs",
      ...sources().map((path) => relative(root, path)),
    ].flatMap((name) => [name, { file: inRoot(name) }]),
  );

export const compileStep = {
  name: "compile",
  title: "TypeScript to dist/",

  current: () => isCurrent("compile", key()),

  async make() {
    const begun = key();
    removeStamp("compile");
    removeOrphans();
    const wanted = outputs();
    // The incremental record says what is up to date, not what is there.
    if (wanted.some((path) => sizeOf(path) <= 0)) rmSync(inRoot("dist", ".tsbuildinfo"), { force: true });
    try {
      await run(process.execPath, [
        inRoot("node_modules", "typescript", "bin", "tsc"),
        "-p",
        inRoot("tsconfig.json"),
        "--pretty",
        "false",
      ]);
    } catch (error) {
      const lines = (error.output ?? "").split("\n").filter((line) => /error TS\d+/.test(line));
      if (lines.length === 0) throw error;
      const shown = [...new Set(lines)].slice(0, 40).map((line) => `  ${line}`);
      const failure = new SetupError(
        `${new Set(lines).size} type error${new Set(lines).size === 1 ? "" : "s"}:\n${shown.join("\n")}`,
      );
      failure.typeErrors = true;
      throw failure;
    }
    writeSignatures();
    writeStamp("compile", begun, [...wanted, signaturesFile]);
  },
};

/** Removes compiled files whose source is gone: a deleted test must not go on running. */
function removeOrphans() {
  const kept = new Set(outputs());
  for (const path of folders.flatMap((folder) =>
    listFiles(inRoot("dist", folder), (file) => file.endsWith(".js")),
  )) {
    if (kept.has(path)) continue;
    for (const sibling of [path, `${path}.map`, path.replace(/\.js$/, ".d.ts")])
      if (existsSync(sibling)) rmSync(sibling);
  }
}
