/** @file Messages that no honest client sends. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { KernelClient } from "./client";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.close());

async function stillWorks(): Promise<void> {
  assert.equal((await kernel.execute("20 + 1")).result, "21");
}

test("a wrong signature is logged and ignored", async () => {
  const header = kernel.header(randomUUID(), "execute_request");
  const parts = [header, {}, {}, { code: "globalThis.hacked = true" }].map((part) => JSON.stringify(part));
  const frames = kernel.sign(parts);
  await kernel.sendFrames("shell", [frames[0], "0".repeat(64), ...frames.slice(2)]);
  await kernel.sendFrames("shell", [frames[0], "", ...frames.slice(2)]);
  await stillWorks();
  assert.equal((await kernel.execute("typeof (globalThis as any).hacked")).result, "'undefined'");
  assert.match(kernel.log, /wrong HMAC/);
});

test("malformed frames, random bytes and unknown types are ignored on every channel", async () => {
  for (const channel of ["shell", "control", "stdin"] as const) {
    await kernel.sendFrames(channel, ["x"]);
    await kernel.sendFrames(channel, ["<IDS|MSG>"]);
    await kernel.sendFrames(channel, kernel.sign(["{}", "{}", "{}"]));
    await kernel.sendFrames(channel, kernel.sign(["not json", "{}", "{}", "{}"]));
    await kernel.sendFrames(channel, kernel.sign(["[]", "null", "3", '""']));
    await kernel.sendFrames(channel, kernel.sign(["{}", "{}", "{}", "{}"]));
    await kernel.send(channel, "no_such_request", {});
    await kernel.send(channel, "__proto__", {});
    await kernel.send(channel, "constructor", {});
    for (let i = 0; i < 200; i++) await kernel.sendFrames(channel, [randomBytes(i), randomBytes(i)]);
  }
  await stillWorks();
});

test("requests with contents of wrong types are answered or ignored, and harm nothing", async () => {
  for (const type of [
    "execute_request",
    "complete_request",
    "inspect_request",
    "is_complete_request",
    "history_request",
    "comm_info_request",
    "comm_open",
    "comm_msg",
    "comm_close",
  ]) {
    await kernel.send("shell", type, { code: 5, cursor_pos: "x", pattern: 3, n: {}, comm_id: [], data: 1 });
    await kernel.send("shell", type, {});
  }
  await kernel.send("stdin", "input_reply", { value: 3 });
  await stillWorks();
});
