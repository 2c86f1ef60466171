/** @file What VS Code's Jupyter extension does with a kernel, message by message (docs/kernel.md lists it). */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { kernelSpec } from "../../kernel/install";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

/** A cell as the extension sends it: it stops a queue by itself, and always takes questions. */
const CELL = { silent: false, stop_on_error: false, allow_stdin: true, store_history: true };

test("the kernelspec names the language, and interrupts by message", () => {
  const { language, interrupt_mode, argv } = kernelSpec();
  assert.equal(language, "typescript");
  assert.equal(interrupt_mode, "message");
  assert.ok(argv.includes("{connection_file}"));
});

test("kernel_info is answered on shell, with busy before and idle after", async () => {
  const id = await kernel.send("shell", "kernel_info_request", {});
  const reply = await kernel.waitFor(({ parent, type }) => parent === id && type === "kernel_info_reply");
  assert.equal(reply.content.language_info.name, "typescript");
  await kernel.waitFor(({ parent, content }) => parent === id && content.execution_state === "idle");
  assert.deepEqual(
    kernel.of(id).map(({ content }) => content.execution_state),
    ["busy", "idle"],
  );
});

test("several cells are sent one at a time; a failed one does not abort what was sent", async () => {
  const first = await kernel.submit(
    "const seen: number[] = []; seen.push(1); throw new Error('stop here')",
    CELL,
  );
  const second = await kernel.submit("seen.push(2); seen", CELL);
  assert.equal((await kernel.finished(first)).reply.status, "error");
  assert.equal((await kernel.finished(second)).result, "[ 1, 2 ]");
});

test("execution order, streams, updates and the pager's payload are in the messages", async () => {
  const { messages, reply } = await kernel.execute(
    "console.log('out'); console.error('err'); const shown = display('one', { display_id: true }); shown.update('two'); clear_output({ wait: true }); 3",
    CELL,
  );
  assert.deepEqual(
    messages.slice(1, -1).map(({ type }) => type),
    [
      "execute_input",
      "stream",
      "stream",
      "display_data",
      "update_display_data",
      "clear_output",
      "execute_result",
    ],
  );
  assert.equal(messages[1].content.execution_count, reply.execution_count);
  const help = await kernel.execute("Math.max?", CELL);
  assert.equal(help.reply.payload[0].source, "page");
});

test("completion is asked while typing, in a cell that is not whole, also while another runs", async () => {
  await kernel.execute("const words = { 北京: 1, 上海: 2 };", CELL);
  const busy = await kernel.submit("console.log('busy'); for (;;) {}", CELL);
  await kernel.printed(busy, "busy");
  const code = "for (const word of []) {\n  words.";
  const { matches, metadata } = await kernel.request("shell", "complete_request", {
    code,
    cursor_pos: code.length,
  });
  assert.deepEqual([...matches].sort(), ["上海", "北京"]);
  assert.deepEqual(
    metadata._jupyter_types_experimental.map(({ type }: { type: string }) => type),
    ["property", "property"],
  );
  const asked = performance.now();
  assert.equal((await kernel.request("control", "interrupt_request", {})).status, "ok");
  assert.equal((await kernel.finished(busy)).reply.ename, "KeyboardInterrupt");
  assert.ok(performance.now() - asked < 5000, "sooner than the extension offers a restart");
});

test("a question is shown in the input box, also one with a hidden answer", async () => {
  const id = await kernel.submit("input('password: ', { password: true }).length", CELL);
  const { content, header } = await kernel.waitFor(
    ({ parent, type }) => parent === id && type === "input_request",
  );
  assert.deepEqual(content, { prompt: "password: ", password: true });
  await kernel.send("stdin", "input_reply", { status: "ok", value: "secret" }, { parent: header });
  assert.equal((await kernel.finished(id)).result, "6");
});

test("widgets' comms are asked for when a notebook is opened", async () => {
  const { comms } = await kernel.request("shell", "comm_info_request", { target_name: "jupyter.widget" });
  assert.deepEqual(comms, {});
});

test("shutdown by control ends the process", async () => {
  await kernel.request("control", "shutdown_request", { restart: false });
  assert.equal(await kernel.exited(), 0);
});
