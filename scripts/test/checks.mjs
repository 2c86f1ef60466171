/** @file Format and lint as counted checks. */
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { inRoot } from "../setup/paths.mjs";

const biome = inRoot("node_modules", "@biomejs", "biome", "bin", "biome");

/** Whether every file is formatted; `npm run format` mends it. */
export const checkFormat = () => check("format", "biome format");

/** Whether the linter has nothing to say; warnings count. */
export const checkLint = () => check("lint", "biome lint", ["--error-on-warnings"]);

function check(verb, name, options = []) {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [biome, verb, ...options, "--colors=off", "."], {
      cwd: inRoot(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (data) => {
        text += data;
      });
    }
    child.on("error", (error) => resolve({ failed: [{ name, error: error.message }] }));
    child.on("close", (code) => {
      const milliseconds = performance.now() - begun;
      if (code === 0) return resolve({ passed: 1, milliseconds });
      const error = stripVTControlCharacters(text).split("\n").slice(0, 80).join("\n");
      resolve({
        failed: [{ name, error: `${error}\n(npm run format mends what can be mended by itself)` }],
        milliseconds,
      });
    });
  });
}
