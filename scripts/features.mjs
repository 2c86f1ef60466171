/**
 * @file `node scripts/features.mjs [--check]`: writes FEATURES.md, PyTorch's public names and what the built library makes of
 * each; with `--check` it only says whether the file is up to date.
 */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const read = (file) => fs.readFileSync(path.join(root, file), "utf8");
const names = JSON.parse(read("tests/conformance/pytorch-names.json"));
const notes = JSON.parse(read("scripts/features/notes.json"));
const torch = createRequire(import.meta.url)(path.join(root, "dist/src/index.js")).default;

/** What has a namespace's names here, undefined where the library has nothing of the kind. */
function place(namespace) {
  if (namespace === "torch.Tensor") return torch.zeros([1, 1], { requires_grad: true });
  if (namespace === "torch.nn.Module") return new torch.nn.Linear(1, 1);
  return namespace
    .split(".")
    .slice(1)
    .reduce((object, name) => object?.[name], torch);
}

const offered = (object, name) => {
  if (object === undefined || object === null || !(name in object)) return false;
  return Reflect.get(object, name) !== undefined;
};

const sections = [];
const totals = { offered: 0, differs: 0, not: 0 };
const known = new Set();
for (const [namespace, list] of Object.entries(names)) {
  const object = place(namespace);
  const rows = [];
  let there = 0;
  for (const name of list) {
    const full = `${namespace}.${name}`;
    known.add(full);
    const note = notes[full];
    if (!offered(object, name)) {
      totals.not++;
      rows.push(`| \`${name}\` | not offered${note === undefined ? "" : `: ${note}`} |`);
      continue;
    }
    there++;
    if (note === undefined) totals.offered++;
    else totals.differs++;
    rows.push(`| \`${name}\` | ${note === undefined ? "offered" : `differs: ${note}`} |`);
  }
  sections.push(
    `## ${namespace}\n\n${there} of ${list.length} names.\n\n| PyTorch | here |\n| --- | --- |\n${rows.join("\n")}\n`,
  );
}
for (const full of Object.keys(notes)) {
  if (!known.has(full)) throw new Error(`scripts/features/notes.json: PyTorch has no ${full}`);
}

const total = totals.offered + totals.differs + totals.not;
const text = `# What of PyTorch is offered

Written by \`npm run features\` from the built library and the names in \`tests/conformance/pytorch-names.json\` (PyTorch 2.15
without its internals for compilers, quantization, sparse tensors and devices). Of ${total} names ${totals.offered} are offered,
${totals.differs} differ as told, ${totals.not} are not offered.

For all of them: keyword arguments are one trailing object (\`x.sum(1, { keepdim: true })\`); \`out=\` is refused, as tensors' values
never change natively; Python's \`None\`, \`True\` and tuples are \`null\`, \`true\` and arrays; operators (\`a + b\`) are methods
(\`a.add(b)\`); element types are float32, float64, the signed integers, uint8 and bool; layouts, memory formats, sparse and
complex tensors are not there.

${sections.join("\n")}`;

const file = path.join(root, "FEATURES.md");
if (process.argv.includes("--check")) {
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  if (before !== text) {
    const lines = before.split("\n");
    const at = text.split("\n").findIndex((line, i) => line !== lines[i]);
    console.error(
      `FEATURES.md is out of date: run "npm run features" (line ${at + 1}: ${text.split("\n")[at]})`,
    );
    process.exitCode = 1;
  }
} else {
  fs.writeFileSync(file, text);
  console.log(`FEATURES.md: ${totals.offered} offered, ${totals.differs} differ, ${totals.not} not offered`);
}
