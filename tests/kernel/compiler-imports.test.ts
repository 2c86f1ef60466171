/** @file What cells import, compiled in the real compile thread. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Session } from "./compiler-session";

let folder: string;
let session: Session;

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "torchbook-compiler-"));
  session = new Session({ cwd: folder });
});

after(async () => {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe("imports", () => {
  before(() => {
    const files: Record<string, string> = {
      "node_modules/esm-only/package.json":
        '{"name":"esm-only","type":"module","exports":{"types":"./i.d.ts","import":"./i.js"}}',
      "node_modules/esm-only/i.js": "export default 5; export const named = 6;",
      "node_modules/esm-only/i.d.ts":
        "declare const five: number; export default five; export declare const named: number;",
      "node_modules/mapped/package.json":
        '{"name":"mapped","exports":{".":{"types":"./l/a.d.ts","default":"./l/a.js"},"./sub":{"types":"./l/s.d.ts","default":"./l/s.js"}}}',
      "node_modules/mapped/l/a.js":
        "module.exports = function main() { return 1; }; module.exports.extra = 2;",
      "node_modules/mapped/l/a.d.ts":
        "declare function main(): number; declare namespace main { const extra: number } export = main;",
      "node_modules/mapped/l/s.js": "exports.sub = 's';",
      "node_modules/mapped/l/s.d.ts": "export declare const sub: string;",
      "data.json": '{ "list": [1, 2] }',
      "util.ts":
        'import { inner } from "./lib/inner"; export function util(x: number): string { return inner + x; }',
      "lib/inner.ts": 'export const inner: string = "in";',
    };
    for (const [name, text] of Object.entries(files)) write(name, text);
  });

  test("Node's modules, by default, by name, under another name and as a namespace", async () => {
    const code =
      'import fs, { existsSync as exists } from "fs"; import * as nodePath from "node:path"; import { readFile } from "node:fs/promises";';
    await session.value(code);
    assert.equal(await session.value('fs.existsSync === exists && nodePath.join("a", "b")'), "a/b");
    assert.equal(
      await session.value(`(await readFile(${JSON.stringify(__filename)}, "utf8")).length > 0`),
      true,
    );
    assert.deepEqual(await session.problems("exists(3)"), ["TS2345 1:8"]);
  });

  test("npm packages of the notebook's folder, with exports maps", async () => {
    assert.equal(
      await session.value(
        'import main, { extra } from "mapped"; import { sub } from "mapped/sub"; main() + extra + sub',
      ),
      "3s",
    );
  });

  test("packages of torchbook itself where the notebook has none, with or without types", async () => {
    assert.equal(await session.value('import semver from "semver"; semver.major("1.2.3") as number'), 1);
  });

  test("ES modules that require cannot load", async () => {
    assert.equal(
      await session.value(
        'import five, { named } from "esm-only"; import * as whole from "esm-only"; five + named + whole.named',
      ),
      17,
    );
  });

  test("JSON and .ts files beside the notebook, and an edited file anew", async () => {
    assert.equal(await session.value('import data from "./data.json"; data.list[1]'), 2);
    assert.equal(await session.value('import { util } from "./util"; util(3)'), "in3");
    write("util.ts", 'export function util(x: string): string { return "now " + x; }');
    utimesSync(path.join(folder, "util.ts"), new Date(), new Date(Date.now() + 5000));
    assert.equal(await session.value('import { util } from "./util"; util("x")'), "now x");
    assert.deepEqual(await session.problems('import { util } from "./util"; util(3)'), ["TS2345 1:37"]);
  });

  test(".ts files outside of the notebook's folder", async () => {
    const name = `${path.basename(folder)}-outside`;
    const file = path.join(folder, "..", `${name}.ts`);
    writeFileSync(file, "export const outside = 1;");
    try {
      assert.equal(await session.value(`import { outside } from "../${name}"; outside`), 1);
    } finally {
      rmSync(file);
    }
  });

  test("types alone leave no trace at run time", async () => {
    assert.equal(
      await session.value(
        'import type { Stats } from "fs"; import { type Dirent } from "fs"; let st: Stats | Dirent | 0 = 0; st',
      ),
      0,
    );
    assert.deepEqual(await session.problems("st = 'x'"), ["TS2322 1:1"]);
  });

  test("dynamic import, require and import.meta", async () => {
    assert.equal(await session.value('const dynamic = await import("node:path"); dynamic.sep'), path.sep);
    assert.equal(await session.value('require("node:path").sep'), path.sep);
    assert.match(String(await session.value("import.meta.url")), /^file:\/\//);
  });

  test("an import in the middle comes before the rest", async () => {
    assert.equal(await session.value('const cpus = os.cpus; import os from "os"; typeof cpus'), "function");
  });

  test("a module that is not there is an error at its name", async () => {
    assert.deepEqual(await session.problems('import nothing from "no-such-package"'), ["TS2307 1:21"]);
  });
});
