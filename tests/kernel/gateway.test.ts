/** @file The kernel under a Jupyter Kernel Gateway, with a Jupyter Server of another process in front. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Kernel, KernelManager, type KernelMessage, KernelSpecAPI } from "@jupyterlab/services";
import { type JupyterServer, startGateway, startServer } from "./jupyter-server";

let gateway: JupyterServer;
let server: JupyterServer;
let manager: KernelManager;
let kernel: Kernel.IKernelConnection;

before(async () => {
  gateway = await startGateway();
  server = await startServer(gateway);
  manager = new KernelManager({ serverSettings: server.settings });
  kernel = await manager.startNew({ name: "torchbook" });
});
after(async () => {
  manager.dispose();
  await server.close();
  await gateway.close();
});

async function run(code: string, onMessage: (message: KernelMessage.IIOPubMessage) => void = () => {}) {
  const future = kernel.requestExecute({ code, allow_stdin: true });
  let text = "";
  let result: unknown;
  future.onIOPub = (message) => {
    const { content, header } = message;
    if (header.msg_type === "stream") text += (content as { text: string }).text;
    if (header.msg_type === "execute_result")
      result = (content as { data: Record<string, unknown> }).data["text/plain"];
    onMessage(message);
  };
  future.onStdin = (message) =>
    kernel.sendInputReply({ status: "ok", value: "你好" }, message.header as never);
  const { content } = await future.done;
  return { content: content as { status: string; ename?: string }, text, result };
}

test("the server lists the gateway's kernel, which it does not have itself", async () => {
  const specs = await KernelSpecAPI.getSpecs(server.settings);
  assert.equal(specs.kernelspecs.torchbook?.display_name, "TypeScript (torchbook)");
});

test("results, all lines of output, types and questions come through both", async () => {
  assert.equal((await run("const x: number = 20; x + 1")).result, "21");
  const { text } = await run("for (let i = 0; i < 20000; i++) console.log(i)");
  assert.equal(text, Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(""));
  assert.equal((await run("const y: string = 5")).content.ename, "TypeScriptError");
  assert.equal((await run("input('word? ')")).result, "'你好'");
});

test("completion while a cell runs, interrupt, restart and shutdown come through both", async () => {
  let matches: string[] = [];
  const { content } = await run('let kept = 7; console.log("busy"); for (;;) {}', async ({ header }) => {
    if (header.msg_type !== "stream") return;
    const reply = await kernel.requestComplete({ code: "Math.sq", cursor_pos: 7 });
    matches = (reply.content as { matches: string[] }).matches;
    await kernel.interrupt();
  });
  assert.deepEqual(matches, ["sqrt"]);
  assert.equal(content.ename, "KeyboardInterrupt");
  assert.equal((await run("kept")).result, "7");
  const first = Number((await run("process.pid")).result);
  await kernel.restart();
  const second = Number((await run("process.pid")).result);
  assert.notEqual(second, first);
  await kernel.shutdown();
  for (const pid of [first, second]) {
    for (let i = 0; i < 100 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!isAlive(pid), `process ${pid} is gone`);
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
