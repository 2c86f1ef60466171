/** @file Files beside the notebook: that wait, that import each other, that are edited, that throw. */
import { gives, prints, type Sequence, throws } from "./sequence";

const edit = (file: string, text: string) =>
  `require("fs").writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(text)}); require("fs").utimesSync(${JSON.stringify(file)}, new Date(), new Date(Date.now() + 5000));`;

export const localFiles: Sequence[] = [
  {
    name: "a .ts file with top-level await, imported, re-imported and by import()",
    files: {
      "wait1.ts":
        "import { setTimeout as sleep } from 'node:timers/promises';\nawait sleep(5);\nexport const v: number = await Promise.resolve(42);",
    },
    cells: [
      gives("import { v as wv1 } from './wait1'; wv1", "42"),
      gives("import * as wait1 from './wait1'; [wait1.v, wv1 + 1]", "[ 42, 43 ]"),
      gives("(await import('./wait1')).v", "42"),
    ],
  },
  {
    name: "a .ts file that imports one with top-level await; what it prints comes first, once",
    files: {
      "wait2.ts": "console.log('inner'); await null; export const two = 2;",
      "wait3.ts": "import { two } from './wait2'; console.log('outer'); export const three = two + 1;",
    },
    cells: [
      ["import { three } from './wait3'; three", { stdout: "inner\nouter\n", result: "3" }],
      gives("import { two } from './wait2'; two", "2"),
    ],
  },
  {
    name: "require of a file with top-level await is refused with what to do",
    files: { "wait4.ts": "await null; export const four = 4;" },
    cells: [
      "const load4 = () => import('./wait4');",
      throws("require('./wait4')", "Error", /has a top-level await: import it/),
      gives("(await load4()).four", "4"),
      gives("require('./wait4').four", "4"),
    ],
  },
  {
    name: "files with top-level await import each other in a circle",
    files: {
      "ring1.ts": "import { y } from './ring2'; export const x = 1; export const getY = () => y; await null;",
      "ring2.ts": "import { x } from './ring1'; export const y = 2; export const getX = () => x; await null;",
    },
    cells: [
      gives("import { getY } from './ring1'; import { getX } from './ring2'; [getY(), getX()]", "[ 2, 1 ]"),
    ],
  },
  {
    name: "two files of a circle begun at once both get there",
    files: {
      "ring3.ts":
        "import { b } from './ring4'; await null; export const a = 'a'; export const getB = () => b;",
      "ring4.ts":
        "import { a } from './ring3'; await null; export const b = 'b'; export const getA = () => a;",
    },
    cells: [
      gives(
        "const rings = await Promise.all([import('./ring3'), import('./ring4')]); [rings[0].getB(), rings[1].getA()]",
        "[ 'b', 'a' ]",
      ),
    ],
  },
  {
    name: "a .ts file knows its own place, and imports by import() from its own folder",
    files: {
      "sub5/here.ts":
        "export const meta = [import.meta.url.endsWith('/sub5/here.ts'), import.meta.filename === __filename, import.meta.dirname === __dirname];\n" +
        "export const dyn = async () => (await import('./near')).near + (await import('node:path')).sep;",
      "sub5/near.ts": "await null; export const near = 'near';",
    },
    cells: [
      gives("import { meta, dyn } from './sub5/here'; meta", "[ true, true, true ]"),
      gives("await dyn()", "'near/'"),
    ],
  },
  {
    name: "a .ts file may have variables named require, module and exports",
    files: {
      "names6.ts":
        "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nconst module = { n: 1 };\n" +
        "function exports() { return 2; }\nexport const sum = module.n + exports() + require('./six.json').six;\n" +
        "export const short = { require, module };\nexport const own = ((require: number) => require)(7);",
      "six.json": '{ "six": 6 }',
    },
    cells: [
      gives(
        "import { sum, short, own } from './names6'; [sum, typeof short.require, short.module, own]",
        "[ 9, 'function', { n: 1 }, 7 ]",
      ),
    ],
  },
  {
    name: "a .ts file imports JSON, Node's modules and ESM-only packages, those with top-level await too",
    files: {
      "seven.json": '{ "list": [7] }',
      "node_modules/esm7/package.json":
        '{"name":"esm7","version":"1.0.0","type":"module","exports":"./i.js"}',
      "node_modules/esm7/i.js": "export const q = await Promise.resolve(8); export default () => 'default';",
      "node_modules/esm7/i.d.ts": "export declare const q: number; export default function f(): string;",
      "all7.ts":
        "import data from './seven.json'; import f, { q } from 'esm7'; import * as whole from 'esm7'; import { sep } from 'path';\n" +
        "export const all = [data.list[0], f(), q, whole.q, whole.default(), sep];",
    },
    cells: [gives("import { all } from './all7'; all", "[ 7, 'default', 8, 8, 'default', '/' ]")],
  },
  {
    name: "an error in a .ts file has its own line, column and text, also after types, await and edits",
    files: {
      "place8.ts":
        "interface T {\n  a: number;\n}\n\n/** Throws. */\nexport async function boom(t: T): Promise<never> {\n  await null;\n  throw new RangeError(`a is ${t.a}`);\n}\nawait null;",
    },
    cells: [
      throws(
        "import { boom } from './place8';\nawait boom({ a: 1 })",
        "RangeError",
        "a is 1",
        /place8\.ts:8:9, in boom[\s\S]*> 8 \| {3}throw new RangeError[\s\S]*Cell In\[\d+\], line 2/,
      ),
      edit(
        "place8.ts",
        "type T = { a: number };\n\n\nexport function boom({ a }: T): never {\n  throw new Error(`now ${a}`);\n}",
      ),
      // What was imported before has the lines that it had.
      throws(
        "await boom({ a: 2 })",
        "RangeError",
        "a is 2",
        /place8\.ts:8:9[\s\S]*> 8 \| {3}throw new RangeError/,
      ),
      throws(
        "import { boom as boom8 } from './place8'; boom8({ a: 3 })",
        "Error",
        "now 3",
        /place8\.ts:5:9, in boom[\s\S]*> 5 \| {3}throw new Error/,
      ),
    ],
  },
  {
    name: "a .ts file that throws while it is loaded is loaded anew by the next import",
    files: { "load9.ts": "await null;\nexport const nine = 9;\nthrow new Error('at load');" },
    cells: [
      throws(
        "import { nine } from './load9'; nine",
        "Error",
        "at load",
        /load9\.ts:3:7[\s\S]*Cell In\[\d+\], line 1:1/,
      ),
      throws("await import('./load9')", "Error", "at load", /load9\.ts:3:7/),
      edit("load9.ts", "export const nine: number = 99;"),
      gives("import { nine } from './load9'; nine", "99"),
    ],
  },
  {
    name: "edited JSON and JavaScript, also what it requires: the next import sees the change",
    files: {
      "ten.json": '{ "n": 1 }',
      "ten.js": "exports.n = require('./ten-inner').n;",
      "ten-inner.js": "exports.n = 1;",
      "ten.mjs": "export const n = 1;",
    },
    cells: [
      gives("import ten1 from './ten.json'; ten1.n", "1"),
      gives("[require('./ten.json').n, require('./ten.js').n]", "[ 1, 1 ]"),
      prints("const ten2 = './ten.mjs'; console.log((await import(ten2)).n)", "1\n"),
      edit("ten.json", '{ "n": 2, "more": "m" }'),
      edit("ten-inner.js", "exports.n = 22;"),
      edit("ten.mjs", "export const n = 222;"),
      gives("import ten3 from './ten.json'; [ten3.n, ten3.more]", "[ 2, 'm' ]"),
      gives("require('./ten.js').n", "22"),
      gives("(await import(ten2)).n", "222"),
    ],
  },
  {
    name: "decorators, accessors, using and generators in a .ts file",
    files: {
      "eleven.ts":
        "const told = <T>(value: T, context: ClassMethodDecoratorContext) => { console.log(String(context.name)); return value; };\n" +
        "export class G { @told m() { return 1; } accessor z = 3; static { console.log('static'); } }\n" +
        "{ using r = { [Symbol.dispose]() { console.log('disposed'); } }; console.log('in'); }\n" +
        "await using s = { async [Symbol.asyncDispose]() { console.log('end'); } };\n" +
        "export default async function* () { yield 11; }",
    },
    cells: [
      [
        "import gen11, { G as G11 } from './eleven'; const g11 = new G11(); g11.z = 5; for await (const x of gen11()) console.log(x); [g11.m(), g11.z]",
        { stdout: "m\nstatic\nin\ndisposed\nend\n11\n", result: "[ 1, 5 ]" },
      ],
    ],
  },
];
