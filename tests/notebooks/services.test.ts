/** @file The notebooks and the kernel's services through `@jupyterlab/services` and a real Jupyter Server. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KernelManager, ServerConnection, type Session, SessionManager } from "@jupyterlab/services";
import { notebookPath, printed, readNotebook, shown } from "./executed-notebook";
import { descendants, type Jupyter, notebookNames, ROOT, startJupyter } from "./jupyter";
import { checkNotebook } from "./notebook-checks";
import { NotebookClient } from "./notebook-client";

let jupyter: Jupyter;
let kernels: KernelManager;
let sessions: SessionManager;

before(async () => {
  jupyter = await startJupyter("server", (folder) =>
    cpSync(join(ROOT, "notebooks"), folder, { recursive: true }),
  );
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: jupyter.url,
    wsUrl: jupyter.url.replace(/^http/, "ws"),
    token: jupyter.token,
    appendToken: true,
  });
  kernels = new KernelManager({ serverSettings });
  sessions = new SessionManager({ kernelManager: kernels, serverSettings });
  await sessions.ready;
});
after(async () => {
  sessions?.dispose();
  kernels?.dispose();
  await jupyter?.close();
});

/** Opens a session as JupyterLab does for a notebook, and always shuts it down. */
async function withSession(
  path: string,
  use: (client: NotebookClient, session: Session.ISessionConnection) => Promise<void>,
): Promise<void> {
  const session = await sessions.startNew({
    name: path,
    path,
    type: "notebook",
    kernel: { name: "torchbook" },
  });
  try {
    assert.ok(session.kernel);
    await session.kernel.info;
    await use(new NotebookClient(session.kernel), session);
  } finally {
    if (!session.isDisposed) await session.shutdown();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ends(pid: number): Promise<boolean> {
  for (let i = 0; i < 200 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !isAlive(pid);
}

for (const name of notebookNames()) {
  test(`${name} runs cell by cell, and shows what it should`, async () => {
    await withSession(`${name}.ipynb`, async (client) => {
      for (const { index, source } of readNotebook(notebookPath(name))) {
        const { cell, reply, order } = await client.run(source, undefined, index);
        assert.equal(reply.status, "ok", `cell ${index}: ${JSON.stringify(cell.outputs)}`);
        if (shown([cell], "progress").length > 0)
          assert.ok(order.includes("update_display_data"), "the progress line is updated in place");
      }
      checkNotebook(name, client.cells);
    });
  });
}

test("output of a synchronous loop arrives while it runs", async () => {
  await withSession("streams.ipynb", async (client) => {
    const arrived: number[] = [];
    const { cell } = await client.run(
      'for (let i = 0; i < 5; i++) {\n  print("line", i);\n  const end = Date.now() + 400;\n  while (Date.now() < end) {}\n}',
      ({ header }) => header.msg_type === "stream" && arrived.push(Date.now()),
    );
    const done = Date.now();
    assert.equal(printed(cell), "line 0\nline 1\nline 2\nline 3\nline 4\n");
    assert.ok(arrived.length > 1, "not all at once");
    assert.ok(
      done - (arrived[0] as number) > 500,
      `the first line came ${done - (arrived[0] ?? 0)} ms early`,
    );
  });
});

test("a progress line changes in place while a synchronous loop runs", async () => {
  await withSession("progress.ipynb", async (client) => {
    const { cell, order } = await client.run(
      'for (const i of progress(4, { desc: "步" })) {\n  const end = Date.now() + 300;\n  while (Date.now() < end) {}\n}',
    );
    assert.deepEqual(
      cell.outputs.map(({ type }) => type),
      ["display_data"],
    );
    assert.match(shown([cell], "progress")[0]?.text ?? "", /^步: 100%\|█+\| 4\/4 \[/);
    const before_reply = order.slice(0, order.indexOf("reply"));
    assert.ok(before_reply.filter((type) => type === "update_display_data").length >= 2, order.join(" "));
  });
});

test("completion offers the library with its kinds, inspection its documentation", async () => {
  await withSession("services.ipynb", async (client, { kernel }) => {
    assert.ok(kernel);
    const complete = async (code: string) => {
      const { content } = await kernel.requestComplete({ code, cursor_pos: code.length });
      assert.equal(content.status, "ok");
      return content as { matches: string[]; cursor_start: number; cursor_end: number };
    };
    const torch = await complete("torch.");
    for (const name of ["tensor", "randn", "no_grad", "manual_seed", "cat"])
      assert.ok(torch.matches.includes(name), `torch.${name}`);
    assert.deepEqual([torch.cursor_start, torch.cursor_end], [6, 6]);
    const nn = await complete("const layer = new nn.");
    for (const name of ["Module", "RNN", "LSTM", "Linear", "Embedding", "CRF", "CrossEntropyLoss"])
      assert.ok(nn.matches.includes(name), `nn.${name}`);

    await client.run("const lstm = new nn.LSTM(4, 8);");
    const own = await complete("lstm.hid");
    assert.deepEqual(own.matches, ["hidden_size"]);

    const inspect = async (code: string, at: number) => {
      const { content } = await kernel.requestInspect({ code, cursor_pos: at, detail_level: 0 });
      assert.ok(content.status === "ok" && content.found, code);
      return String(content.data["text/plain"]);
    };
    const documentation = await inspect("torch.randn(2, 3)", 8);
    assert.match(documentation, /randn\(/, "the signature");
    assert.match(documentation, /normal/i, "what it does");
    assert.match(await inspect("new nn.LSTM(4, 8)", 9), /LSTM[\s\S]*\S+ \S+ \S+/);
  });
});

test("interrupt stops an endless loop and keeps the state", async () => {
  await withSession("interrupt.ipynb", async (client, { kernel }) => {
    assert.ok(kernel);
    await client.run("const weights = torch.ones(2, 3); let steps = 0;");
    const { cell, reply } = await client.run(
      'print("running"); while (true) { steps++; }',
      ({ header }) => header.msg_type === "stream" && void kernel.interrupt(),
    );
    assert.equal(reply.status, "error");
    assert.equal(cell.outputs.at(-1)?.type, "error");
    const { cell: after } = await client.run("print(weights.shape, steps > 0)");
    assert.equal(printed(after), "[2, 3] true\n");
  });
});

test("restart begins anew; shutdown leaves no process behind", async () => {
  let pids: number[] = [];
  await withSession("restart.ipynb", async (client, { kernel }) => {
    assert.ok(kernel);
    const processId = async () => Number(printed((await client.run("print(process.pid)")).cell));
    await client.run("const before = torch.zeros(1);");
    const first = await processId();
    assert.ok(isAlive(first));
    await kernel.restart();
    const second = await processId();
    assert.notEqual(second, first);
    assert.ok(await ends(first), "the first process has ended");
    const { reply, cell } = await client.run("before");
    assert.equal(reply.status, "error");
    assert.match(JSON.stringify(cell.outputs), /Cannot find name 'before'/);
    pids = [second, ...descendants(second)];
  });
  for (const pid of pids) assert.ok(await ends(pid), `process ${pid} has ended`);
});

test("the server has no kernel left, neither listed nor running", async () => {
  await kernels.refreshRunning();
  assert.deepEqual([...kernels.running()], []);
  for (const pid of descendants(jupyter.pid)) assert.ok(await ends(pid), `process ${pid} has ended`);
});
