/** @file Step: the npm packages of package-lock.json, as `npm ci` lays them out. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fetching } from "./fetching.mjs";
import { readJson, writeAtomically } from "./files.mjs";
import { inRoot, stateDir } from "./paths.mjs";

const marker = join(stateDir, "packages.begun");

export const packagesStep = {
  name: "packages",
  title: "npm packages of package-lock.json",

  /** Compares npm's own record of node_modules, and each package's version, with the lock file. */
  current() {
    if (existsSync(marker)) return false;
    const locked = readJson(inRoot("package-lock.json"))?.packages;
    const installed = readJson(inRoot("node_modules", ".package-lock.json"))?.packages;
    if (!locked || !installed) return false;
    for (const [path, wanted] of Object.entries(locked)) {
      if (path === "") continue;
      const found = installed[path];
      // Packages for other systems are optional and left out.
      if (!found && wanted.optional) continue;
      if (!found || found.version !== wanted.version || found.integrity !== wanted.integrity) return false;
      if (readJson(inRoot(path, "package.json"))?.version !== wanted.version) return false;
    }
    return Object.keys(installed).every((path) => path in locked);
  },

  async make({ tools }) {
    // npm removes node_modules first: a run that is broken off there must not look finished.
    writeAtomically(marker, "npm ci has begun and not ended\n");
    const [program, ...args] = tools.npm;
    // Install scripts would download engines from hosts of their own; what is needed is built by later steps.
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--include=dev"];
    // More tries than npm's two, with shorter waits than its ten seconds and one minute.
    const patience = ["--fetch-retries=4", "--fetch-retry-mintimeout=2000"];
    await fetching(program, [...args, "ci", ...options, ...patience], {
      show: true,
      again: ["--prefer-offline"],
      advice: [
        "npm takes packages from the registry of your npm configuration: `npm config get registry` shows it,",
        "`npm config set registry URL` chooses a mirror; behind a proxy, `npm config set proxy URL`",
        "run the same command again: packages already fetched are in npm's cache",
      ],
    });
    rmSync(marker, { force: true });
  },
};
