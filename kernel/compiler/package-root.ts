/** @file Finds the folder of the torchbook package that this file belongs to. */
import { existsSync } from "node:fs";
import path from "node:path";

/** The nearest folder above this file that has a package.json. */
export function findPackageRoot(from: string = __dirname): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "package.json"))) return folder;
    if (path.dirname(folder) === folder) throw new Error(`No package.json above ${from}`);
  }
}
