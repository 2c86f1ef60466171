/** @file Makes the kernel known to Jupyter: `node install.js --user | --prefix DIR`. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { userDataFolder } from "./data-folder";

const NAME = "torchbook";
const USAGE = "usage: node install.js --user | --prefix DIR";

/** The content of kernel.json, for the Node that runs this and this copy of the kernel. */
export function kernelSpec(): { argv: string[]; [field: string]: unknown } {
  return {
    argv: [process.execPath, ...nodeOptions(), join(__dirname, "main.js"), "{connection_file}"],
    display_name: "TypeScript (torchbook)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: true },
  };
}

/**
 * Options for Node, as far as it knows them. This one keeps it from aborting when a cell is stopped inside a timer; up to
 * Node 22 the kernel can see to that itself (runtime/async-ids).
 */
function nodeOptions(): string[] {
  const options = ["--no-force-async-hooks-checks"];
  return options.filter((option) => spawnSync(process.execPath, [option, "-e", "0"]).status === 0);
}

/** Writes the kernelspec below a data folder of Jupyter and returns its own folder. */
export function install(dataFolder: string): string {
  const folder = join(dataFolder, "kernels", NAME);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  const resources = join(__dirname, "..", "..", "kernel", "resources");
  for (const logo of ["logo-svg.svg", "logo-64x64.png", "logo-32x32.png"]) {
    if (existsSync(join(resources, logo))) copyFileSync(join(resources, logo), join(folder, logo));
  }
  return folder;
}

function main(args: string[]): number {
  const [option, value, ...rest] = args;
  let folder: string;
  if (option === "--user" && value === undefined) folder = userDataFolder();
  else if (option === "--prefix" && value && rest.length === 0)
    folder = join(resolve(value), "share", "jupyter");
  else if (option?.startsWith("--prefix=") && value === undefined) {
    folder = join(resolve(option.slice("--prefix=".length)), "share", "jupyter");
  } else {
    console.error(USAGE);
    return 2;
  }
  console.log(`kernel ${NAME} installed in ${install(folder)}`);
  return 0;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
