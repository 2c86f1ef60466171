/** @file The kernel behind a real Jupyter Server, through the client library of JupyterLab, and through nbconvert. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Kernel, KernelManager, type KernelMessage } from "@jupyterlab/services";
import { type JupyterServer, jupyterEnvironment, PYTHON, startServer } from "./jupyter-server";

let server: JupyterServer;
let manager: KernelManager;
let kernel: Kernel.IKernelConnection;

before(async () => {
  server = await startServer();
  manager = new KernelManager({ serverSettings: server.settings });
  kernel = await manager.startNew({ name: "torchbook" });
});
after(async () => {
  manager.dispose();
  await server.close();
});

async function run(code: string, onMessage: (message: KernelMessage.IIOPubMessage) => void = () => {}) {
  const messages: KernelMessage.IIOPubMessage[] = [];
  const future = kernel.requestExecute({ code });
  future.onIOPub = (message) => {
    messages.push(message);
    onMessage(message);
  };
  const { content } = await future.done;
  const result = messages.find(({ header }) => header.msg_type === "execute_result");
  const { data } = (result?.content ?? {}) as { data?: Record<string, unknown> };
  return { content, messages, result: data?.["text/plain"] };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return !isAlive(pid);
}

test("kernel_info, results and streams", async () => {
  const info = (await kernel.info) as KernelMessage.IInfoReply;
  assert.equal(info.language_info.name, "typescript");
  const { result, messages } = await run('const x: number = 20; console.log("printed"); x + 1');
  assert.equal(result, "21");
  const stream = messages.find(({ header }) => header.msg_type === "stream");
  assert.ok(stream);
  assert.equal((stream.content as { text: string }).text, "printed\n");
});

test("completion answers while a cell runs, and interrupt stops it", async () => {
  let completed: KernelMessage.ICompleteReplyMsg | undefined;
  const { content } = await run('let kept = 7; console.log("busy"); while (true) {}', async (message) => {
    if (message.header.msg_type !== "stream") return;
    completed = await kernel.requestComplete({ code: "Math.sq", cursor_pos: 7 });
    await kernel.interrupt();
  });
  assert.ok(completed, "completed while the cell ran");
  assert.deepEqual((completed.content as { matches: string[] }).matches, ["sqrt"]);
  assert.equal((content as { ename: string }).ename, "KeyboardInterrupt");
  assert.equal((await run("kept")).result, "7");
});

test("input is asked and answered", async () => {
  const future = kernel.requestExecute({ code: 'const name = input("Name? "); name', allow_stdin: true });
  let result: unknown;
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "execute_result")
      result = (content as { data: Record<string, unknown> }).data["text/plain"];
  };
  future.onStdin = (message) =>
    kernel.sendInputReply({ status: "ok", value: "小明" }, message.header as never);
  await future.done;
  assert.equal(result, "'小明'");
});

test("restart gives a new process and leaves the old one behind dead; shutdown leaves none", async () => {
  const first = Number((await run("process.pid")).result);
  await run("const before = 1");
  await kernel.restart();
  const second = Number((await run("process.pid")).result);
  assert.notEqual(second, first);
  assert.ok(await gone(first), "the old process is gone");
  assert.equal((await run("before")).content.status, "error");
  await kernel.shutdown();
  assert.ok(await gone(second), "the process is gone");
});

test("nbconvert executes a notebook, all outputs in it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "torchbook-nbconvert-"));
  try {
    const sources = [
      "const xs = [1, 2, 3]; xs",
      'for (let i = 0; i < 1000; i++) console.log("line " + i)',
      "await new Promise((done) => setTimeout(done, 50)); display.html('<b>bold</b>')",
      "xs.map((x) => x * 2)",
    ];
    const cells = sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    }));
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "torchbook", display_name: "TypeScript (torchbook)" } },
      cells,
    };
    writeFileSync(join(folder, "in.ipynb"), JSON.stringify(notebook));
    const child = spawn(
      PYTHON,
      ["-m", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", "in.ipynb"],
      {
        cwd: folder,
        env: jupyterEnvironment(folder),
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let log = "";
    child.stderr?.on("data", (data) => {
      log += data;
    });
    const code = await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(code, 0, log);
    const done = JSON.parse(readFileSync(join(folder, "out.ipynb"), "utf8"));
    const outputs = done.cells.map((cell: { outputs: Record<string, never>[] }) => cell.outputs);
    assert.deepEqual(outputs[0][0].data["text/plain"], ["[ 1, 2, 3 ]"]);
    const lines = outputs[1].flatMap((output: { text: string[] }) => output.text);
    assert.equal(lines.join(""), Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join(""));
    assert.deepEqual(outputs[2][0].data["text/html"], ["<b>bold</b>"]);
    assert.deepEqual(outputs[3][0].data["text/plain"], ["[ 2, 4, 6 ]"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
