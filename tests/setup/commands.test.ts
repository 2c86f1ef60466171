/** @file `npm run notebooks` and `npm run lab`: executed notebooks, failed cells by their place, JupyterLab with the kernel. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./project-copy";

const folder = mkdtempSync(join(tmpdir(), "torchbook-commands-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let executeNotebook: (path: string, output: string) => Promise<{ cells: number; failure?: string }>;
before(async () => {
  ({ executeNotebook } = await import(`file://${join(root, "scripts", "notebooks", "execute.mjs")}`));
});

/** Writes a notebook whose first cell is a heading and whose other cells hold this code. */
function notebook(name: string, ...code: string[]): string {
  const cells = code.map((source, index) => ({
    ...{ cell_type: "code", id: `c${index}`, source, metadata: {}, execution_count: null, outputs: [] },
  }));
  const kernelspec = { name: "torchbook", display_name: "TypeScript (torchbook)", language: "typescript" };
  const heading = { cell_type: "markdown", id: "h", source: "# A notebook", metadata: {} };
  const path = join(folder, `${name}.ipynb`);
  writeFileSync(
    path,
    JSON.stringify({ cells: [heading, ...cells], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  return path;
}

test("a notebook that runs leaves its executed .ipynb and an .html", async () => {
  const result = await executeNotebook(
    notebook("good", "const a: number = 40;", "a + 2"),
    join(folder, "out"),
  );
  assert.deepEqual(result, { cells: 2 });
  const executed = JSON.parse(readFileSync(join(folder, "out", "good.ipynb"), "utf8"));
  assert.equal(executed.cells[2].outputs[0].data["text/plain"].join(""), "42");
  assert.match(readFileSync(join(folder, "out", "good.html"), "utf8"), />42</);
});

test("a cell that throws is named by its place, its source and its error", async () => {
  const path = notebook("bad", "const a = 1;", "// the third step\nthrow new RangeError('too far')", "a");
  const { failure } = await executeNotebook(path, join(folder, "out"));
  assert.match(failure ?? "", /^cell 2 .*:\n {2}\| \/\/ the third step\n {2}\| throw new RangeError/);
  assert.match(failure ?? "", /RangeError: too far/);
  assert.ok(!existsSync(join(folder, "out", "bad.html")));
});

test("a cell in which the kernel dies is named too", async () => {
  const path = notebook(
    "dead",
    "const a = 1;",
    "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})",
  );
  const { failure } = await executeNotebook(path, join(folder, "out"));
  assert.match(failure ?? "", /^cell 2 /);
  assert.match(failure ?? "", /Kernel died|DeadKernel/);
});

test("npm run lab takes JupyterLab's options, offers the kernel and ends with its server", async () => {
  const port = await freePort();
  const args = [
    "run",
    "--silent",
    "lab",
    "--",
    "--no-browser",
    "--port",
    String(port),
    "--IdentityProvider.token=t",
  ];
  const env = {
    ...process.env,
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
  };
  const lab = spawn("npm", args, { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [lab.stdout, lab.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => lab.on("exit", resolve));
  try {
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}/${path}?token=t`)).text();
    let specs: string | undefined;
    for (let i = 0; i < 300 && specs === undefined && lab.exitCode === null; i++) {
      await sleep(100);
      specs = await ask("api/kernelspecs").catch(() => undefined);
    }
    assert.ok(specs, output);
    const { default: name, kernelspecs } = JSON.parse(specs);
    assert.equal(name, "torchbook");
    assert.equal(kernelspecs.torchbook.spec.display_name, "TypeScript (torchbook)");
    assert.match(await ask("lab"), /<title>JupyterLab<\/title>/);
    const contents = JSON.parse(await ask("api/contents"));
    assert.ok(
      contents.content.every((entry: { name: string }) => existsSync(join(root, "notebooks", entry.name))),
    );
  } finally {
    // To npm alone: it tells its shell, and that tells nobody.
    if (lab.exitCode === null) lab.kill("SIGTERM");
  }
  await ended;
  for (let i = 0; i < 300 && (await answers(port)); i++) await sleep(100);
  const isThere = await answers(port);
  if (isThere && lab.pid) process.kill(-lab.pid, "SIGKILL");
  assert.ok(!isThere, "the server still answers");
});

test("npm run lab shows the folder that the user names", () => {
  const args = ["run", "--silent", "lab", "--", `--ServerApp.root_dir=${folder}`, "--show-config-json"];
  const { stdout, stderr } = spawnSync("npm", args, { cwd: root, encoding: "utf8" });
  const config = stdout.slice(stdout.indexOf("{"));
  assert.equal(JSON.parse(config || "{}").ServerApp?.root_dir, folder, stdout + stderr);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/api`).then(
    () => true,
    () => false,
  );
