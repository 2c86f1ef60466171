/** @file The debugger: breakpoints, stepping, and what the kernel does while a cell is stopped. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { DebugClient } from "./debug-client";

let debug: DebugClient;
before(async () => {
  debug = await DebugClient.start();
});
afterEach(() => debug.reset());
after(() => debug.close());

test("a breakpoint that is set before the cell ran stops at its line", async () => {
  const code =
    "const first: number = 1;\nconst second = first + 1;\n\n// a comment\nconst third = second + 1;";
  const [breakpoint] = await debug.breakpoints(code, 2);
  assert.equal(breakpoint.verified, false);
  const id = await debug.kernel.submit(code);
  const { reason, lines, frames, body } = await debug.stopped();
  assert.equal(reason, "breakpoint");
  assert.deepEqual(lines, [2]);
  assert.deepEqual(body.hitBreakpointIds, [breakpoint.id]);
  assert.deepEqual(await debug.variables(frames[0].id, "Globals"), { first: "1" });
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
});

test("steps over, into and out of functions of earlier cells", async () => {
  const library = "function twice(value: number): number {\n  const made = value * 2;\n  return made;\n}";
  await debug.kernel.execute(library);
  const code = "let total = 0;\nfor (const n of [1, 2]) {\n  total += twice(n);\n}\ntotal";
  await debug.breakpoints(code, 3);
  const id = await debug.kernel.submit(code);
  assert.deepEqual((await debug.stopped()).lines, [3]);
  await debug.body("stepIn", { threadId: 1 });
  const inside = await debug.stopped();
  assert.deepEqual(inside.lines, [2, 3]);
  assert.equal(inside.reason, "step");
  assert.equal(inside.frames[0].name, "twice");
  assert.deepEqual(await debug.variables(inside.frames[0].id, "Locals"), { value: "1", made: "undefined" });
  await debug.body("next", { threadId: 1 });
  assert.deepEqual((await debug.stopped()).lines, [3, 3]);
  await debug.body("stepOut", { threadId: 1 });
  assert.equal((await debug.stopped()).lines.length, 1);
  await debug.body("setBreakpoints", { source: { path: inside.frames[1].source.path }, breakpoints: [] });
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
});

test("a breakpoint in a function of a cell that ran before, on the next line that has code", async () => {
  const code = "function half(value: number) {\n  // a comment\n\n  return value / 2;\n}";
  await debug.kernel.execute(code);
  const [breakpoint] = await debug.breakpoints(code, 2);
  assert.deepEqual([breakpoint.verified, breakpoint.line], [true, 4]);
  const id = await debug.kernel.submit("half(half(8))");
  assert.deepEqual((await debug.stopped()).lines, [4, 1]);
  await debug.body("continue", { threadId: 1 });
  const { frames } = await debug.stopped();
  assert.equal((await debug.variables(frames[0].id, "Locals")).value, "4");
  await debug.breakpoints(code);
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
});

test("asynchronous code: stops after an await, steps over one, in functions and at the top", async () => {
  const code = [
    "async function later(value: number): Promise<number> {",
    "  await new Promise((done) => setTimeout(done, 20));",
    "  const doubled = value * 2;",
    "  return doubled;",
    "}",
    "const got = await later(21);",
    "const after = got + 1;",
    "after",
  ].join("\n");
  await debug.breakpoints(code, 2, 6);
  const id = await debug.kernel.submit(code);
  assert.deepEqual((await debug.stopped()).lines, [6]);
  await debug.body("continue", { threadId: 1 });
  assert.deepEqual((await debug.stopped()).lines, [2, 6]);
  await debug.body("next", { threadId: 1 });
  const { lines, frames } = await debug.stopped();
  assert.equal(lines[0], 3);
  assert.equal((await debug.variables(frames[0].id, "Locals")).value, "21");
  await debug.body("next", { threadId: 1 });
  assert.equal((await debug.stopped()).lines[0], 4);
  await debug.body("continue", { threadId: 1 });
  await debug.finishes(id);
  const again = await debug.kernel.submit(`${code} + 1`);
  await debug.finishes(again);
});

test("a cell of one line, one of a magic, and one that is run again", async () => {
  for (const code of ["1 + 2 + 3", "%%time\nconst timed = 4;"]) {
    await debug.breakpoints(code, code.split("\n").length);
    for (let run = 0; run < 2; run++) {
      const id = await debug.kernel.submit(code);
      assert.deepEqual((await debug.stopped()).lines, [code.split("\n").length]);
      await debug.body("continue", { threadId: 1 });
      await debug.finishes(id);
    }
    await debug.breakpoints(code);
  }
});

test("steps do not wander into the library, Node or the kernel", async () => {
  const code =
    "const items = [3, 1, 2];\nconst t = torch.tensor(items);\nconst sum = t.add(1).sum();\nsum.item()";
  await debug.breakpoints(code, 2);
  const id = await debug.kernel.submit(code);
  assert.deepEqual((await debug.stopped()).lines, [2]);
  for (const line of [3, 4]) {
    await debug.body("stepIn", { threadId: 1 });
    assert.deepEqual((await debug.stopped()).lines, [line]);
  }
  await debug.body("stepIn", { threadId: 1 });
  await debug.finishes(id);
  assert.equal((await debug.kernel.execute("1 + 1")).result, "2");
});

test("conditions, hit conditions and log messages, in TypeScript and with the cells' variables", async () => {
  await debug.kernel.execute("let limit: number = 6;");
  const code = "for (let i = 0; i < 10; i++) {\n  const square = i * i;\n  void square;\n}";
  await debug.breakpoints(
    code,
    { line: 3, condition: "(i as number) === limit" },
    { line: 2, hitCondition: "% 4" },
  );
  const id = await debug.kernel.submit(code);
  const at: string[] = [];
  for (let stop = 0; stop < 3; stop++) {
    const { lines, frames } = await debug.stopped();
    at.push(`${lines[0]}: ${await debug.evaluate("i", frames[0].id)}`);
    await debug.body("continue", { threadId: 1 });
  }
  assert.deepEqual(at, ["2: 3", "3: 6", "2: 7"]);
  await debug.finishes(id);
  const [logged, broken] = await debug.breakpoints(
    code,
    { line: 3, logMessage: "i is {i}, {square > limit}" },
    { line: 2, condition: "i === (" },
  );
  assert.equal(logged.verified, true);
  assert.equal(broken.verified, false);
  assert.match(broken.message, /expected/i);
  await debug.finishes(await debug.kernel.submit(code));
  await debug.event("output");
  const outputs = debug.kernel.messages.filter(({ content }) => content.event === "output");
  assert.deepEqual(
    outputs.slice(0, 4).map(({ content }) => content.body.output),
    ["i is 0, false\n", "i is 1, false\n", "i is 2, false\n", "i is 3, true\n"],
  );
  await debug.breakpoints(code);
});
