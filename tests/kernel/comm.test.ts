/** @file Comms between cells and widgets. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("a comm that the client opens reaches its target, and messages go both ways", async () => {
  await kernel.execute(
    'comms.register_target("echo", (comm, open) => { console.log("opened", open.data.hello); comm.on_msg((event) => comm.send({ echo: event.data })); comm.on_close(() => console.log("closed")) })',
  );
  const opened = await kernel.send("shell", "comm_open", {
    comm_id: "c",
    target_name: "echo",
    data: { hello: 1 },
  });
  await kernel.printed(opened, "opened 1");
  assert.deepEqual((await kernel.request("shell", "comm_info_request", { target_name: "echo" })).comms, {
    c: { target_name: "echo" },
  });
  const sent = await kernel.send("shell", "comm_msg", { comm_id: "c", data: { value: [1, 2] } });
  const answer = await kernel.waitFor(({ type }) => type === "comm_msg", "the echo");
  assert.equal(answer.parent, sent);
  assert.deepEqual(answer.content, { comm_id: "c", data: { echo: { value: [1, 2] } } });
  const closed = await kernel.send("shell", "comm_close", { comm_id: "c", data: {} });
  await kernel.printed(closed, "closed");
  assert.deepEqual((await kernel.request("shell", "comm_info_request", {})).comms, {});
});

test("comm messages are framed by busy and idle; a listener that throws or hangs harms nothing", async () => {
  await kernel.execute(
    'comms.register_target("bad", (comm) => { comm.on_msg(({ data }) => { if (data.hang) for (;;) {} throw new Error("in a listener") }) })',
  );
  await kernel.send("shell", "comm_open", { comm_id: "b", target_name: "bad", data: {} });
  const thrown = await kernel.send("shell", "comm_msg", { comm_id: "b", data: {} });
  await kernel.waitFor(({ parent, content }) => parent === thrown && content.execution_state === "idle");
  assert.deepEqual(
    kernel.of(thrown).map(({ content }) => content.execution_state ?? content.evalue),
    ["busy", "in a listener", "idle"],
  );
  const hung = await kernel.send("shell", "comm_msg", { comm_id: "b", data: { hang: true } });
  await kernel.waitFor(({ parent, content }) => parent === hung && content.execution_state === "busy");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await kernel.interrupt();
  await kernel.waitFor(({ parent, content }) => parent === hung && content.execution_state === "idle");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("a cell opens a comm", async () => {
  const { messages } = await kernel.execute(
    'const comm = comms.create("widget", { a: 1 }, { comm_id: "mine" }); comm.send({ b: 2 }); comm.close();',
  );
  const mine = messages.filter(({ type }) => type.startsWith("comm_"));
  assert.deepEqual(
    mine.map(({ type, content }) => [type, content]),
    [
      ["comm_open", { comm_id: "mine", target_name: "widget", data: { a: 1 } }],
      ["comm_msg", { comm_id: "mine", data: { b: 2 } }],
      ["comm_close", { comm_id: "mine", data: {} }],
    ],
  );
});

test("bytes go both ways beside comm messages, and with displays", async () => {
  await kernel.execute(`comms.register_target("bytes", (comm, open) => {
  comm.send({ sizes: open.buffers.map((one) => one.length) }, { buffers: open.buffers });
  comm.on_msg(({ buffers: [bytes] }) => comm.send({}, { buffers: [bytes.map((n) => 255 - n)], metadata: { inverted: true } }));
})`);
  const two = [Buffer.from([0, 1, 255]), Buffer.alloc(100_000, 7)];
  const opened = await kernel.send(
    "shell",
    "comm_open",
    { comm_id: "raw", target_name: "bytes", data: {} },
    { buffers: two },
  );
  const echoed = await kernel.waitFor(
    ({ type, parent }) => type === "comm_msg" && parent === opened,
    "the bytes",
  );
  assert.deepEqual(echoed.content.data.sizes, [3, 100_000]);
  assert.deepEqual(echoed.buffers, two);
  const sent = await kernel.send(
    "shell",
    "comm_msg",
    { comm_id: "raw", data: {} },
    { buffers: [Buffer.from([1, 2])] },
  );
  const answer = await kernel.waitFor(
    ({ type, parent }) => type === "comm_msg" && parent === sent,
    "the answer",
  );
  assert.deepEqual(answer.buffers, [Buffer.from([254, 253])]);
  assert.deepEqual(answer.metadata, { inverted: true });
  const { messages } = await kernel.execute(
    'display({ "text/plain": "bytes" }, { buffers: [new Uint8Array([5, 6])] })',
  );
  const shown = messages.find(({ type }) => type === "display_data");
  assert.deepEqual(shown?.buffers, [Buffer.from([5, 6])]);
});

test("a widget of the anywidget kind: its state, its view, a change from the page", async () => {
  const { messages } =
    await kernel.execute(`const state = { _esm: "export default { render() {} }", value: 1 };
const widget = comms.create("jupyter.widget", { state, buffer_paths: [] }, { metadata: { version: "2.1.0" } });
widget.on_msg(({ data }) => {
  const { method, state: changed } = data as { method: string; state: Partial<typeof state> };
  if (method === "update") Object.assign(state, changed);
});
display({ "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: widget.comm_id } });`);
  const [open] = messages.filter(({ type }) => type === "comm_open");
  const [view] = messages.filter(({ type }) => type === "display_data");
  assert.equal(open.content.target_name, "jupyter.widget");
  assert.equal(open.metadata.version, "2.1.0");
  const { comm_id } = open.content;
  assert.equal(view.content.data["application/vnd.jupyter.widget-view+json"].model_id, comm_id);
  await kernel.send("shell", "comm_msg", {
    comm_id,
    data: { method: "update", state: { value: 42 }, buffer_paths: [] },
  });
  assert.equal((await kernel.execute("state.value")).result, "42");
});
