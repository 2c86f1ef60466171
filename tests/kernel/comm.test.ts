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
