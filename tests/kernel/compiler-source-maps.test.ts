/** @file Places of run-time errors: the source maps that the compile thread writes. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
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

describe("source maps", () => {
  /** Where the cell's own source has the place of the first frame of an error. */
  async function placeOf(code: string): Promise<string> {
    const { error, compiled } = await session.run(code);
    const [, line, column] = /cell-\d+:(\d+):(\d+)/.exec((error as Error).stack ?? "") ?? [];
    const map = new SourceMap(JSON.parse(compiled?.sourceMap ?? "{}"));
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1) as {
      originalLine: number;
      originalColumn: number;
    };
    return `${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  test("a throw is at its line and column", async () => {
    assert.equal(await placeOf("const a = 1;\n\n  throw new Error('x');"), "3:9");
    assert.equal(await placeOf("throw new Error('first')"), "1:7");
  });

  test("also after types, interfaces, comments and imports that vanish", async () => {
    const last =
      "const obj: Gone = { a: '', b: 1 } as Gone; null as unknown as string; (undefined as any as Gone).a.trim();";
    const code = `import type { Stats } from "fs";\nimport {\n  existsSync,\n  statSync,\n} from "fs";\ninterface Gone { a: string; b: number }\n// comment\n${last}`;
    assert.equal(await placeOf(code), `8:${last.indexOf("a.trim") + 1}`);
  });

  test("also with names that live on exports, on a long line", async () => {
    await session.value("let w1 = 1; const nothing = null as unknown as { deep: number };");
    assert.equal(
      await placeOf("const sums = w1 + w1 + [w1, w1].map((n) => n + w1 + nothing.deep)[0];"),
      "1:61",
    );
  });

  test("in an asynchronous cell and inside functions and classes", async () => {
    assert.equal(
      await placeOf(
        "await null;\nclass X9 {\n  go() {\n    const y = 1; throw new TypeError('y');\n  }\n}\nnew X9().go();",
      ),
      "4:24",
    );
  });
});
