/** @file What keeps a cell from running, and its magics: diagnostics with code, place and frame, from the real compile thread. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
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

describe("errors before anything runs", () => {
  test("have a code, a place and a frame", async () => {
    const { diagnostics } = await session.run("let ran = true;\nconst wrong: number = 'text';\nran");
    assert.deepEqual(diagnostics, [
      {
        message: "Type 'string' is not assignable to type 'number'.",
        code: 2322,
        category: "error",
        line: 2,
        column: 7,
        endLine: 2,
        endColumn: 12,
        frame: "  1 | let ran = true;\n> 2 | const wrong: number = 'text';\n    |       ^^^^^\n  3 | ran",
      },
    ]);
    assert.deepEqual(await session.problems("ran"), ["TS2304 1:1"]);
  });

  test("count UTF-16 units after Chinese text and emoji, and the caret stands under the place", async () => {
    const { diagnostics } = await session.run('let 变量 = "你好😀"; const z: number = 变量;');
    assert.equal(diagnostics[0].column, 24);
    const [source, caret] = diagnostics[0].frame.split("\n");
    const width = (text: string) =>
      [...text].reduce((sum, c) => sum + (/[\u4e00-\u9fff]|😀/u.test(c) ? 2 : 1), 0);
    assert.equal(caret.indexOf("^"), width(source.slice(0, source.indexOf("z: number"))));
  });

  test("all errors are told, in order, with explanations", async () => {
    const { diagnostics } = await session.run(
      "const a1: string = 1;\nconst b1: { x: { y: number } } = { x: { y: 's' } };\nmissing();",
    );
    assert.deepEqual(
      diagnostics.map(({ code, line }) => [code, line]),
      [
        [2322, 1],
        [2322, 2],
        [2304, 3],
      ],
    );
  });

  test("syntax errors come alone, at their place", async () => {
    assert.deepEqual(await session.problems("const = 3; const n: string = 4;"), ["TS1134 1:7", "TS1134 1:9"]);
    assert.deepEqual(await session.problems("if (true) {\n  1 +\n}"), ["TS1109 3:1"]);
    assert.deepEqual(await session.problems("const open = `abc"), ["TS1160 1:18"]);
  });

  test("places in text with Windows line ends", async () => {
    assert.deepEqual(await session.problems("const w9 = 1;\r\n  const v9: string = 2;\r\n"), ["TS2322 2:9"]);
    assert.equal(await session.value("\r\n"), undefined);
  });

  test("checking is strict", async () => {
    assert.deepEqual(await session.problems("function loose(x) { return x; }"), ["TS7006 1:16"]);
    assert.deepEqual(
      await session.problems(
        "let maybe: string | undefined; maybe = undefined as string | undefined; maybe.length",
      ),
      ["TS18048 1:73"],
    );
    assert.deepEqual(await session.problems("const fixed = 1;"), []);
    assert.deepEqual(await session.problems("fixed = 2"), ["TS2588 1:1"]);
  });

  test("unused names are no errors", async () => {
    assert.deepEqual(
      await session.problems("import unusedFs from 'fs'; const unused = 1; function f2(u: number) {}"),
      [],
    );
  });

  test("return outside of a function is refused", async () => {
    assert.deepEqual(await session.problems("return 1"), ["TS1108 1:1"]);
  });

  test("decorators of the older kind work", async () => {
    assert.equal(
      await session.value(
        "const log: string[] = []; function mark(c: Function) { log.push(c.name); } @mark class Marked {} log[0]",
      ),
      "Marked",
    );
  });

  test("what declarations cannot say is still there", async () => {
    assert.equal(
      await session.value(
        "const Secret = class { private x = 3; get() { return this.x; } }; new Secret().get()",
      ),
      3,
    );
    assert.equal(await session.value("new Secret().get()"), 3);
  });
});

test("JSX is refused", async () => {
  const { diagnostics } = await session.run("const a = 1;\nconst element = <div>{a}</div>;");
  assert.deepEqual(
    diagnostics.map(({ code, line, column }) => [code, line, column]),
    [[17004, 2, 17]],
  );
  assert.match(diagnostics[0].message, /JSX is not part of cells/);
});

describe("magics", () => {
  test("%%nocheck runs what has type errors, and keeps places and names", async () => {
    assert.equal(await session.value("%%nocheck\nconst loose: number = 'text'; loose"), "text");
    assert.deepEqual(await session.problems("loose.length"), ["TS2339 1:7"]);
    assert.deepEqual(await session.problems("%%nocheck\nconst = 5;"), ["TS1134 2:7", "TS1134 2:9"]);
    assert.deepEqual(await session.problems("const tight: string = 5"), ["TS2322 1:7"]);
  });

  test("%%time tells how long the cell took, and leaves result and names", async () => {
    const printed: string[] = [];
    const { log } = console;
    console.log = (text: string) => printed.push(text);
    try {
      assert.equal(await session.value("%%time\nconst timed = 4;\nfunction ft() { return timed; }\nft()"), 4);
      assert.equal(await session.value("%%time\n%%nocheck\nawait null; const n3: string = 3; n3"), 3);
    } finally {
      console.log = log;
    }
    assert.equal(printed.length, 2);
    assert.match(printed[0], /^Wall time: [\d.]+ (?:µs|ms|s)$/);
    assert.equal(await session.value("ft()"), 4);
    assert.deepEqual(await session.problems("%%time\n1 +\n"), ["TS1109 2:4"]);
  });

  test("%%html shows its text as it is", async () => {
    const display = Symbol.for("Jupyter.display");
    const shown: unknown[] = [];
    const scope = globalThis as Record<symbol, unknown>;
    scope[display] = (bundle: unknown) => shown.push(bundle);
    try {
      assert.equal(await session.value("%%html\n<b>`x`\u2028</b>\n<p>"), undefined);
    } finally {
      delete scope[display];
    }
    assert.deepEqual(shown, [{ "text/html": "<b>`x`\u2028</b>\n<p>" }]);
  });

  test("all others are refused with a word about what to do", async () => {
    const refused = async (code: string) => {
      const { diagnostics } = await session.run(code);
      assert.equal(diagnostics.length, 1, code);
      return diagnostics[0];
    };
    assert.match((await refused("%%bash\nls")).message, /"%%bash" is no magic of this kernel.*child_process/);
    assert.match((await refused("%timeit 1 + 1")).message, /"%timeit" is no magic of this kernel/);
    assert.match((await refused("!npm install lodash")).message, /child_process/);
    assert.match((await refused("const a = 1;\n!ls -la")).message, /child_process/);
    const late = await refused("const a = 1;\n%%time\na");
    assert.deepEqual([late.line, late.column], [2, 1]);
    assert.match(late.message, /first line/);
  });
});
