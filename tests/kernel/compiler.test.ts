/** @file What cells mean: values and types from cell to cell, compiled in the real compile thread. */
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
