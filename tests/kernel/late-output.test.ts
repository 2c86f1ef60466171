/** @file Callbacks and listeners that are called when their cell has long ended: what they print and throw is shown under it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { KernelClient } from "./client";

/** Code that calls `say` once, later. */
const LATE: Record<string, string> = {
  "a file read with a callback": "later(() => fs.readFile(file, (e, d) => say(d.length)))",
  "a promisified callback":
    "const { promisify } = require('util'); promisify(fs.stat)(file).then(() => wait()).then(say)",
  "a directory made with a callback":
    "fs.mkdtemp(os.tmpdir() + '/tb-', (e, f) => { fs.rmdirSync(f); wait().then(say); })",
  "a file stream's data":
    "const s = fs.createReadStream(file); s.pause(); later(() => s.resume()); s.on('data', say)",
  "a file stream's end": "fs.createReadStream(file).on('end', () => wait().then(say)).resume()",
  "the end of a write":
    "const w = fs.createWriteStream(file + '.out'); wait().then(() => w.write('x', () => say()))",
  "a child's exit": "spawn('sleep', ['0.4']).on('exit', say)",
  "a child's output": "spawn('sh', ['-c', 'sleep 0.4; echo hi']).stdout.on('data', say)",
  "a child's output by lines":
    "readline.createInterface({ input: spawn('sh', ['-c', 'sleep 0.4; echo hi']).stdout }).on('line', say)",
  "a command's callback": "exec('sleep 0.4', say)",
  "random bytes with a callback": "wait().then(() => crypto.randomBytes(8, say))",
  "a compressed buffer's callback": "wait().then(() => zlib.gzip('x'.repeat(1e5), say))",
  "a message of a thread":
    "const t = new Worker('setTimeout(() => require(\"worker_threads\").parentPort.postMessage(1), 400)', { eval: true }); t.once('message', say)",
  "a message port":
    "const c = new MessageChannel(); c.port1.on('message', () => { say(); c.port1.close(); }); wait().then(() => c.port2.postMessage(1))",
  "a signal that times out": "AbortSignal.timeout(400).addEventListener('abort', say)",
  "a server's connection":
    "const n = net.createServer((c) => { c.on('data', () => { say(); c.end(); n.close(); }); }).listen(0, () => { const p = (n.address() as any).port; spawn(process.execPath, ['-e', `setTimeout(() => require('net').connect(${p}).end('x'), 300)`]); })",
  "a web server's request":
    "const h = http.createServer((q, r) => { r.end('ok'); say(); h.close(); }).listen(0, () => { const p = (h.address() as any).port; spawn(process.execPath, ['-e', `setTimeout(() => fetch('http://127.0.0.1:${p}'), 300)`]); })",
  "the body of a web server's request":
    "const b = http.createServer((q, r) => { q.on('data', () => 0); q.on('end', () => { r.end('ok'); say(); b.close(); }); }).listen(0, () => { const p = (b.address() as any).port; spawn(process.execPath, ['-e', `setTimeout(() => fetch('http://127.0.0.1:${p}', { method: 'POST', body: 'x' }), 300)`]); })",
  "the answer of a web server":
    "const a = http.createServer((q, r) => setTimeout(() => r.end('ok'), 400)).listen(0, () => http.get({ port: (a.address() as any).port }, (r) => { r.resume(); r.on('end', () => { say(); a.close(); }); }))",
  "a timer of node:timers": "require('node:timers').setTimeout(say, 400)",
  "a name looked up": "dns.lookup('localhost', () => wait().then(say))",
  "a signal to the process":
    "process.once('SIGUSR2', say); spawn('sh', ['-c', `sleep 0.4; kill -USR2 ${process.pid}`])",
};

const IMPORTS = `import fs from "node:fs"; import os from "node:os"; import net from "node:net"; import http from "node:http";
import zlib from "node:zlib"; import crypto from "node:crypto"; import dns from "node:dns"; import readline from "node:readline";
import { Worker } from "node:worker_threads"; import { exec, spawn } from "node:child_process"; import { EventEmitter } from "node:events";
const file = FILE;
const wait = () => new Promise<void>((done) => setTimeout(done, 400));
const later = (run: () => void) => void wait().then(run);`;

let kernel: KernelClient;
let folder = "";
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "torchbook-late-"));
  const file = path.join(folder, "file.txt");
  writeFileSync(file, "some text\n");
  kernel = await KernelClient.start();
  const { reply } = await kernel.execute(IMPORTS.replace("FILE", JSON.stringify(file)));
  assert.equal(reply.status, "ok", reply.evalue);
});
after(async () => {
  await kernel.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("late", { concurrency: 1 }, () => {
  let number = 0;
  for (const [name, code] of Object.entries(LATE)) {
    test(`what ${name} prints and throws`, async () => {
      number++;
      const text = `said ${number}`;
      const say = `const say = (..._: unknown[]): void => { console.log("${text}"); throw new Error("${text}"); };`;
      const first = await kernel.execute(`%%nocheck\n{ ${say} ${code} }`);
      assert.equal(first.reply.status, "ok", first.reply.evalue);
      await kernel.execute("0");
      const said = await kernel.waitFor(({ content }) => content.text?.includes(text), text);
      assert.equal(said.parent, first.id);
      const error = await kernel.waitFor(({ content }) => content.evalue === text, `the error ${text}`);
      assert.equal(error.parent, first.id);
    });
  }

  test("a listener that another cell than the emitter's added", async () => {
    await kernel.execute("const cat = spawn('cat');");
    const second = await kernel.execute("cat.on('exit', () => console.log('second heard'));");
    const third = await kernel.execute("cat.once('exit', () => console.log('third heard'));");
    await kernel.execute("cat.stdin.end();");
    for (const [text, { id }] of [
      ["second heard", second],
      ["third heard", third],
    ] as const)
      assert.equal((await kernel.waitFor(({ content }) => content.text?.includes(text))).parent, id);
  });

  test("an event that a cell emits is that cell's", async () => {
    await kernel.execute("const bus = new EventEmitter(); bus.on('x', (v: number) => console.log('x', v));");
    await kernel.execute(
      "const heard = (v: number) => console.log('y', v); bus.on('x', heard); bus.once('x', heard);",
    );
    assert.equal((await kernel.execute("bus.emit('x', 1)")).stdout, "x 1\ny 1\ny 1\n");
    assert.equal((await kernel.execute("bus.off('x', heard); bus.emit('x', 2)")).stdout, "x 2\n");
    assert.equal((await kernel.execute("bus.listenerCount('x')")).result, "1");
    assert.match(
      (await kernel.execute("bus.emit('error', new Error('nobody hears'))")).error?.evalue,
      /nobody/,
    );
  });

  test("listeners of another cell are removed by themselves", async () => {
    await kernel.execute("const other = new EventEmitter(); const f = () => console.log('f');");
    await kernel.execute("other.on('z', f); other.once('z', f); other.prependOnceListener('z', f);");
    assert.equal(
      (await kernel.execute("other.off('z', f).off('z', f).off('z', f).emit('z')")).result,
      "false",
    );
    await kernel.execute("other.once('z', f);");
    assert.equal(
      (await kernel.execute("[other.listeners('z')[0] === f, other.emit('z'), other.emit('z')]")).result,
      "[ true, true, false ]",
    );
  });

  test("two cells that share a kept connection each hear their own answers", async () => {
    await kernel.execute(`const kept = http.createServer((q, r) => setTimeout(() => r.end(q.url), 300));
await new Promise<void>((done) => kept.listen(0, done));
const ask = (name: string) => http.get({ port: (kept.address() as net.AddressInfo).port, path: "/" + name, agent: agent }, (r) => r.on("data", (d) => console.log(String(d))));
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });`);
    const ids = [];
    for (const name of ["one", "two", "three"]) ids.push((await kernel.execute(`void ask("${name}")`)).id);
    for (const [i, name] of ["one", "two", "three"].entries())
      assert.equal((await kernel.waitFor(({ content }) => content.text === `/${name}\n`)).parent, ids[i]);
    await kernel.execute("agent.destroy(); kept.close();");
  });
});
