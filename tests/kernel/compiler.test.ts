/** @file What cells mean: values, types and errors from cell to cell, compiled in the real compile thread. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Session } from "./compiler-session";

let folder: string;
let session: Session;

function write(name: string, text: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "torchbook-compiler-"));
  session = new Session({ cwd: folder });
});

after(async () => {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("values and types across cells", () => {
  test("the last expression is the result, a declaration is none", async () => {
    assert.equal(await session.value("1 + 1"), 2);
    assert.equal(await session.value("const noResult = 1"), undefined);
    assert.deepEqual(await session.value("({ a: [1, 2] })"), { a: [1, 2] });
  });

  test("variables, classes, functions, enums, types and interfaces carry over", async () => {
    await session.value(`const base = 2;
      class Point { constructor(public x: number, public y = 0) {} norm() { return Math.hypot(this.x, this.y); } }
      function scale(p: Point, by = base): Point { return new Point(p.x * by, p.y * by); }
      enum Side { Left = 1, Right }
      interface Named { name: string }
      type Tagged<T> = T & Named;`);
    assert.equal(await session.value("scale(new Point(3, 4)).norm()"), 10);
    assert.equal(await session.value("Side[Side.Right]"), "Right");
    assert.deepEqual(
      await session.value('const tagged: Tagged<{ n: number }> = { name: "a", n: 1 }; tagged'),
      {
        name: "a",
        n: 1,
      },
    );
    assert.deepEqual(await session.problems("const untagged: Tagged<{ n: number }> = { n: 1 };"), [
      "TS2322 1:7",
    ]);
    await session.value("class Point3 extends Point { z = 1 }");
    assert.equal(await session.value("new Point3(3, 4).norm() + new Point3(0).z"), 6);
  });

  test("a namespace carries over as value and type", async () => {
    await session.value(
      "namespace Units { export const km = 1000; export interface Length { metres: number } }",
    );
    assert.deepEqual(await session.value("const way: Units.Length = { metres: Units.km }; way"), {
      metres: 1000,
    });
  });

  test("overloads and generics carry over", async () => {
    await session.value(`function pick(x: string): string; function pick(x: number): number;
      function pick(x: unknown) { return x; }
      function wrap<T extends object>(x: T): T[] { return [x]; }`);
    assert.equal(await session.value("pick(1) + wrap({ n: 2 })[0].n"), 3);
    assert.deepEqual(await session.problems("pick(true)"), ["TS2769 1:6"]);
    assert.deepEqual(await session.problems("wrap(1)"), ["TS2345 1:6"]);
  });

  test("closures see later assignments", async () => {
    await session.value("let counter = 0; const show = () => counter;");
    assert.equal(await session.value("counter = 10; show()"), 10);
    await session.value("function bump() { counter++; }");
    assert.equal(await session.value("bump(); counter"), 11);
  });

  test("closures of a loop and generators keep their own variables", async () => {
    await session.value(
      "const thunks: (() => number)[] = []; for (let i = 0; i < 3; i++) thunks.push(() => i);",
    );
    assert.deepEqual(await session.value("thunks.map((thunk) => thunk())"), [0, 1, 2]);
    await session.value("let seen = 1; function* twice() { yield seen; seen = 5; yield seen; }");
    assert.deepEqual(await session.value("[...twice(), seen]"), [1, 5, 5]);
  });

  test("destructuring declares every name, with defaults, rest and nesting", async () => {
    await session.value(
      "const { p, q: [r, ...s], t: { u = 5 } = {} as { u?: number }, ...v } = { p: 1, q: [2, 3, 4], w: 6 } as " +
        "{ p: number; q: number[]; t?: { u?: number }; w: number };",
    );
    assert.deepEqual(await session.value("[p, r, s, u, v]"), [1, 2, [3, 4], 5, { w: 6 }]);
    assert.deepEqual(
      await session.value("let m = 1, n = 2; [m, n] = [n, m]; ({ m } = { m: m + 5 }); [m, n]"),
      [7, 1],
    );
  });

  test("var in blocks and loops belongs to the cell, let does not", async () => {
    await session.value("for (var i = 0; i < 3; i++) { var last = i; let hidden = i; }");
    assert.deepEqual(await session.value("[i, last]"), [3, 2]);
    assert.deepEqual(await session.problems("hidden"), ["TS2304 1:1"]);
    assert.deepEqual(
      await session.value("for (var key in { a: 1, b: 2 }); for (var [x0] of [[8]]); [key!, x0!]"),
      ["b", 8],
    );
  });

  test("an inner name hides the cell's", async () => {
    await session.value("let same = 1;");
    assert.equal(await session.value("{ let same = 2; same++; } ((same: number) => same)(7) + same"), 8);
    assert.equal(await session.value("try { throw 5 } catch (same) { String(same) } same"), 1);
  });

  test("shorthand properties, methods, templates and labels", async () => {
    await session.value("let word = 'w';");
    assert.deepEqual(
      await session.value("({ word, [word]: 1, get: () => word })").then((o) => Object.keys(o as object)),
      ["word", "w", "get"],
    );
    assert.equal(await session.value("`$" + "{word}-$" + "{{ word }.word}`"), "w-w");
    assert.equal(await session.value("word: for (;;) { for (;;) break word; } word"), "w");
  });

  test("functions are called without this, and keep their names", async () => {
    await session.value(
      "function self(this: unknown) { return this; } const arrow = () => 1; const Nameless = class {};",
    );
    assert.equal(await session.value("self()"), undefined);
    assert.deepEqual(await session.value("[arrow.name, Nameless.name, self.name]"), [
      "arrow",
      "Nameless",
      "self",
    ]);
  });

  test("functions are hoisted within a cell", async () => {
    assert.equal(await session.value("const early = hoisted(); function hoisted() { return 4; } early"), 4);
  });

  test("Chinese names and strings work", async () => {
    await session.value('const 数据 = { 名字: "小明" }; class 模型 { 前向() { return 数据.名字; } }');
    assert.equal(await session.value("new 模型().前向()"), "小明");
  });

  test("names may begin with underscores", async () => {
    await session.value("const _one = 1, __two = 2, ___three = 3; function __four() { return 4; }");
    assert.equal(await session.value("_one + __two + ___three + __four()"), 10);
  });

  test("a nameless function as the result stays nameless", async () => {
    assert.equal(((await session.value("() => 1")) as () => void).name, "");
  });

  test("names of the wrapper may be used", async () => {
    assert.equal(await session.value("const module = 3; const exports = 4; module + exports"), 7);
    assert.equal(await session.value("module * exports"), 12);
  });

  test("export in front of declarations is ignored", async () => {
    await session.value(
      "export const shared = 1; export default function main() { return shared; }\nexport interface Out { o: 1 }",
    );
    assert.equal(await session.value("main() + shared"), 2);
  });
});

describe("redeclaration", () => {
  test("const, let, class, function, enum, interface and type are replaced", async () => {
    await session.value(
      "const again = 1; let more = 1; class Thing { a = 1 } function act() { return 1; } enum E { A }; type T1 = number",
    );
    await session.value(
      "const again = 'x'; let more = 'y'; class Thing { b = 2 } function act() { return 'z'; } enum E { B = 7 }; type T1 = string",
    );
    assert.equal(
      await session.value("const all: T1 = again + more + new Thing().b + act() + E.B; all"),
      "xy2z7",
    );
    assert.deepEqual(await session.problems("new Thing().a"), ["TS2339 1:13"]);
    assert.deepEqual(await session.problems("E.A"), ["TS2339 1:3"]);
  });

  test("an earlier function calls the new version of what it uses", async () => {
    await session.value("function inner() { return 1; } function outer() { return inner(); }");
    await session.value("function inner() { return 2; }");
    assert.equal(await session.value("outer()"), 2);
  });

  test("a cell may run again", async () => {
    const code = "class Again { static made = 0; id = ++Again.made; } const one = new Again(); one.id";
    assert.equal(await session.value(code), 1);
    assert.equal(await session.value(code), 1);
  });

  test("what was made of a replaced type keeps that type", async () => {
    await session.value(
      "interface Row { x: number } const oldRow: Row = { x: 1 }; const read = (row: Row) => row.x;",
    );
    await session.value("interface Row { y: string } const newRow: Row = { y: 'a' };");
    assert.equal(await session.value("read(oldRow)"), 1);
    const { diagnostics } = await session.run("read(newRow)");
    assert.equal(diagnostics[0].code, 2345);
    assert.match(
      diagnostics[0].message,
      /'Row' is not assignable to parameter of type 'Row \(declared earlier\)'/,
    );
    await session.value("class Kept { private z = 1; m() { return 1; } } const kept = new Kept();");
    await session.value("class Kept { n() { return 2; } } const fresh = new Kept();");
    assert.equal(await session.value("kept.m() + fresh.n()"), 3);
  });

  test("a type and a value of one name are replaced apart", async () => {
    await session.value("const Both = 1; interface Both { b: number }");
    await session.value("interface Both { c: number }");
    assert.equal(await session.value("const both: Both = { c: 2 }; both.c + Both"), 3);
  });
});

describe("cells that throw", () => {
  test("keep what they had declared, and only that", async () => {
    const { error } = await session.run(
      "const first = 1; interface FromFailed { f: number }\nfunction helper() { return first; }\nthrow new Error('stop');\nconst unreached = 2; class Never {}",
    );
    assert.match(String(error), /stop/);
    assert.equal(await session.value("const ff: FromFailed = { f: helper() }; ff.f + first"), 2);
    assert.deepEqual(await session.problems("unreached; new Never()"), ["TS2304 1:1", "TS2304 1:16"]);
  });

  test("leave earlier values and types of names that they did not reach", async () => {
    await session.value("let stays = 1;");
    await session.run("null!.x; let stays = 'text';".replace("null!.x", "(null as any).x"));
    assert.equal(await session.value("stays + 1"), 2);
  });

  test("in a part of a destructuring keep the rest", async () => {
    await session.run(
      "const [d1, d2] = (function* () { yield 1; throw new Error('d'); })() as Iterable<number>;",
    );
    assert.equal(await session.value("d1"), 1);
  });
});

describe("await", () => {
  test("top-level await, in expressions and declarations", async () => {
    assert.equal(await session.value("await Promise.resolve(5)"), 5);
    const { compiled } = await session.run("const waited = await Promise.all([1, Promise.resolve(2)]);");
    assert.equal(compiled?.isAsync, true);
    assert.deepEqual(await session.value("waited"), [1, 2]);
  });

  test("top-level for await", async () => {
    assert.equal(
      await session.value("let sum = 0; for await (const n of [Promise.resolve(1), 2]) sum += n; sum"),
      3,
    );
  });

  test("await inside a function does not make the cell asynchronous", async () => {
    const { compiled } = await session.run(
      "async function later() { await null; return 1; } class L { async m() { await 0; } }",
    );
    assert.equal(compiled?.isAsync, false);
  });
});

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

describe("newer than tslab's TypeScript 5.0", { skip: process.env.COMPILER_ENGINE === "tslab" }, () => {
  test("using is disposed of when its block or the cell ends, last first", async () => {
    await session.value(
      "const gone: string[] = []; const held = (name: string) => ({ name, [Symbol.dispose]() { gone.push(name); } });",
    );
    await session.value('{ using a = held("a"), b = held("b"); gone.push("in"); }');
    assert.deepEqual(await session.value("gone"), ["in", "b", "a"]);
    assert.equal(await session.value('using top = held("top"); top.name + gone.length'), "top3");
    assert.deepEqual(await session.value("gone"), ["in", "b", "a", "top"]);
    assert.equal(await session.value("top.name"), "top");
  });

  test("await using is awaited", async () => {
    await session.value(
      "const log2: string[] = []; class Link { async [Symbol.asyncDispose]() { await null; log2.push('closed'); } }",
    );
    const { compiled } = await session.run("await using link = new Link(); log2.push('open');");
    assert.equal(compiled?.isAsync, true);
    assert.deepEqual(await session.value("log2"), ["open", "closed"]);
    assert.deepEqual(await session.problems("using bad = 5;"), ["TS2850 1:13"]);
  });

  test("a cell with using that throws disposes of it", async () => {
    const { error } = await session.run('using thrown = held("thrown"); throw new Error("after");');
    assert.match(String(error), /after/);
    assert.equal(await session.value("gone.at(-1)"), "thrown");
  });

  test("decorators are those of the standard", async () => {
    await session.value(`function logged<T extends (...args: never[]) => unknown>(method: T, context: ClassMethodDecoratorContext) {
      return function (this: unknown, ...args: never[]) { return [String(context.name), method.apply(this, args)]; } as unknown as T;
    }
    class Decorated { @logged twice(x: number) { return 2 * x; } }`);
    assert.deepEqual(await session.value("new Decorated().twice(4)"), ["twice", 8]);
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
