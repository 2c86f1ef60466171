/** @file Variables, closures and functions across cells. */
import { gives, prints, type Sequence } from "./sequence";

export const variables: Sequence[] = [
  { name: "a constant is there in the next cell", cells: ["const va1 = 7;", gives("va1 + 1", "8")] },
  {
    name: "let may be assigned in a later cell",
    cells: ["let va2 = 1;", gives("va2 = 5;", "5"), gives("va2", "5")],
  },
  {
    name: "an assignment as the last expression is the result",
    cells: ["let va3 = 1;", gives("va3 = 6", "6")],
  },
  {
    name: "an arrow function sees a later assignment",
    cells: ["let n = 0; const show = () => n;", gives("n = 10; show()", "10")],
  },
  {
    name: "a function declaration sees a later assignment",
    cells: ["let fn1 = 'a'; function readFn1() { return fn1; }", gives("fn1 = 'b'; readFn1()", "'b'")],
  },
  {
    name: "a method sees a later assignment",
    cells: [
      "let m1 = 1; class ReadsM1 { get() { return m1; } }\nconst readsM1 = new ReadsM1();",
      gives("m1 = 2; readsM1.get()", "2"),
    ],
  },
  {
    name: "a closure sees a later assignment of a destructured name",
    cells: [
      "let { a: da, b: [db] } = { a: 1, b: [2] }; const both = () => [da, db];",
      gives("[da, db] = [8, 9]; both()", "[ 8, 9 ]"),
    ],
  },
  {
    name: "a closure sees a later assignment of a var",
    cells: ["var vv = 1; const readVv = () => vv;", gives("vv++;", "1"), gives("readVv()", "2")],
  },
  {
    name: "a closure sees a variable declared anew",
    cells: [
      "let again1 = 1; const readAgain1 = () => again1;",
      "let again1 = 2;",
      gives("readAgain1()", "2"),
    ],
  },
  {
    name: "a closure sees an import of a later cell under the same name",
    cells: [
      "import { sep as mark } from 'path'; const readMark = () => mark;",
      "import { delimiter as mark } from 'path';",
      gives("readMark()", "':'"),
    ],
  },
  {
    name: "a function changes a variable of an earlier cell",
    cells: [
      "let count1 = 0; const bump1 = () => { count1 += 2; };",
      "bump1(); bump1();",
      gives("count1", "4"),
    ],
  },
  {
    name: "closures of a for loop have a variable each",
    cells: [
      "const fs1: (() => number)[] = []; for (let i = 0; i < 3; i++) fs1.push(() => i);",
      gives("fs1.map((f) => f())", "[ 0, 1, 2 ]"),
    ],
  },
  {
    name: "closures of a for-of loop have a variable each",
    cells: [
      "const fs2: (() => string)[] = []; for (const c of 'xy') fs2.push(() => c);",
      gives("fs2.map((f) => f())", "[ 'x', 'y' ]"),
    ],
  },
  {
    name: "closures over var in a loop share it",
    cells: [
      "const fs3: (() => number)[] = []; for (var j3 = 0; j3 < 3; j3++) fs3.push(() => j3);",
      gives("fs3.map((f) => f())", "[ 3, 3, 3 ]"),
      gives("j3 = 9; fs3[0]()", "9"),
    ],
  },
  {
    name: "let in a block does not leave it",
    cells: [
      "{ let inBlock = 1; void inBlock; }",
      ["inBlock", { error: { ename: "TypeScriptError", evalue: /^TS2304: Cannot find name 'inBlock'/ } }],
    ],
  },
  { name: "var in a block leaves it", cells: ["{ var outOfBlock = 3; }", gives("outOfBlock", "3")] },
  {
    name: "a generator goes on in a later cell",
    cells: [
      "function* steps() { yield 1; yield 2; }\nconst it = steps();",
      gives("it.next().value", "1"),
      gives("it.next().value", "2"),
      gives("it.next().done", "true"),
    ],
  },
  {
    name: "a generator sees what was assigned between its steps",
    cells: [
      "let seen1 = 1; function* reads() { for (;;) yield seen1; }\nconst reading = reads();",
      gives("reading.next().value", "1"),
      gives("seen1 = 5; reading.next().value", "5"),
    ],
  },
  {
    name: "destructuring has defaults, rest and renaming",
    cells: [
      "const { x: dx = 1, ...dRest } = { y: 2, z: 3 } as { x?: number; y: number; z: number };",
      gives("[dx, dRest]", "[ 1, { y: 2, z: 3 } ]"),
    ],
  },
  {
    name: "variables swap by destructuring",
    cells: ["let s1 = 1, s2 = 2;", gives("[s1, s2] = [s2, s1];", "[ 2, 1 ]"), gives("`${s1}${s2}`", "'21'")],
  },
  {
    name: "update operators, prefix and postfix",
    cells: ["let u1 = 5;", gives("u1++ + ++u1", "12"), gives("u1--, u1", "6")],
  },
  {
    name: "compound and logical assignment",
    cells: [
      "let l1: number | undefined = undefined as number | undefined; let l2 = 3;",
      gives("l1 ??= 4; l2 **= 2;", "9"),
      gives("l1! + l2", "13"),
    ],
  },
  {
    name: "shorthand properties take the variable's value",
    cells: ["let sh = 'v';", gives("({ sh })", "{ sh: 'v' }")],
  },
  {
    name: "a parameter hides a variable",
    cells: ["let hid = 1;", gives("((hid: number) => hid * 2)(21)", "42"), gives("hid", "1")],
  },
  {
    name: "a catch clause hides a variable",
    cells: [
      "let caught = 1;",
      prints("try { throw 5 } catch (caught) { console.log(caught) }", "5\n"),
      gives("caught", "1"),
    ],
  },
  {
    name: "a name may be that of a label and of a property",
    cells: [
      "let outer1 = 0;",
      "outer1: for (;;) { for (;;) break outer1; }",
      gives("({ outer1: 1 }).outer1 + outer1", "1"),
    ],
  },
  {
    name: "functions are hoisted in their cell",
    cells: [gives("later1(2); function later1(x: number) { return x * 3; }\nlater1(2)", "6")],
  },
  {
    name: "a name may not be read before its declaration has run",
    cells: [
      [
        "const early1 = () => late1; const tooSoon = early1(); const late1 = 1;",
        { error: { ename: "ReferenceError", evalue: "Cannot access 'late1' before initialization" } },
      ],
      ["late1", { error: { ename: "TypeScriptError", evalue: /Cannot find name 'late1'/ } }],
      gives(
        "function early2() { try { return late2 } catch (e) { return (e as Error).name } } const soon = early2(); let late2 = 'v'; [soon, early2()]",
        "[ 'ReferenceError', 'v' ]",
      ),
      gives(
        "function make3() { try { return new Late3() } catch (e) { return (e as Error).name } } class Uses3 { static x = make3() } class Late3 {}\nUses3.x",
        "'ReferenceError'",
      ),
    ],
  },
  {
    name: "a name that is declared anew has its earlier value until then",
    cells: [
      "let anew1 = 'old'; const readAnew1 = () => anew1;",
      gives("const was1 = readAnew1(); let anew1 = 'new'; [was1, readAnew1()]", "[ 'old', 'new' ]"),
    ],
  },
  {
    name: "default parameters see variables, earlier parameters and destructured ones",
    cells: [
      "let dp1 = 7; function defaults1(a = dp1, { b = a + 1, c: [d] = [b] } = {} as { b?: number; c?: number[] }) { return [a, b, d]; }",
      gives("defaults1()", "[ 7, 8, 8 ]"),
      gives("dp1 = 1; defaults1(undefined, { c: [9] })", "[ 1, 2, 9 ]"),
    ],
  },
  {
    name: "static blocks, static closures and private names see variables",
    cells: [
      "let sb1 = 0; class Static1 { static #made = 0; static see = () => sb1; static { sb1 = 3; } static make() { return ++Static1.#made; } }",
      gives("[sb1, Static1.see(), Static1.make(), Static1.make()]", "[ 3, 3, 1, 2 ]"),
      gives("sb1 = 10; Static1.see()", "10"),
    ],
  },
  {
    name: "var of loops, switches, try and nested patterns leaves them",
    cells: [
      "for (var [ka1, va1] of Object.entries({ a: 1 })); for (var kk1 in { z: 1 }); try { var tr1 = 1 } finally { var fi1 = 2 } switch (1) { case 1: var sw1 = 's'; break; default: var sw2 = 'd'; }",
      gives("[ka1, va1, kk1, tr1, fi1, sw1, sw2]", "[ 'a', 1, 'z', 1, 2, 's', undefined ]"),
    ],
  },
  {
    name: "labels with break and continue",
    cells: [
      prints(
        "rows: for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) { if (j === 1) continue rows; if (i === 2) break rows; console.log(i, j); }",
        "0 0\n1 0\n",
      ),
    ],
  },
  {
    name: "functions keep their names",
    cells: [
      "const arrow1 = () => 1; const Klass1 = class {};",
      gives("[arrow1.name, Klass1.name]", "[ 'arrow1', 'Klass1' ]"),
    ],
  },
  {
    name: "a function called by its name has no this",
    cells: ["function self1(this: unknown) { return this; }", gives("self1() === undefined", "true")],
  },
  {
    name: "recursion, also between functions of two cells",
    cells: [
      "let even = (n: number): boolean => n === 0;",
      "const odd = (n: number): boolean => n !== 0 && even(n - 1);\neven = (n) => n === 0 || odd(n - 1); void 0;",
      gives("[even(10), odd(7), even(3)]", "[ true, true, false ]"),
    ],
  },
  {
    name: "typeof of a name that only runtime has",
    cells: ["%%nocheck\nvar plain1 = typeof notDeclaredAnywhere;", gives("plain1", "'undefined'")],
  },
  {
    name: "Chinese names and strings",
    cells: [
      "const 句子 = '我爱北京'; class 词 { constructor(readonly 文: string) {} }",
      gives("new 词(句子).文.length", "4"),
    ],
  },
  {
    name: "names that begin with underscores and dollars",
    cells: ["const _a1 = 1, __b1 = 2, $c1 = 3;", gives("_a1 + __b1 + $c1", "6")],
  },
  {
    name: "names of the wrapper may be declared",
    cells: ["const module = 1, exports = 2;", gives("module + exports", "3")],
  },
  {
    name: "a variable named like a global that the emitted code needs",
    cells: [
      "{ const Promise = 1, Object = 2, Symbol = 3; void [Promise, Object, Symbol]; }",
      gives("(await (async (Promise: number) => Promise + 1)(1)) + [...'ab'].length", "4"),
    ],
  },
  {
    name: "a cell may declare the name of a global",
    cells: [
      "const name1 = process.platform; const Map1 = Map; { const Map = 1; void Map; }",
      gives("new Map1().size", "0"),
    ],
  },
  {
    name: "globalThis has what was put on it",
    cells: [gives("(globalThis as any).onGlobal = 5;", "5"), gives("(globalThis as any).onGlobal", "5")],
  },
  {
    name: "delete of a property and in",
    cells: [
      "const obj1: { a?: number } = { a: 1 };",
      gives("delete obj1.a", "true"),
      gives("'a' in obj1", "false"),
    ],
  },
  {
    name: "tagged templates of earlier cells",
    cells: [
      "const tag1 = (s: TemplateStringsArray, ...v: unknown[]) => s.join('_') + v.length;",
      gives("tag1`a${1}b`", "'a_b1'"),
    ],
  },
  {
    name: "optional calls and chains",
    cells: [
      "const maybe1 = { f: undefined as undefined | (() => number), g: () => 2 };",
      gives("[maybe1.f?.(), maybe1.g?.()]", "[ undefined, 2 ]"),
    ],
  },
  {
    name: "getters and setters of an object see variables",
    cells: [
      "let store1 = 1; const box1 = { get v() { return store1; }, set v(x: number) { store1 = x; } };",
      gives("box1.v = 7;", "7"),
      gives("store1", "7"),
    ],
  },
  { name: "the comma and void operators", cells: [gives("(void 0, 3 as number)", "3")] },
];
