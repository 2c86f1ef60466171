/** @file What is measured in a running kernel, row by row. */
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchClient, type Received, TooLate } from "./client";
import { treeMemory } from "./memory";
import { programs } from "./programs";

/** What one measurement gave: a figure, or a word where there is none. */
export type Sample = number | string;
export type Take = (row: string, sample: Sample) => void;

/** Rows in the order of the table, with the unit of their figures. */
export const ROWS: Record<string, string> = {
  "start → first 1+1 reply": "ms",
  "start → first tensor shown": "ms",
  "warm 1+1 → idle": "ms",
  "30-line class cell, new names": "ms",
  "the same after 200 cells": "ms",
  "memory after 200 cells": "MB",
  "20,000 printed lines": "ms",
  "10 MB in one print": "ms",
  "200 cells queued at once": "ms",
  "interrupt: busy loop": "ms",
  "interrupt: loop of awaits": "ms",
  "interrupt: pending await": "ms",
  "interrupt while idle": "",
  "control kernel_info during a busy loop": "ms",
  "completion during a busy loop": "ms",
  "type error before running": "",
  "late output of a timer goes to": "",
  "nbconvert --execute of 5 cells": "ms",
};

const QUEUED = "200 cells queued at once";

/** How long a kernel may take before it counts as not answering. */
const PATIENCE_MS = 5000;

/**
 * Every row but those that start kernels for one figure each; a row that kills the kernel starts another.
 * @param isWanted Which rows are measured; 200 cells are queued in any case, as later rows are about the time after them.
 */
export async function measureSession(
  start: () => Promise<BenchClient>,
  take: Take,
  isWanted: (row: string) => boolean = () => true,
): Promise<void> {
  let client = await start();
  const { language } = client.spec;
  const code = programs[language];
  const row = async (name: string, measure: () => Promise<void>) => {
    if (!isWanted(name) && name !== QUEUED) return;
    try {
      if (!client.alive) client = await start();
      await measure();
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
      take(name, client.alive ? error.message : "dies");
      await client.close();
    }
  };
  try {
    await row("warm 1+1 → idle", async () => {
      for (let i = 0; i < 5; i++) await client.run("1+1");
      for (let i = 0; i < 20; i++) take("warm 1+1 → idle", (await client.run("1+1")).ms);
    });
    const classCells = async (name: string, first: number) => {
      for (let i = 0; i < 3; i++) await client.run(code.classCell(first + i));
      for (let i = 3; i < 13; i++) take(name, (await client.run(code.classCell(first + i))).ms);
    };
    await row("30-line class cell, new names", () => classCells("30-line class cell, new names", 0));
    await row(QUEUED, async () => take(QUEUED, await queued(client, code.queued)));
    await row("the same after 200 cells", () => classCells("the same after 200 cells", 100));
    await row("memory after 200 cells", async () =>
      take("memory after 200 cells", treeMemory(client.process.pid as number)),
    );
    await row("20,000 printed lines", async () => {
      const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join("");
      take("20,000 printed lines", await printed(client, code.lines(20_000), lines));
    });
    await row("10 MB in one print", async () => {
      const text = `${"x".repeat(10_000_000)}\n`;
      take("10 MB in one print", await printed(client, code.bytes(10_000_000), text));
    });
    for (const [name, loop] of [
      ["interrupt: busy loop", code.busy],
      ["interrupt: loop of awaits", code.spin],
      ["interrupt: pending await", code.pending],
    ]) {
      await row(name, async () => take(name, await interrupted(client, loop)));
    }
    await row("interrupt while idle", async () => {
      await client.interrupt();
      await sleep(100);
      await client.run("1+1", PATIENCE_MS);
      take("interrupt while idle", "fine");
    });
    await row("control kernel_info during a busy loop", async () => {
      await whileBusy(client, code.busy, "control", "kernel_info_request", {}, (ms) =>
        take("control kernel_info during a busy loop", ms),
      );
    });
    await row("completion during a busy loop", async () => {
      const request = { code: code.complete, cursor_pos: code.complete.length };
      await client.replied(await client.send("shell", "complete_request", request), PATIENCE_MS);
      await whileBusy(client, code.busy, "shell", "complete_request", request, (ms) =>
        take("completion during a busy loop", ms),
      );
    });
    await row("type error before running", async () => {
      const { id, reply } = await client.run(code.typeError);
      const ran = client.of(id).some(({ type }) => type === "stream");
      take("type error before running", !ran && reply.status === "error" ? "yes" : "no");
    });
    await row("late output of a timer goes to", async () => {
      const { id } = await client.run(code.later);
      await client.run("1+1");
      const late = await client.wait(
        ({ type, content }) => type === "stream" && /late/.test(content.text),
        2000,
        "output",
      );
      take(
        "late output of a timer goes to",
        late.parent === id ? "the cell that started it" : "the newest cell",
      );
    });
  } finally {
    await client.close();
  }
}

/** Fresh starts for one figure each. */
export async function measureStart(
  start: () => Promise<BenchClient>,
  take: Take,
  tensor: boolean,
): Promise<void> {
  const client = await start();
  try {
    await client.greet();
    const { language } = client.spec;
    const id = await client.submit(tensor ? programs[language].tensor : "1+1");
    const reply = await client.replied(id, 60_000);
    const row = tensor ? "start → first tensor shown" : "start → first 1+1 reply";
    take(row, reply.content.status === "ok" ? reply.at - client.startedAt : "–");
  } catch (error) {
    if (!(error instanceof TooLate)) throw error;
    take(tensor ? "start → first tensor shown" : "start → first 1+1 reply", error.message);
  } finally {
    await client.close();
  }
}

async function queued(client: BenchClient, cell: (index: number) => string): Promise<Sample> {
  const count = 200;
  const begun = performance.now();
  const ids = await Promise.all(Array.from({ length: count }, (_, i) => client.submit(cell(i))));
  let last: Received | undefined;
  try {
    for (const id of ids) {
      await client.replied(id, PATIENCE_MS * 2);
      last = await client.idle(id, PATIENCE_MS);
    }
  } catch (error) {
    if (!(error instanceof TooLate) || !client.alive) throw error;
  }
  const right = ids.filter((id, i) => {
    const messages = client.of(id);
    const idle = messages.findIndex(({ content }) => content.execution_state === "idle");
    const text = (of: Received[]) =>
      of
        .filter(({ type }) => type === "stream")
        .map(({ content }) => content.text)
        .join("");
    return idle >= 0 && text(messages.slice(0, idle)) === `cell ${i}\n`;
  });
  return right.length === count && last ? last.at - begun : `${right.length} of ${count} right`;
}

async function printed(client: BenchClient, cell: string, wanted: string): Promise<Sample> {
  const { id, ms } = await client.run(cell, 30_000);
  await sleep(300);
  const messages = client.of(id);
  const idle = messages.findIndex(({ content }) => content.execution_state === "idle");
  const text = (of: Received[]) =>
    of
      .filter(({ type }) => type === "stream")
      .map(({ content }) => content.text)
      .join("");
  if (text(messages.slice(0, idle)) === wanted) return ms;
  const all = text(messages);
  return all === wanted ? "late, after idle" : `${Math.round((100 * all.length) / wanted.length)} % of it`;
}

async function interrupted(client: BenchClient, loop: string): Promise<Sample> {
  await client.run(programs[client.spec.language].keep);
  const id = await client.submit(loop);
  await client.printed(id, "ready");
  await sleep(200);
  const begun = performance.now();
  await client.interrupt();
  let at: number;
  try {
    at = (await client.replied(id, PATIENCE_MS)).at;
  } catch (error) {
    if (!client.alive) throw error;
    throw new TooLate("never");
  }
  const { reply } = await client.run(programs[client.spec.language].kept, PATIENCE_MS);
  return reply.status === "ok" ? at - begun : "variables lost";
}

async function whileBusy(
  client: BenchClient,
  loop: string,
  channel: "shell" | "control",
  type: string,
  content: object,
  take: (sample: Sample) => void,
): Promise<void> {
  const id = await client.submit(loop);
  await client.printed(id, "ready");
  await sleep(50);
  for (let i = 0; i < 5; i++) {
    const begun = performance.now();
    const request = await client.send(channel, type, content);
    try {
      take((await client.replied(request, 2000)).at - begun);
    } catch (error) {
      if (!client.alive) throw error;
      take("waits");
      break;
    }
  }
  await client.interrupt();
  await client.replied(id, PATIENCE_MS);
}
