/** @file Subshells (JEP 91): queues beside the main one, for a kernel whose cells all run on one thread. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

async function create(): Promise<string> {
  const { status, subshell_id } = await kernel.request("control", "create_subshell_request", {});
  assert.equal(status, "ok");
  return subshell_id;
}

const list = async () => (await kernel.request("control", "list_subshell_request", {})).subshell_id;
const remove = (subshell_id: string) => kernel.request("control", "delete_subshell_request", { subshell_id });

test("subshells are offered, made, listed and deleted", async () => {
  const { supported_features } = await kernel.request("control", "kernel_info_request", {});
  assert.ok(supported_features.includes("kernel subshells"));
  assert.deepEqual(await list(), []);
  const ids = [await create(), await create()];
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(await list(), ids);
  for (const id of ids) assert.equal((await remove(id)).status, "ok");
  assert.deepEqual(await list(), []);
  const gone = await remove(ids[0]);
  assert.equal(gone.status, "error");
  assert.match(gone.evalue, /no subshell/);
});

test("a subshell's cell runs while the main shell's waits; both see the same variables", async () => {
  const subshell_id = await create();
  await kernel.execute("let release: (word: string) => void = () => {}; let steps = 0;");
  const waiting = await kernel.submit(
    "steps = 1; const word = await new Promise<string>((done) => { release = done; console.log('waits'); }); word",
  );
  await kernel.printed(waiting, "waits");
  const beside = await kernel.execute("steps", { subshell_id });
  assert.equal(beside.result, "1");
  // What the waiting cell declares is known, with its type.
  assert.equal((await kernel.execute("word satisfies string", { subshell_id })).result, undefined);
  await kernel.execute("const fromBeside = 5; setTimeout(release, 1, 'free'); 0", { subshell_id });
  const { result, reply } = await kernel.finished(waiting);
  assert.equal(result, "'free'");
  const next = await kernel.execute("[word, fromBeside]");
  assert.equal(next.result, "[ 'free', 5 ]");
  assert.equal(next.reply.execution_count, reply.execution_count + 4);
  await remove(subshell_id);
});

test("output of both goes to the cell that made it", async () => {
  const subshell_id = await create();
  // Each waits until it is its turn.
  await kernel.execute("const turns = { next: 0 };");
  const code = (name: string, first: number) => `for (let i = 0; i < 20; i++) {
  while (turns.next !== 2 * i + ${first}) await new Promise((done) => setTimeout(done, 1));
  console.log('${name}' + i);
  turns.next++;
}
display('${name}')`;
  const ids = [await kernel.submit(code("m", 0)), await kernel.submit(code("s", 1), { subshell_id })];
  const both = await Promise.all(ids.map((id) => kernel.finished(id)));
  ["m", "s"].forEach((name, i) => {
    assert.equal(both[i].stdout, Array.from({ length: 20 }, (_, n) => `${name}${n}\n`).join(""));
    const shown = both[i].messages.filter(({ type }) => type === "display_data");
    assert.deepEqual(
      shown.map(({ content }) => content.data["text/plain"]),
      [`'${name}'`],
    );
  });
  const order = kernel.messages
    .filter(({ type, parent }) => type === "stream" && ids.includes(String(parent)))
    .map(({ parent }) => parent);
  assert.deepEqual(
    order,
    Array.from({ length: 40 }, (_, n) => ids[n % 2]),
  );
  await remove(subshell_id);
});

test("a comm message on a subshell reaches a cell that waits for it", async () => {
  const subshell_id = await create();
  await kernel.execute(
    'const answers = comms.create("asks", {}, { comm_id: "asked" }); const answer = new Promise<unknown>((done) => answers.on_msg(({ data }) => done(data.value)));',
  );
  const waiting = await kernel.submit("console.log('asks'); await answer");
  await kernel.printed(waiting, "asks");
  await kernel.send("shell", "comm_msg", { comm_id: "asked", data: { value: 42 } }, { subshell_id });
  assert.equal((await kernel.finished(waiting)).result, "42");
  await remove(subshell_id);
});

test("cells of one subshell run one after another, and an error aborts only its own queue", async () => {
  const [first, second] = [await create(), await create()];
  const wait = "await new Promise((done) => setTimeout(done, 60));";
  const ids = [
    await kernel.submit(`${wait} throw new Error('x')`, { subshell_id: first }),
    await kernel.submit("1", { subshell_id: first }),
    await kernel.submit(`${wait} ${wait} 2`, { subshell_id: second }),
    await kernel.submit("3", { subshell_id: second }),
    await kernel.submit(`${wait} ${wait} 4`),
    await kernel.submit("5"),
  ];
  const all = await Promise.all(ids.map((id) => kernel.finished(id)));
  assert.deepEqual(
    all.map(({ reply, result }) => result ?? reply.status),
    ["error", "aborted", "2", "3", "4", "5"],
  );
  await remove(first);
  await remove(second);
});

test("an interrupt stops the cells of all shells", async () => {
  const subshell_id = await create();
  for (const busy of ["await new Promise(() => {})", "for (;;);", "for (;;) await null;"]) {
    const waiting = await kernel.submit("console.log('m'); await new Promise(() => {})");
    await kernel.printed(waiting, "m");
    const beside = await kernel.submit(`console.log('s'); ${busy}`, { subshell_id });
    await kernel.printed(beside, "s");
    await kernel.interrupt();
    for (const id of [waiting, beside])
      assert.equal((await kernel.finished(id)).reply.ename, "KeyboardInterrupt");
    assert.equal((await kernel.execute("1 + 1", { subshell_id })).result, "2");
    assert.equal((await kernel.execute("1 + 2")).result, "3");
  }
  await remove(subshell_id);
});

test("a subshell that is deleted ends what it runs and aborts the rest", async () => {
  const subshell_id = await create();
  const runs = await kernel.submit("console.log('r'); await new Promise((done) => setTimeout(done, 50)); 6", {
    subshell_id,
  });
  const waits = await kernel.submit("7", { subshell_id });
  await kernel.printed(runs, "r");
  await remove(subshell_id);
  assert.equal((await kernel.finished(runs)).result, "6");
  assert.equal((await kernel.finished(waits)).reply.status, "aborted");
});

test("requests for a subshell that there is not are refused", async () => {
  const subshell_id = "never-made";
  const { reply, messages } = await kernel.execute("1", { subshell_id });
  assert.equal(reply.status, "error");
  assert.match(reply.evalue, /no subshell never-made/);
  assert.equal(messages.at(-1)?.content.execution_state, "idle");
  const info = await kernel.request("shell", "comm_info_request", {}, { subshell_id });
  assert.equal(info.status, "error");
  const comm = await kernel.send(
    "shell",
    "comm_open",
    { comm_id: "lost", target_name: "t", data: {} },
    { subshell_id },
  );
  await sleep(50);
  assert.deepEqual(kernel.of(comm), []);
  assert.match(kernel.log, /ignored comm_open for the unknown subshell never-made/);
});

test("other requests are answered for a subshell as for the main shell", async () => {
  const subshell_id = await create();
  const { matches } = await kernel.request(
    "shell",
    "complete_request",
    { code: "Math.sq", cursor_pos: 7 },
    { subshell_id },
  );
  assert.deepEqual(matches, ["sqrt"]);
  await remove(subshell_id);
});
