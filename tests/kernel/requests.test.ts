/** @file Every request but the cells' own: answered at once, also while a cell runs. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("kernel_info tells protocol, language and implementation", async () => {
  const info = await kernel.request("shell", "kernel_info_request", {});
  assert.equal(info.status, "ok");
  assert.equal(info.protocol_version, "5.5");
  assert.equal(info.implementation, "torchbook");
  assert.deepEqual(
    { ...info.language_info, version: undefined },
    {
      name: "typescript",
      version: undefined,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "",
    },
  );
  assert.match(info.language_info.version, /^\d+\.\d+/);
  assert.ok(info.banner.length > 0);
  assert.ok(info.help_links.length > 0);
});

test("completion, inspection, is_complete and control answer while a cell runs", async () => {
  await kernel.execute(
    "/** Adds one. */\nfunction addOne(value: number): number { return value + 1 }\nconst addTwo = 2;",
  );
  const busy = await kernel.submit('console.log("busy"); for (;;) {}');
  await kernel.printed(busy, "busy");
  const completed = await kernel.request("shell", "complete_request", { code: "1 + addO", cursor_pos: 8 });
  assert.equal(completed.status, "ok");
  assert.ok(completed.matches.includes("addOne"), completed.matches.join());
  assert.equal(completed.cursor_start, 4);
  assert.equal(completed.cursor_end, 8);
  const inspected = await kernel.request("shell", "inspect_request", {
    code: "addOne",
    cursor_pos: 3,
    detail_level: 0,
  });
  assert.equal(inspected.found, true);
  assert.match(inspected.data["text/plain"], /value: number/);
  assert.match(inspected.data["text/plain"], /Adds one/);
  const complete = await kernel.request("shell", "is_complete_request", { code: "for (;;) {" });
  assert.equal(complete.status, "incomplete");
  assert.equal((await kernel.request("control", "kernel_info_request", {})).status, "ok");
  assert.ok(
    !kernel.messages.some(({ type, parent }) => type === "execute_reply" && parent === busy),
    "all of that came while the cell ran",
  );
  await kernel.interrupt();
  await kernel.finished(busy);
});

test("cursor positions are code points", async () => {
  await kernel.execute("const 变量名 = 1;");
  const code = '"😀😀"; 变量';
  const { matches, cursor_start, cursor_end } = await kernel.request("shell", "complete_request", {
    code,
    cursor_pos: [...code].length,
  });
  assert.ok(matches.includes("变量名"));
  assert.equal(cursor_start, 6);
  assert.equal(cursor_end, 8);
});

test("modules, files beside the notebook and magics are completed", async () => {
  const cwd = String((await kernel.execute("process.cwd()")).result).slice(1, -1);
  mkdirSync(join(cwd, "sub"));
  writeFileSync(join(cwd, "my-file.ts"), "export const a = 1;");
  const complete = async (code: string) => {
    const reply = await kernel.request("shell", "complete_request", { code, cursor_pos: code.length });
    return [reply.matches, code.slice(reply.cursor_start, reply.cursor_end)];
  };
  assert.deepEqual(await complete("import 'fs"), [["fs", "fs/promises"], "fs"]);
  assert.deepEqual(await complete("import 'fs/pro"), [["promises"], "pro"]);
  assert.deepEqual(await complete("import x from './my-f"), [["my-file"], "my-f"]);
  assert.deepEqual((await complete("import x from './"))[0], ["connection.json", "my-file", "sub"]);
  assert.deepEqual(await complete("%%ti"), [["%%time"], "%%ti"]);
  assert.deepEqual(await complete("%%time\n%%"), [["%%nocheck", "%%time", "%%html"], "%%"]);
  assert.ok(!(await complete("1\n%%ti"))[0].includes("%%time"));
});

test("inspection has two levels: types and documentation, and the declaration besides", async () => {
  const source = "/** Adds. */\nfunction sum2(a: number, b: number): number {\n  return a + b;\n}";
  await kernel.execute(`${source}\nconst { left2, right2: [deep2] } = { left2: 1, right2: [2] };`);
  const inspect = async (code: string, detail_level: number) => {
    const cursor_pos = code.length;
    return (await kernel.request("shell", "inspect_request", { code, cursor_pos, detail_level })).data[
      "text/plain"
    ];
  };
  const brief = await inspect("sum2", 0);
  assert.match(brief, /sum2\(a: number, b: number\): number\n\nAdds\.$/);
  assert.equal(await inspect("sum2", 1), `${brief}\n\n${source}`);
  assert.match(await inspect("deep2", 1), /const \{ left2, right2: \[deep2\] \}/);
  assert.match(await inspect("const own2 = 5; own2", 1), /own2 = 5/);
  assert.match(await inspect("nn.Linear", 1), /declare class Linear/);
  const { reply } = await kernel.execute("sum2??");
  assert.match(reply.payload[0].data["text/plain"], /return a \+ b/);
});

test("help for a type alone, and a question is a complete cell", async () => {
  await kernel.execute("/** A pair. */ interface Pair3 { a: 1 }");
  const { reply } = await kernel.execute("Pair3?");
  assert.match(reply.payload[0].data["text/plain"], /interface Pair3\n\nA pair\./);
  const { status } = await kernel.request("shell", "is_complete_request", { code: "Pair3?" });
  assert.equal(status, "complete");
});

test("is_complete tells complete, incomplete and invalid code", async () => {
  const status = async (code: string) =>
    (await kernel.request("shell", "is_complete_request", { code })).status;
  assert.equal(await status("1 + 1"), "complete");
  assert.equal(await status("function f() {"), "incomplete");
  assert.equal(await status("let = = 3;)"), "invalid");
});

test("history: tail, range, search", async () => {
  const first = await kernel.execute("const historic = 1 // mark");
  const second = await kernel.execute("historic + 1");
  const [one, two] = [first, second].map(({ reply }) => reply.execution_count);
  const ask = async (content: object) =>
    (await kernel.request("shell", "history_request", { output: false, raw: true, ...content })).history;
  assert.deepEqual(await ask({ hist_access_type: "tail", n: 2 }), [
    [1, one, "const historic = 1 // mark"],
    [1, two, "historic + 1"],
  ]);
  assert.deepEqual(
    await ask({ hist_access_type: "range", session: 0, start: two, stop: two + 1, output: true }),
    [[0, two, ["historic + 1", "2"]]],
  );
  assert.deepEqual(await ask({ hist_access_type: "search", pattern: "*// m?rk", n: 5 }), [
    [1, one, "const historic = 1 // mark"],
  ]);
  await kernel.execute("7 * 7");
  await kernel.execute("7 * 7");
  const unique = await ask({ hist_access_type: "search", pattern: "7*7", unique: true });
  assert.equal(unique.length, 1);
});

test("comm_info is empty, an unknown target is closed", async () => {
  assert.deepEqual(await kernel.request("shell", "comm_info_request", {}), { status: "ok", comms: {} });
  const id = await kernel.send("shell", "comm_open", { comm_id: "c1", target_name: "nobody", data: {} });
  const closed = await kernel.waitFor(
    ({ type, content }) => type === "comm_close" && content.comm_id === "c1",
  );
  assert.equal(closed.parent, id);
  assert.deepEqual((await kernel.request("shell", "comm_info_request", {})).comms, {});
});

test("debug requests are refused as the specification says", async () => {
  const reply = await kernel.request("control", "debug_request", {
    seq: 3,
    type: "request",
    command: "stackTrace",
    arguments: {},
  });
  assert.equal(reply.success, false);
  assert.equal(reply.request_seq, 3);
  assert.equal(reply.command, "stackTrace");
  assert.match(reply.message, /not started/);
});

test("the control channel takes what the shell channel takes", async () => {
  for (const [type, content] of [
    ["complete_request", { code: "Math.sq", cursor_pos: 7 }],
    ["inspect_request", { code: "Math", cursor_pos: 2, detail_level: 0 }],
    ["is_complete_request", { code: "1" }],
    ["history_request", { hist_access_type: "tail", n: 1 }],
    ["comm_info_request", {}],
  ] as const)
    assert.notEqual((await kernel.request("control", type, content)).status, "error", type);
  const { status, execution_count } = await kernel.request("control", "execute_request", { code: "1" });
  assert.equal(status, "ok");
  assert.ok(execution_count > 0);
});

test("connect_request tells the ports", async () => {
  const { status, ...ports } = await kernel.request("shell", "connect_request", {});
  assert.equal(status, "ok");
  assert.deepEqual(ports, kernel.ports);
});

test("a message that comes again is not taken again", async () => {
  const header = kernel.header("sent-twice", "execute_request");
  const frames = kernel.sign(
    [header, {}, {}, { code: "console.log('once')" }].map((part) => JSON.stringify(part)),
  );
  await kernel.sendFrames("shell", frames);
  await kernel.sendFrames("shell", frames);
  assert.equal((await kernel.finished("sent-twice")).stdout, "once\n");
  await kernel.execute("1");
  assert.equal(
    kernel.messages.filter(({ parent, type }) => parent === "sent-twice" && type === "execute_reply").length,
    1,
  );
  assert.match(kernel.log, /came before/);
});

test("every request is framed by busy and idle", async () => {
  const id = await kernel.send("shell", "history_request", { hist_access_type: "tail", n: 1 });
  await kernel.waitFor(({ parent, content }) => parent === id && content.execution_state === "idle");
  assert.deepEqual(
    kernel.of(id).map(({ content }) => content.execution_state),
    ["busy", "idle"],
  );
});

test("the heartbeat echoes, also while a cell runs", async () => {
  const busy = await kernel.submit(
    'console.log("busy"); for (const end = Date.now() + 1000; Date.now() < end; ) {}',
  );
  await kernel.printed(busy, "busy");
  await kernel.heartbeat.send("ping");
  const [pong] = await kernel.heartbeat.receive();
  assert.equal(pong.toString(), "ping");
  assert.ok(!kernel.messages.some(({ type, parent }) => type === "execute_reply" && parent === busy));
  await kernel.finished(busy);
});
