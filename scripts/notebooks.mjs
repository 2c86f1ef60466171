/**
 * @file `npm run notebooks [-- names]`: does the set-up, executes the notebooks headless with nbconvert, and leaves the executed
 * .ipynb and .html files in build/notebooks/. Fails naming the notebook and the cell.
 */
import "./setup/require-node.mjs";

const { mkdirSync, readdirSync, rmSync } = await import("node:fs");
const { basename } = await import("node:path");
const { executeNotebook } = await import("./notebooks/execute.mjs");
const { duration, say } = await import("./setup/console.mjs");
const { inRoot } = await import("./setup/paths.mjs");
const { explain, setUp } = await import("./setup/steps.mjs");

try {
  const { typeErrors } = await setUp({ keepTypeErrors: true });
  if (typeErrors) say(`${typeErrors}\ngoing on with what was compiled all the same`);
} catch (error) {
  explain(error);
  process.exit(1);
}

const filters = process.argv.slice(2);
const folder = inRoot("notebooks");
const output = inRoot("build", "notebooks");
const notebooks = readdirSync(folder)
  .filter((name) => name.endsWith(".ipynb"))
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(basename(filter))))
  .sort();
if (notebooks.length === 0) {
  console.error(`no notebook in ${folder}${filters.length ? ` matches ${filters.join(", ")}` : ""}`);
  process.exit(1);
}
mkdirSync(output, { recursive: true });
const failures = [];
for (const name of notebooks) {
  const stem = basename(name, ".ipynb");
  for (const end of [".ipynb", ".html"]) rmSync(inRoot("build", "notebooks", stem + end), { force: true });
  const begun = performance.now();
  const { cells, failure } = await executeNotebook(inRoot("notebooks", name), output);
  const time = duration(performance.now() - begun);
  if (failure) {
    failures.push(name);
    console.log(`FAILED ${name} (${time})\n${failure.replaceAll(/^/gm, "  ")}`);
  } else console.log(`ok     ${name}: ${cells} cells in ${time}`);
}
if (failures.length > 0) {
  console.log(`${failures.length} of ${notebooks.length} notebooks failed: ${failures.join(", ")}`);
  process.exit(1);
}
console.log(`${notebooks.length} notebooks executed; .ipynb and .html files are in build/notebooks/`);
