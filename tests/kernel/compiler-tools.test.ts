/** @file Completion, inspection and is-complete through the real compile thread. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cursor, Session } from "./compiler-session";

let session: Session;

before(() => {
  session = new Session();
});

after(() => session.close());

describe("completion", () => {
  const complete = (marked: string) => session.compiler.complete(...cursor(marked));

  test("offers members with kinds, and where they go", async () => {
    await session.value(
      "class Box { width = 1; area() { return 2; } } const box = new Box(); enum Mode { On }",
    );
    assert.deepEqual(await complete("box.|"), {
      matches: ["area", "width"],
      cursorStart: 4,
      cursorEnd: 4,
      types: [
        { text: "area", type: "method", start: 4, end: 4 },
        { text: "width", type: "property", start: 4, end: 4 },
      ],
    });
    const { matches, cursorStart, cursorEnd } = await complete("const w = box.wi|d");
    assert.deepEqual([matches, cursorStart, cursorEnd], [["width"], 14, 17]);
  });

  test("works in code that is not finished", async () => {
    for (const marked of [
      "if (box.|",
      "foo(box.| ",
      "for (const x of box.|",
      "const q = { a: box.|",
      "[box.|]",
      "box?.|",
      "box.|\nlet z =",
    ]) {
      const { matches } = await complete(marked);
      assert.deepEqual(matches, ["area", "width"], marked);
    }
  });

  test("offers names of earlier cells, of this one, globals and keywords", async () => {
    const { matches } = await complete("bo|");
    assert.equal(matches[0], "box");
    assert.ok(matches.includes("Box"));
    assert.deepEqual((await complete("Mo|")).types[0], { text: "Mode", type: "enum", start: 0, end: 2 });
    assert.ok((await complete("const local = 1; loc|")).matches.includes("local"));
    assert.ok((await complete("cons|")).matches.includes("console"));
    assert.ok((await complete("inter|")).matches.includes("interface"));
  });

  test("offers types where types go, and names of a module", async () => {
    assert.ok((await complete("let b: Bo|")).matches.includes("Box"));
    assert.ok((await complete('import { readFileS| } from "fs"')).matches.includes("readFileSync"));
    assert.ok((await complete('import fs from "fs"; fs.readFileS|')).matches.includes("readFileSync"));
  });

  test("counts UTF-16 units after Chinese text and emoji", async () => {
    await session.value('const 句子 = { 词语: ["你"] };');
    const { matches, cursorStart, cursorEnd } = await complete('"😀你好"; 句子.词|');
    assert.deepEqual([matches, cursorStart, cursorEnd], [["词语"], 11, 12]);
  });

  test("sees what a cell declares before the cell has ended", async () => {
    const compiled = await session.compiler.compile({
      code: "const running = { deep: 1 };",
      cell: 900,
    });
    assert.equal(compiled.ok, true);
    assert.deepEqual((await complete("running.|")).matches, ["deep"]);
    await session.compiler.commit(900, { ok: false, assigned: [] });
    assert.deepEqual((await complete("running.|")).matches, []);
  });

  test("does not offer declarations that were replaced", async () => {
    await session.value("interface Twice { a: 1 } const twice: Twice = { a: 1 };");
    await session.value("interface Twice { b: 1 }");
    assert.deepEqual(
      (await complete("let t: Twic|")).matches.filter((name) => name.startsWith("Twic")),
      ["Twice"],
    );
  });

  test("answers in nonsense as well", async () => {
    for (const marked of ["|", ")))|", "'abc|", "1.|", "@|", "#|", "const |", "/* |", "// x|"]) {
      const { matches } = await complete(marked);
      assert.ok(Array.isArray(matches), marked);
    }
  });
});

describe("inspection", () => {
  const inspect = (marked: string) => session.compiler.inspect(...cursor(marked), 0);

  test("shows type and documentation of the user's own names", async () => {
    await session.value(
      "/**\n * Doubles a number.\n * @param x the number\n * @returns twice it\n * @example\n * double(2)\n */\nfunction double(x: number) { return 2 * x; }",
    );
    for (const marked of [
      "dou|ble(1)",
      "double|",
      "|double",
      "double(|",
      "double(1, |",
      "double(Math.max(1, 2), |",
    ]) {
      const { found, text, markdown } = await inspect(marked);
      assert.equal(found, true, marked);
      assert.match(
        text,
        /^function double\(x: number\): number\n\nDoubles a number\.\n\n@param x the number\n@returns twice it/,
      );
      assert.match(
        markdown,
        /^```typescript\nfunction double\(x: number\): number\n```\n\nDoubles a number\./,
      );
    }
  });

  test("shows members, variables of this cell and the documentation of a variable's class", async () => {
    await session.value(
      "/** Holds things. */\nclass Holder {\n  /** How many. */\n  count = 1;\n}\nconst holder = new Holder();",
    );
    assert.match((await inspect("holder.cou|nt")).text, /\(property\) Holder\.count: number\n\nHow many\./);
    assert.match((await inspect("hold|er")).text, /^const holder: Holder\n\nHolds things\./);
    assert.match((await inspect("const here = [1]; he|re")).text, /const here: number\[\]/);
    assert.match((await inspect("console.tab|le([])")).text, /┌─────────┬─────┬─────┐\n/);
    assert.match(
      (await inspect('import { domainToUnicode } from "node:url"; domainToUni|code')).text,
      /español|中文/,
    );
    assert.match(
      (await inspect("Math.ma|x")).text,
      /Math\.max\(\.\.\.values: number\[\]\): number\n\nReturns the larger/,
    );
  });

  test("finds nothing where nothing is", async () => {
    for (const marked of ["|", "unknown_name|", "  |  ", "1 + |"])
      assert.equal((await inspect(marked)).found, false, marked);
  });
});

describe("is-complete", () => {
  const cases: [code: string, status: string, indent?: string][] = [
    ["1 + 1", "complete"],
    ["", "complete"],
    ["// comment", "complete"],
    ["function f() { return 1 }", "complete"],
    ["const s: string = 1", "complete"],
    ["await x; for await (const y of z) {}", "complete"],
    ["const generic = <T,>(x: T) => x", "complete"],
    ["function f() {", "incomplete", "  "],
    ["class A {\n  m() {", "incomplete", "    "],
    ["f(1,\n  [2,", "incomplete", "    "],
    ["f(function () {", "incomplete", "  "],
    ["const s = `abc", "incomplete", ""],
    ["/* open", "incomplete", ""],
    ["x.", "incomplete", ""],
    ["let y =", "incomplete", ""],
    ["if (a) {} else", "incomplete", ""],
    ["try {}", "incomplete", ""],
    ["const = 3", "invalid"],
    ["}", "invalid"],
    ["'abc", "invalid"],
    ["f(1))", "invalid"],
    ["let 1x = 2", "invalid"],
  ];
  for (const [code, status, indent] of cases) {
    test(`${JSON.stringify(code)} is ${status}`, async () => {
      const expected = indent === undefined ? { status } : { status, indent };
      assert.deepEqual(await session.compiler.isComplete(code), expected);
    });
  }
});

test("a closed compiler refuses calls", async () => {
  const other = new Session();
  await other.close();
  await assert.rejects(other.compiler.complete("x", 1), /ended/);
});
