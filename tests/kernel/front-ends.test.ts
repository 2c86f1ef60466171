/** @file The kernel under other front ends: papermill and `jupyter console`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const ROOT = join(__dirname, "..", "..", "..");
const PYTHON = process.env.TORCHBOOK_PYTHON ?? join(ROOT, ".venv", "bin", "python");

let folder: string;
let env: NodeJS.ProcessEnv;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "torchbook-front-ends-"));
  const install = join(ROOT, "dist", "kernel", "install.js");
  assert.equal(spawnSync(process.execPath, [install, "--prefix", folder]).status, 0);
  env = {
    ...process.env,
    JUPYTER_PATH: join(folder, "share", "jupyter"),
    TORCHBOOK_HISTORY: join(folder, "history.sqlite"),
    PYTHONIOENCODING: "utf-8",
  };
});
after(() => rmSync(folder, { recursive: true, force: true }));

function python(...args: string[]): string {
  const run = spawnSync(PYTHON, args, { cwd: folder, env, encoding: "utf8", timeout: 180_000 });
  assert.equal(run.status, 0, run.stderr + run.stdout);
  return run.stdout;
}

test("papermill runs a notebook", () => {
  const cell = (source: string, i: number) => ({
    cell_type: "code",
    id: `cell${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  });
  const kernelspec = { name: "torchbook", display_name: "TypeScript (torchbook)", language: "typescript" };
  const sources = ["const values = [1, 2, 3];", "for (const v of values) console.log(v);", "values.length"];
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: sources.map(cell) };
  writeFileSync(join(folder, "in.ipynb"), JSON.stringify(notebook));
  python("-m", "papermill", "in.ipynb", "out.ipynb", "--no-progress-bar");
  const { cells } = JSON.parse(readFileSync(join(folder, "out.ipynb"), "utf8"));
  assert.deepEqual([cells[1].outputs[0].text].flat().join(""), "1\n2\n3\n");
  assert.equal([cells[2].outputs[0].data["text/plain"]].flat().join(""), "3");
});

test("jupyter console runs cells, shows results and type errors, and ends", () => {
  assert.match(python(join(ROOT, "tests", "kernel", "front_ends.py")), /console: fine/);
});
