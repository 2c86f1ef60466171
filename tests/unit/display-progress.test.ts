/** @file Progress bars and training histories, in a kernel, on a terminal and in a log. */
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { afterEach, test } from "node:test";
import { inspect } from "node:util";
import {
  type DisplayOptions,
  JUPYTER_DISPLAY,
  type MimeBundle,
  progress,
  TrainingHistory,
  tqdm,
  trange,
} from "../../src/display";

interface Message {
  bundle: MimeBundle;
  options: DisplayOptions;
}

const scope = globalThis as Record<symbol, unknown>;

/** Plays the kernel: collects what is displayed. */
function kernel(): Message[] {
  const messages: Message[] = [];
  scope[JUPYTER_DISPLAY] = (bundle: MimeBundle, options: DisplayOptions = {}) =>
    messages.push({ bundle, options });
  return messages;
}

afterEach(() => {
  delete scope[JUPYTER_DISPLAY];
});

function stream(isTTY: boolean) {
  return {
    isTTY,
    columns: 80,
    text: "",
    write(text: string) {
      this.text += text;
    },
  };
}

function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const plain = (message: Message | undefined) => String(message?.bundle["text/plain"]);

test("a synchronous loop shows one output, updated while it runs, and its final state", () => {
  const messages = kernel();
  const seen: number[] = [];
  const during: number[] = [];
  const bar = progress([10, 20, 30], { desc: "第 1 轮" });
  for (const item of bar) {
    seen.push(item);
    during.push(messages.length);
    wait(120);
    bar.set_postfix({ loss: item / 7 });
  }
  assert.deepEqual(seen, [10, 20, 30]);
  assert.deepEqual(during, [1, 2, 3]);
  assert.equal(new Set(messages.map(({ options }) => options.display_id)).size, 1);
  assert.deepEqual(
    messages.map(({ options }) => options.update),
    [false, true, true, true, true],
  );
  assert.match(plain(messages[0]), /第 1 轮: +0%\| {20}\| 0\/3 \[00:00<\?, \?it\/s\]/);
  assert.match(
    plain(messages.at(-1)),
    /第 1 轮: 100%\|█{20}\| 3\/3 \[00:00<00:00, [\d.]+it\/s, loss=4\.286\]/,
  );
  assert.match(String(messages.at(-1)?.bundle["text/html"]), /width:100\.0%.*3\/3.*loss=4\.286/);
});

test("updates are at most about ten a second, and a fast loop stays fast", () => {
  const messages = kernel();
  const start = performance.now();
  let sum = 0;
  for (const i of progress(300_000)) sum += i;
  const seconds = (performance.now() - start) / 1000;
  assert.equal(sum, 44999850000);
  assert.ok(messages.length <= 3 + 11 * seconds, `${messages.length} messages in ${seconds} s`);
  assert.ok(seconds < 3, `${seconds} s`);
});

test("break and errors end the bar, and the source is closed", () => {
  const messages = kernel();
  let closed = 0;
  function* source() {
    try {
      yield 1;
      yield 2;
    } finally {
      closed += 1;
    }
  }
  for (const _ of progress(source(), { total: 2 })) break;
  assert.match(plain(messages.at(-1)), /0\/2/);
  assert.match(String(messages.at(-1)?.bundle["text/html"]), /stopped/);
  assert.throws(() => {
    for (const _ of progress(source(), { total: 2 })) throw new Error("inside");
  }, /inside/);
  assert.equal(closed, 2);
});

test("totals come from length, size, __len__ or total; without one there is a count", () => {
  assert.equal(progress(new Set([1, 2])).total, 2);
  assert.equal(progress(Object.assign([][Symbol.iterator](), { __len__: () => 5 })).total, 5);
  const silent = {
    __len__: () => {
      throw new Error("unknown");
    },
    *[Symbol.iterator]() {
      yield 1;
    },
  };
  assert.equal(progress(silent).total, undefined);
  const out = stream(false);
  for (const _ of tqdm(silent, { file: out, unit: "句" }));
  assert.match(out.text, /^1句 \[00:00, [\d.,]+句\/s\]\n$/);
  assert.deepEqual([...trange(3, { disable: true })], [0, 1, 2]);
});

test("on a terminal the line is rewritten; in a log the final line only", () => {
  const terminal = stream(true);
  for (const _ of progress(2, { file: terminal })) wait(110);
  assert.ok(terminal.text.split("\r").length >= 4);
  assert.ok(terminal.text.endsWith("\n") && terminal.text.split("\n").length === 2);
  const log = stream(false);
  for (const _ of progress(5, { file: log, desc: "a" }));
  assert.match(log.text, /^a: 100%\|█+\| 5\/5 [^\r\n]*\n$/);
});

test("by hand, with leave: false, disabled, and asynchronously", async () => {
  const messages = kernel();
  const bar = progress(undefined, { total: 4, leave: false });
  bar.update(3);
  assert.equal(bar.n, 3);
  bar.close();
  assert.equal(plain(messages.at(-1)), "");
  const before = messages.length;
  for (const _ of progress(3, { disable: true }));
  assert.equal(messages.length, before);
  async function* later() {
    yield "x";
    yield "y";
  }
  const items: string[] = [];
  for await (const item of progress(later())) items.push(item);
  assert.deepEqual(items, ["x", "y"]);
  assert.throws(() => [...progress(later())], /for await/);
});

test("metrics may be tensors of one value; text is escaped", () => {
  const bar = progress(3, {
    desc: "<b>",
    postfix: { loss: { item: () => 0.123456 }, n: 5n, lr: 0.001, note: "<i>" },
  });
  assert.match(inspect(bar), /loss=0\.1235, n=5, lr=0\.001, note=<i>/);
  assert.ok(!/<b>|<i>/.test(bar.to_html()));
});

test("training shows one live line, updated within epochs, and ends with a loss curve", () => {
  const messages = kernel();
  const history = new TrainingHistory({ epochs: 3 });
  for (let epoch = 1; epoch <= 3; epoch++) {
    for (const batch of history.batches([1, 2])) {
      wait(60);
      history.step({ loss: batch / epoch });
    }
    history.log({ epoch, loss: 1 / epoch, val_loss: 2 / epoch, accuracy: 0.5 });
  }
  const lines = messages.filter(({ options }) => options.display_id);
  assert.equal(new Set(lines.map(({ options }) => options.display_id)).size, 1);
  assert.ok(
    lines.length >= 3 && lines.some((message) => /batch=\d\/2/.test(plain(message))),
    lines.map(plain).join("\n"),
  );
  assert.match(plain(lines.at(-1)), /Epoch: 100%.* 3\/3 .*loss=0\.3333, val_loss=0\.6667, accuracy=0\.5/);
  const curve = messages.at(-1);
  assert.equal(curve?.options.display_id, undefined);
  assert.match(String(curve?.bundle["image/svg+xml"]), /^<svg[^>]*>.*<path/);
  assert.match(plain(curve), /\* loss \(last 0\.3333\) {3}o val_loss \(last 0\.6667\)$/);
  assert.deepEqual(history.values("loss"), [1, 0.5, 1 / 3]);
  assert.deepEqual(history.best("accuracy", "max"), history.records[0]);
  assert.deepEqual(
    history.plot({ keys: ["accuracy"] }).series.map(({ name }) => name),
    ["accuracy"],
  );
  assert.match(String(history), /^epoch {4}loss {2}val_loss {2}accuracy\n {4}1 /);
});

test("in a log each epoch is a line, and the curve is text", () => {
  const log = stream(false);
  const history = new TrainingHistory({ epochs: 2, file: log });
  history.log({ loss: { item: () => 0.9 } });
  history.log({ loss: 0.4 });
  history.end();
  const lines = log.text.split("\n");
  assert.match(lines[0] as string, /^Epoch: +50%\|.*\| 1\/2 .*loss=0\.9\]$/);
  assert.match(lines[1] as string, /^Epoch: 100%\|.*\| 2\/2 .*loss=0\.4\]$/);
  assert.equal(log.text.match(/\* loss \(last 0\.4\)/g)?.length, 1);
});

test("the line belongs to the cell that trains, and training may go on in another", () => {
  const history = new TrainingHistory({ epochs: 2 });
  const first = kernel();
  for (let i = 0; i < 2; i++) history.log({ loss: 1 });
  const second = kernel();
  for (let i = 0; i < 2; i++) history.log({ loss: 0.5 });
  assert.ok(first.length >= 3 && second.length >= 3);
  assert.equal(second[0]?.options.update, false);
  assert.notEqual(first[0]?.options.display_id, second[0]?.options.display_id);
  assert.match(plain(second.at(-2)), /2\/2/);
  assert.deepEqual(history.values("epoch"), [1, 2, 3, 4]);
  const bar = progress([1, 2]);
  const ids = [kernel(), kernel()].map((messages) => {
    for (const _ of bar);
    return messages;
  });
  assert.equal(ids[1]?.filter(({ options }) => options.update === false).length, 2);
});

test("text can be written beside a bar, and a metric that cannot be read does no harm", () => {
  const terminal = stream(true);
  const bar = progress(2, { file: terminal });
  for (const _ of bar) bar.write("hello");
  assert.equal(terminal.text.match(/\rhello\n/g)?.length, 2);
  const broken = {
    item: () => {
      throw new Error("2 values");
    },
    toString: () => "tensor([1, 2])",
  };
  bar.set_postfix({ loss: broken });
  assert.match(String(bar), /loss=tensor\(\[1, 2\]\)/);
});

test("a history without a known end stops when told, and a bad epochs is refused", () => {
  const messages = kernel();
  const history = new TrainingHistory({ plot: false });
  for (let i = 0; i < 40; i++) history.log({ loss: i });
  assert.ok(String(history).split("\n").length < 35);
  history.end();
  assert.match(plain(messages.at(-1)), /^Epoch: 40epoch .*loss=39\]/);
  assert.throws(() => new TrainingHistory({ epochs: Number.NaN }), RangeError);
  assert.match(String(new TrainingHistory({ epochs: 3 })), /nothing logged/);
});
