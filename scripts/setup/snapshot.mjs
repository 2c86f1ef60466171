/** @file Step: the snapshot from which the kernel's compiler starts. A kernel without one starts slower, and makes it then. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { run } from "./command.mjs";
import { say } from "./console.mjs";
import { inRoot } from "./paths.mjs";

const compiled = inRoot("dist", "kernel", "compiler", "snapshot.js");
const builder = inRoot("dist", "kernel", "compiler", "build-snapshot.js");

export const snapshotStep = {
  name: "snapshot",
  title: "snapshot of the compiler",

  current() {
    if (!existsSync(compiled)) return false;
    const { snapshotFile } = createRequire(import.meta.url)(compiled);
    return existsSync(snapshotFile());
  },

  async make() {
    try {
      await run(process.execPath, [builder]);
    } catch (error) {
      // Nothing depends on it.
      say(`      left out: ${error.message}`);
    }
  },
};
