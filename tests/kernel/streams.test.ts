/** @file Output of cells: while they run, in order, whole, under the right request. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

test("text appears while a synchronous loop runs", async () => {
  const id = await kernel.submit(
    'console.log("early"); const until = Date.now() + 1500; while (Date.now() < until) {} console.log("late")',
  );
  const early = await kernel.printed(id, "early");
  const late = await kernel.printed(id, "late");
  assert.ok(late.at - early.at > 1000, `"early" came ${late.at - early.at} ms before "late"`);
  await kernel.finished(id);
});

test("20,000 printed lines arrive whole, in order, before idle", async () => {
  const { stdout } = await kernel.execute('for (let i = 0; i < 20000; i++) console.log("line " + i)');
  const lines = stdout.split("\n");
  assert.equal(lines.length, 20_001);
  assert.ok(lines.slice(0, -1).every((line, i) => line === `line ${i}`));
});

test("10 MB in one print arrives whole", async () => {
  const { stdout } = await kernel.execute('process.stdout.write("雪".repeat(10 * 1024 * 1024) + "end")');
  assert.equal(stdout.length, 10 * 1024 * 1024 + 3);
  assert.ok(stdout.endsWith("雪end"));
});

test("100 MB in small prints arrives whole though the kernel holds only a part at once", async () => {
  const { stdout } = await kernel.execute(
    'const chunk = "0123456789".repeat(10_000); for (let i = 0; i < 1000; i++) process.stdout.write(chunk)',
  );
  assert.equal(stdout.length, 100_000_000);
});

test("stdout and stderr keep their order", async () => {
  const { messages, stdout, stderr } = await kernel.execute(
    'for (let i = 0; i < 5; i++) { console.log("out" + i); console.error("err" + i) }',
  );
  assert.equal(stdout, "out0\nout1\nout2\nout3\nout4\n");
  assert.equal(stderr, "err0\nerr1\nerr2\nerr3\nerr4\n");
  const all = messages.filter(({ type }) => type === "stream").map(({ content }) => content.text);
  assert.equal(all.join(""), "out0\nerr0\nout1\nerr1\nout2\nerr2\nout3\nerr3\nout4\nerr4\n");
});

test("streams and displays keep their order", async () => {
  const { messages } = await kernel.execute(
    'console.log("a"); display.html("<b>b</b>"); console.log("c"); clear_output({ wait: true }); console.log("d"); 5',
  );
  const types = messages.map(({ type }) => type).filter((type) => type !== "status");
  assert.deepEqual(types, [
    "execute_input",
    "stream",
    "display_data",
    "stream",
    "clear_output",
    "stream",
    "execute_result",
  ]);
  assert.deepEqual(messages.find(({ type }) => type === "clear_output")?.content, { wait: true });
});

test("carriage returns pass as they are", async () => {
  const { stdout } = await kernel.execute(
    'for (let i = 1; i <= 3; i++) process.stdout.write("\\rstep " + i); process.stdout.write("\\n")',
  );
  assert.equal(stdout, "\rstep 1\rstep 2\rstep 3\n");
});

test("bytes and split characters are decoded", async () => {
  const { stdout } = await kernel.execute(
    'const bytes = Buffer.from("你好"); process.stdout.write(bytes.subarray(0, 4)); process.stdout.write(bytes.subarray(4))',
  );
  assert.equal(stdout, "你好");
});

test("every console method has its place", async () => {
  const { stdout, stderr } = await kernel.execute(
    'console.info("i"); console.debug("d"); console.warn("w"); console.table([{ a: 1 }]); console.group(); console.log("in"); console.groupEnd(); console.log({ a: [1, 2] })',
  );
  assert.match(stdout, /^i\nd\n/);
  assert.match(stdout, /│ \(index\) │ a │/);
  assert.match(stdout, /\n {2}in\n\{ a: \[ 1, 2 \] \}\n$/);
  assert.equal(stderr, "w\n");
});

test("late output goes to the cell that started it", async () => {
  const first = await kernel.execute(
    'setTimeout(() => console.log("from the timer"), 300); Promise.resolve().then(() => console.log("then"))',
  );
  const second = await kernel.execute(
    'console.log("second"); await new Promise((done) => setTimeout(done, 600))',
  );
  const late = await kernel.waitFor(
    ({ content }) => content.text?.includes("from the timer"),
    "timer's output",
  );
  assert.equal(late.parent, first.id);
  assert.equal(second.stdout, "second\n");
  assert.match(first.stdout, /then/);
});

test("output of an awaited cell arrives before idle", async () => {
  const { stdout } = await kernel.execute(
    "for (let i = 0; i < 3; i++) { await new Promise((done) => setTimeout(done, 30)); console.log(i) }",
  );
  assert.equal(stdout, "0\n1\n2\n");
});
