/** @file Step: the kernelspec in .venv, which tells Jupyter how to start the kernel. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { contentHash } from "./files.mjs";
import { inRoot, venvDir } from "./paths.mjs";
import { isCurrent, removeStamp, writeStamp } from "./stamp.mjs";

const installer = inRoot("dist", "kernel", "install.js");
const spec = join(venvDir, "share", "jupyter", "kernels", "torchbook", "kernel.json");
const key = () => contentHash([process.execPath, installer, venvDir, { file: installer }]);

export const kernelspecStep = {
  name: "kernelspec",
  title: "kernel torchbook in .venv",

  current: () => !existsSync(inRoot("kernel", "install.ts")) || isCurrent("kernelspec", key()),

  async make() {
    removeStamp("kernelspec");
    await run(process.execPath, [installer, "--prefix", venvDir]);
    writeStamp("kernelspec", key(), [spec]);
  },
};
