/** @file The notebooks through `jupyter nbconvert --execute`, as `npm run notebooks` does it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { notebookPath, readNotebook } from "./executed-notebook";
import { importScript, notebookNames } from "./jupyter";
import { checkNotebook } from "./notebook-checks";

type Execute = (path: string, output: string) => Promise<{ cells: number; failure?: string }>;

let executeNotebook: Execute;
let folder: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "torchbook-nbconvert-"));
  ({ executeNotebook } = await importScript<{ executeNotebook: Execute }>("notebooks", "execute.mjs"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("the five sections of the tutorial are there", () => {
  assert.deepEqual(notebookNames(), [
    ...["01-rnn", "02-lstm", "03-bilstm", "04-ner", "05-text-classification"],
  ]);
});

for (const name of notebookNames()) {
  test(`${name} is committed with the outputs of such a run`, () => {
    checkNotebook(name, readNotebook(notebookPath(name)));
  });

  test(`${name} runs, and shows what it should`, async () => {
    const { cells, failure } = await executeNotebook(notebookPath(name), folder);
    assert.equal(failure, undefined);
    const executed = readNotebook(join(folder, `${name}.ipynb`));
    assert.equal(cells, executed.length);
    checkNotebook(name, executed);
    const html = readFileSync(join(folder, `${name}.html`), "utf8");
    assert.match(html, /class="torchbook-(tensor|module|curve)"/, "the page has the outputs");
    assert.ok(!html.includes("application/vnd.jupyter.error"));
  });
}

test("a cell with a type error is named with its source and its error, and nothing of it runs", async () => {
  const source = 'console.log("ran");\nconst n: number = torch.zeros(2);';
  const cell = { cell_type: "code", id: "c", metadata: {}, source, outputs: [], execution_count: null };
  const heading = { cell_type: "markdown", id: "h", metadata: {}, source: "# Types" };
  const kernelspec = { name: "torchbook", display_name: "TypeScript (torchbook)" };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [heading, cell] };
  const path = join(folder, "types.ipynb");
  writeFileSync(path, JSON.stringify(notebook));
  const { failure } = await executeNotebook(path, join(folder, "types"));
  assert.match(failure ?? "", /^cell 1 /);
  assert.match(failure ?? "", /const n: number = torch\.zeros\(2\);/);
  assert.match(failure ?? "", /Type 'Tensor' is not assignable to type 'number'/);
  assert.ok(!existsSync(join(folder, "types", "types.html")));
});
