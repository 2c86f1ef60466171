/** @file The debugger: exceptions, and what works while a cell is stopped. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { DebugClient } from "./debug-client";

let debug: DebugClient;
before(async () => {
  debug = await DebugClient.start();
  await debug.kernel.execute("let kept = 1;\nfunction stop(value: number) {\n  return value + 1;\n}");
});
afterEach(() => debug.reset());
after(() => debug.close());

/** Stops a cell in its first line; gives its id. */
async function stopped(target = debug, code = "kept = kept + 1;\nkept"): Promise<string> {
  await target.breakpoints(code, 1);
  const id = await target.kernel.submit(code);
  await target.stopped();
  return id;
}

test("heartbeat, control, kernel_info, completion answer; cells wait in their order", async () => {
  const { kernel } = debug;
  const id = await stopped();
  const later = [await kernel.submit("kept * 10"), await kernel.submit("kept * 100")];
  await kernel.heartbeat.send("ping");
  assert.equal((await kernel.heartbeat.receive()).toString(), "ping");
  const info = await kernel.request("control", "kernel_info_request", {});
  assert.equal(info.debugger, true);
  assert.ok(info.supported_features.includes("debugger"));
  assert.equal((await kernel.request("shell", "kernel_info_request", {})).status, "ok");
  const completed = await kernel.request("shell", "complete_request", { code: "kep", cursor_pos: 3 });
  assert.ok(completed.matches.includes("kept"));
  const { isStarted, stoppedThreads, breakpoints } = await debug.body("debugInfo");
  assert.deepEqual([isStarted, stoppedThreads, breakpoints.length], [true, [1], 1]);
  const ended = kernel.messages.filter(({ type }) => type === "execute_reply").length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(
    kernel.messages.filter(({ type }) => type === "execute_reply").length,
    ended,
    "the cell stands",
  );
  await debug.body("continue", { threadId: 1 });
  assert.equal((await kernel.finished(id)).result, "2");
  assert.equal((await kernel.finished(later[0])).result, "20");
  assert.equal((await kernel.finished(later[1])).result, "200");
});

for (const [name, code] of [
  ["a plain cell", "kept = kept + 1;\nkept"],
  ["a cell after an await", "await null; kept = kept + 1;\nkept"],
  ["a cell that catches everything", "try { kept = kept + 1 } catch {} finally { kept = -1 }\nkept"],
]) {
  test(`Stop ends ${name} that is stopped, and the kernel goes on, debugger and all`, async () => {
    const { kernel } = debug;
    const before = Number((await kernel.execute("kept")).result);
    const id = await stopped(debug, code);
    const queued = await kernel.submit("'never'");
    // The interrupt goes another way: only what has come by then is aborted.
    await kernel.request("shell", "kernel_info_request", {});
    await kernel.interrupt();
    const { reply } = await kernel.finished(id);
    assert.equal(reply.ename, "KeyboardInterrupt");
    await debug.event("continued");
    assert.equal((await kernel.finished(queued)).reply.status, "aborted");
    assert.equal((await kernel.execute("kept")).result, String(before));
    const again = await kernel.submit(code);
    await debug.stopped();
    await debug.body("continue", { threadId: 1 });
    await kernel.finished(again);
  });
}

test("Stop ends a callback that is stopped after its cell has ended", async () => {
  const { kernel } = debug;
  const code = "setTimeout(() => {\n  kept = 77;\n  console.log('ghost');\n}, 100);";
  await debug.breakpoints(code, 2);
  await debug.finishes(await kernel.submit(code));
  await debug.stopped();
  await kernel.interrupt();
  await debug.event("continued");
  assert.notEqual((await kernel.execute("kept")).result, "77");
  assert.ok(!kernel.messages.some(({ content }) => content.text === "ghost\n"));
});

test("a client that goes lets a stopped cell go on; breakpoints are gone with it", async () => {
  const code = "kept = 5;\nkept";
  const id = await stopped(debug, code);
  await debug.body("disconnect", { restart: false, terminateDebuggee: false });
  await debug.event("terminated");
  assert.equal((await debug.kernel.finished(id)).result, "5");
  assert.equal((await debug.kernel.execute(code)).result, "5");
  assert.equal((await debug.body("debugInfo")).isStarted, false);
});

test("terminate ends the cell and the session", async () => {
  const id = await stopped();
  await debug.body("terminate");
  await debug.event("terminated");
  assert.equal((await debug.kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  assert.equal((await debug.body("debugInfo")).isStarted, false);
});

test("pause stops a loop that runs, and a cell that is to come", async () => {
  const loop = "let turns = 0;\nconsole.log('turning');\nwhile (kept > 0) {\n  turns += 1;\n}\n'out'";
  const id = await debug.kernel.submit(loop);
  await debug.kernel.printed(id, "turning");
  await debug.body("pause", { threadId: 1 });
  const { reason, lines, frames } = await debug.stopped();
  assert.equal(reason, "pause");
  assert.ok(lines[0] === 3 || lines[0] === 4, `line ${lines[0]}`);
  await debug.evaluate("kept = -1", frames[0].id);
  await debug.body("continue", { threadId: 1 });
  assert.equal((await debug.kernel.finished(id)).result, "'out'");
  await debug.body("pause", { threadId: 1 });
  const next = await debug.kernel.submit("kept = 1;\nkept");
  assert.deepEqual((await debug.stopped()).lines, [1]);
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(next);
});

test("a debugger statement stops", async () => {
  const id = await debug.kernel.submit("kept = 1;\ndebugger;\nkept");
  assert.deepEqual((await debug.stopped()).lines, [2]);
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
});

test("uncaught exceptions: of the cell, of the library, and none that are caught", async () => {
  const { kernel } = debug;
  await debug.body("setExceptionBreakpoints", { filters: ["uncaught"] });
  const caught = "try {\n  throw new Error('caught');\n} catch {}\nJSON.stringify(torch.ones([2]).shape)";
  await debug.finishes(await kernel.submit(caught));
  const own = await kernel.submit("function fail() {\n  throw new RangeError('loud');\n}\nfail()");
  const { reason, lines, body } = await debug.stopped();
  assert.deepEqual([reason, lines, body.text], ["exception", [2, 4], "RangeError: loud"]);
  const info = await debug.body("exceptionInfo", { threadId: 1 });
  assert.deepEqual([info.exceptionId, info.description], ["RangeError", "RangeError: loud"]);
  await debug.body("continue", { threadId: 1 });
  assert.equal((await kernel.finished(own)).reply.ename, "RangeError");
  const library = await kernel.submit(
    "const a = torch.ones([2, 3]);\nconst b = a.matmul(torch.ones([2, 3]));",
  );
  assert.deepEqual((await debug.stopped()).lines, [2]);
  await debug.body("continue", { threadId: 1 });
  assert.equal((await kernel.finished(library)).reply.status, "error");
  const async = await kernel.submit("await null;\nconst text: any = null;\ntext.length");
  assert.deepEqual((await debug.stopped()).lines, [3]);
  await debug.body("continue", { threadId: 1 });
  assert.equal((await kernel.finished(async)).reply.ename, "TypeError");
});

test("all exceptions, also those that are caught; none when the filter is taken away", async () => {
  const { kernel } = debug;
  const caught = "try {\n  throw new Error('caught');\n} catch {}\nkept";
  await debug.body("setExceptionBreakpoints", { filters: ["all"] });
  const id = await kernel.submit(caught);
  assert.deepEqual((await debug.stopped()).lines, [2]);
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
  await debug.body("setExceptionBreakpoints", { filters: [] });
  await debug.finishes(await kernel.submit(caught));
  assert.match(
    await debug.refusal("setExceptionBreakpoints", { filters: ["none"] }),
    /no exception filter none/,
  );
});

test("wrong requests are refused with a message, and harm nothing", async () => {
  const { kernel } = debug;
  const wrong: [string, unknown][] = [
    ["", {}],
    ["constructor", {}],
    ["noSuchCommand", {}],
    ["setBreakpoints", {}],
    ["setBreakpoints", { source: { path: "/x" }, breakpoints: [{ line: "1" }] }],
    ["setBreakpoints", { source: { path: 3 }, breakpoints: 4 }],
    ["dumpCell", {}],
    ["source", { source: { path: "/etc/passwd" } }],
    ["stackTrace", { threadId: 1 }],
    ["scopes", { frameId: 99 }],
    ["variables", { variablesReference: "x" }],
    ["variables", { variablesReference: -1 }],
    ["evaluate", { expression: 5 }],
    ["evaluate", { expression: "kept", frameId: 12345 }],
    ["continue", { threadId: 1 }],
    ["next", {}],
    ["copyToGlobals", { srcVariableName: "a", dstVariableName: "b", srcFrameId: 1 }],
    ["evaluate", "text"],
    ["evaluate", ["list"]],
  ];
  for (const [command, args] of wrong)
    assert.notEqual(await debug.refusal(command, args as object), "", command);
  for (const content of [{}, { command: 5 }, { command: null, seq: "x", arguments: 7 }]) {
    const reply = await kernel.request("control", "debug_request", content);
    assert.equal(reply.success, false);
    assert.ok(reply.message.length > 0);
  }
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});

test("a signal from outside ends a stopped cell", async () => {
  const id = await stopped();
  debug.kernel.process.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await debug.kernel.interrupt();
  assert.equal((await debug.kernel.finished(id)).reply.ename, "KeyboardInterrupt");
  assert.equal((await debug.kernel.execute("1 + 1")).result, "2");
});

test("before it is started the debugger tells how it names cells, and refuses what needs it", async () => {
  await debug.body("disconnect");
  const info = await debug.body("debugInfo");
  assert.deepEqual([info.isStarted, info.hashMethod, info.stoppedThreads], [false, "Murmur2", []]);
  const { sourcePath } = await debug.body("dumpCell", { code: "1 + 1" });
  assert.ok(sourcePath.startsWith(info.tmpFilePrefix) && sourcePath.endsWith(info.tmpFileSuffix));
  assert.equal((await debug.body("source", { source: { path: sourcePath } })).content, "1 + 1");
  assert.match(await debug.refusal("setBreakpoints", { source: { path: sourcePath } }), /not started/);
  assert.ok((await debug.body("inspectVariables")).variables.length > 0);
});

for (const how of ["shutdown", "exit in a cell", "exit with the debugger on"] as const) {
  test(`a kernel with a debugger ends: ${how}`, async () => {
    const own = await DebugClient.start();
    try {
      const begun = performance.now();
      if (how === "shutdown") {
        await stopped(own, "'stands'");
        await own.kernel.request("control", "shutdown_request", { restart: false });
      } else if (how === "exit in a cell") {
        const code = "const code = 3;\nprocess.exit(code)";
        await stopped(own, code);
        await own.body("continue", { threadId: 1 });
      } else await own.kernel.submit("process.exit(3)");
      assert.equal(await own.kernel.exited(), how === "shutdown" ? 0 : 3);
      assert.ok(performance.now() - begun < 10_000);
    } finally {
      await own.close();
    }
  });
}
