/** @file Step: what .venv's JupyterLab needs to know: how to start the kernel, and settings for a quiet first start. */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./command.mjs";
import { contentHash, listFiles, writeAtomically } from "./files.mjs";
import { inRoot, venvDir } from "./paths.mjs";
import { isCurrent, removeStamp, writeStamp } from "./stamp.mjs";

const installer = inRoot("dist", "kernel", "install.js");
const settings = inRoot("scripts", "setup", "jupyterlab-settings.json");
const spec = join(venvDir, "share", "jupyter", "kernels", "torchbook", "kernel.json");
const overrides = join(venvDir, "share", "jupyter", "lab", "settings", "overrides.json");

function key() {
  const files = [installer, settings, ...listFiles(inRoot("kernel", "resources"))].map((file) => ({ file }));
  return contentHash([process.execPath, installer, venvDir, ...files]);
}

export const kernelspecStep = {
  name: "kernelspec",
  title: "kernel torchbook in .venv",

  current: () => isCurrent("kernelspec", key()),

  async make() {
    removeStamp("kernelspec");
    await run(process.execPath, [installer, "--prefix", venvDir]);
    // JupyterLab's settings: no question about news, and no look for updates.
    mkdirSync(dirname(overrides), { recursive: true });
    writeAtomically(overrides, readFileSync(settings, "utf8"));
    writeStamp("kernelspec", key(), [spec, overrides]);
  },
};
