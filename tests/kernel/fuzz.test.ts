/** @file Ten thousand wrong messages on every socket: logged, ignored, and nothing else is lost. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { Dealer } from "zeromq";
import { KernelClient } from "./client";

const WRONG = 10_000;
const CHANNELS = ["shell", "control", "stdin"] as const;
const PORTS = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"];

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

/** A generator of our own, so that a failure can be seen again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Frames = (string | Buffer)[];

/** One wrong message; some are wrong in their frames, some in what they hold. */
function wrongMessage(random: (below: number) => number): Frames {
  const bytes = (most: number) => randomBytes(1 + random(most));
  const header = kernel.header(`wrong-${random(1e9)}`, "execute_request");
  const cell = { code: 'console.log("never")', silent: false };
  const parts = (head: unknown, content: unknown = cell) =>
    [head, {}, {}, content].map((part) => JSON.stringify(part));
  const signed = kernel.sign(parts(header));
  const kinds: (() => Frames)[] = [
    () => [signed[0], "0".repeat(64), ...signed.slice(2)],
    () => [signed[0], bytes(64), ...signed.slice(2)],
    () => [...signed.slice(0, 5), JSON.stringify({ code: "1" })],
    () => signed.slice(0, 1 + random(5)),
    () => Array.from({ length: 1 + random(8) }, () => bytes(200)),
    () => ["<IDS|MSG>", ...Array.from({ length: random(8) }, () => bytes(200))],
    () => [""],
    () => kernel.sign(["{", "{}", "{}", "{}"]),
    () => kernel.sign(["null", "[]", "1", '"text"']),
    () => kernel.sign(parts({ msg_id: 1, msg_type: ["x"] })),
    () => kernel.sign(parts({ ...header, msg_type: `unknown_${random(1000)}_request` })),
    () => kernel.sign(parts({ ...header, msg_type: "__proto__" })),
    () => kernel.sign(parts({ ...header, msg_type: "input_reply" }, { value: 5 })),
    () => kernel.sign(parts({ ...header, msg_type: "comm_msg" }, { comm_id: 5, data: null })),
    () => kernel.sign(parts({ ...header, msg_type: "complete_request" }, { code: 5, cursor_pos: "x" })),
    () => kernel.sign(parts({ ...header, msg_type: "history_request" }, { hist_access_type: {}, n: "x" })),
    () => kernel.sign(["{}".padEnd(200_000), "{}", "{}", "{}"]),
  ];
  return kinds[random(kinds.length)]();
}

/** Bytes that are no ZeroMQ, or its greeting and then none, from a socket of its own. */
async function rawBytes(port: number, greet: boolean, bytes: Buffer): Promise<void> {
  // Signature, version 3.0, mechanism NULL, as ZeroMQ's own peers begin.
  const greeting = Buffer.alloc(64);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting.write("NULL", 12);
  await new Promise<void>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.end(greet ? Buffer.concat([greeting, bytes]) : bytes);
      setTimeout(() => socket.destroy(), 50);
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
}

test("10,000 wrong messages are logged and ignored; cells before, during and after answer", async () => {
  const random = generator(20_260);
  await kernel.execute("let count = 0;");
  const cells: string[] = [];
  for (let i = 0; i < WRONG; i++) {
    const channel = CHANNELS[random(CHANNELS.length)];
    await kernel.sendFrames(channel, wrongMessage(random));
    if (i % 500 === 0) cells.push(await kernel.submit("count += 1; console.log(count); count"));
  }
  for (const [i, id] of cells.entries()) {
    const { reply, stdout, result } = await kernel.finished(id);
    assert.equal(reply.status, "ok");
    assert.equal(stdout, `${i + 1}\n`);
    assert.equal(result, String(i + 1));
  }
  assert.equal((await kernel.request("control", "kernel_info_request", {})).status, "ok");
  assert.equal((await kernel.execute("count")).result, String(WRONG / 500));
  assert.ok(!kernel.messages.some(({ content }) => content.text === "never\n"));
  assert.match(kernel.log, /wrong HMAC signature/);
  assert.match(kernel.log, /no <IDS\|MSG> delimiter/);
  assert.match(kernel.log, /not JSON/);
});

test("random bytes on every port, huge lengths and a flood of connections harm nothing", async () => {
  const huge = Buffer.from([0x02, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]);
  for (const name of PORTS) {
    const port = kernel.ports[name];
    for (let i = 0; i < 4; i++) await rawBytes(port, i % 2 === 0, randomBytes(1000));
    await rawBytes(port, true, huge);
    await Promise.all(Array.from({ length: 20 }, () => rawBytes(port, false, randomBytes(50))));
    // A peer that speaks ZeroMQ but not Jupyter; it also takes the answers that nobody asked for.
    const peer = new Dealer({ linger: 0, sendTimeout: 20 });
    peer.connect(`tcp://127.0.0.1:${port}`);
    for (let i = 0; i < 20; i++) await peer.send(randomBytes(100)).catch(() => {});
    peer.close();
  }
  await kernel.heartbeat.send("beat");
  assert.equal((await kernel.heartbeat.receive())[0].toString(), "beat");
  assert.equal((await kernel.execute("1 + 1")).result, "2");
});
