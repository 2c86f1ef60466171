/** @file Modules: Node's, packages of every kind, files beside the notebook. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

const edit = (file: string, text: string) =>
  `require("fs").writeFileSync(${JSON.stringify(file)}, ${JSON.stringify(text)}); require("fs").utimesSync(${JSON.stringify(file)}, new Date(), new Date(Date.now() + 5000));`;

export const imports: Sequence[] = [
  {
    name: "Node's modules by name, default and namespace",
    cells: [
      "import fs, { existsSync } from 'fs'; import * as np from 'node:path';",
      gives("fs.existsSync === existsSync && np.join('a', 'b')", "'a/b'"),
    ],
  },
  {
    name: "an import is used in later cells, with its types",
    cells: [
      "import { basename } from 'path';",
      gives("basename('/x/y')", "'y'"),
      refuses("basename(3)", /^TS2345/),
    ],
  },
  {
    name: "import in the middle of a cell comes first",
    cells: [gives("const before1 = EOL; import { EOL } from 'os'; before1", "'\\n'")],
  },
  {
    name: "type-only imports leave nothing at run time",
    cells: [
      "import type { Stats } from 'fs'; import { type Dirent } from 'fs';",
      gives("const st1: Stats | Dirent | 0 = 0; st1", "0"),
    ],
  },
  {
    name: "a side-effect import runs the file once",
    files: { "side1.ts": "console.log('side effect'); export {};" },
    cells: [prints("import './side1';", "side effect\n"), "import './side1';"],
  },
  {
    name: "dynamic import of a module of Node",
    cells: ["const dyn1 = await import('node:path');", gives("dyn1.sep", "'/'")],
  },
  {
    name: "require is there and typed",
    cells: [gives("require('os').EOL", "'\\n'"), gives("typeof require.resolve", "'function'")],
  },
  {
    name: "import.meta has url, filename and dirname",
    cells: [
      gives("import.meta.url.startsWith('file://')", "true"),
      gives("[typeof import.meta.filename, typeof import.meta.dirname]", "[ 'string', 'string' ]"),
    ],
  },
  {
    name: "__dirname is the notebook's folder",
    files: { "here.txt": "here" },
    cells: [gives("require('fs').readFileSync(__dirname + '/here.txt', 'utf8')", "'here'")],
  },
  {
    name: "JSON with its types",
    files: { "data1.json": '{ "list": [1, 2], "name": "n" }' },
    cells: [
      gives("import data1 from './data1.json'; data1.list[1]", "2"),
      refuses("data1.missing", /^TS2339/),
    ],
  },
  {
    name: "a .ts file beside the notebook",
    files: { "util1.ts": "export const one: number = 1; export default (x: string) => x + one;" },
    cells: [
      gives("import add1, { one } from './util1'; add1('a') + one", "'a11'"),
      refuses("add1(1)", /^TS2345/),
    ],
  },
  {
    name: "a .ts file imported with an extension",
    files: { "util1b.ts": "export const b = 'b';" },
    cells: [gives("import { b as b1 } from './util1b.js'; b1", "'b'")],
  },
  {
    name: "a .ts file imported by its own name, .mts and .cts too",
    files: {
      "own1.ts": "export const o = 'ts';",
      "own2.mts": "export const m = 'mts';",
      "own3.cts": "export const c = 'cts';",
    },
    cells: [
      gives(
        "import { o as own1 } from './own1.ts'; import { m as own2 } from './own2.mts'; import { c as own3 } from './own3.cts'; own1 + own2 + own3",
        "'tsmtscts'",
      ),
      gives(
        "import { m as own4 } from './own2.mjs'; import { c as own5 } from './own3.cjs'; own4 + own5",
        "'mtscts'",
      ),
    ],
  },
  {
    name: "an imported variable changes when its file changes it",
    files: {
      "live1.ts":
        "export let live = 1; export const raise = () => ++live; export default class { now() { return live; } }",
    },
    cells: [
      gives("import Live, { live, raise } from './live1'; raise(); [live, new Live().now()]", "[ 2, 2 ]"),
      gives("const seesLive = () => live; raise(); seesLive()", "3"),
      gives("const live = 'own'; raise(); [seesLive(), live]", "[ 'own', 'own' ]"),
    ],
  },
  {
    name: "an ES module's variable changes when the module changes it",
    files: { "live2.mjs": "export let live2 = 1; export const raise2 = () => ++live2;" },
    cells: [gives("import { live2, raise2 } from './live2.mjs'; raise2(); live2", "2")],
  },
  {
    name: "files that import each other in a circle",
    files: {
      "round1.ts": "import { b } from './round2'; export const a = () => 'a' + b();",
      "round2.ts": "import { a } from './round1'; export const b = () => 'b'; export const viaA = () => a();",
    },
    cells: [gives("import { viaA } from './round2'; viaA()", "'ab'")],
  },
  {
    name: "a folder is imported by its index.ts",
    files: { "folder1/index.ts": "export const inside = 'index';" },
    cells: [gives("import { inside } from './folder1'; inside", "'index'")],
  },
  {
    name: "a .tsx file is refused by name",
    files: { "view1.tsx": "export const view = () => <b/>;" },
    cells: [refuses("import { view } from './view1';", /view1\.tsx.*--jsx/)],
  },
  {
    name: "an edited .ts file is new at the next import",
    files: { "util2.ts": "export const v = 1;" },
    cells: [
      gives("import { v as v2 } from './util2'; v2", "1"),
      edit("util2.ts", "export const v = 'two';"),
      gives("import { v as v2 } from './util2'; v2.toUpperCase()", "'TWO'"),
    ],
  },
  {
    name: "a .ts file that another one imports is compiled too",
    files: {
      "util3.ts": "import { deep } from './lib3/deep'; export const up = deep + 1;",
      "lib3/deep.ts": "export const deep = 41;",
    },
    cells: [gives("import { up } from './util3'; up", "42")],
  },
  {
    name: "an edited inner .ts file is new as well",
    files: { "util4.ts": "export { inner4 } from './inner4';", "inner4.ts": "export const inner4 = 1;" },
    cells: [
      gives("import { inner4 } from './util4'; inner4", "1"),
      edit("inner4.ts", "export const inner4 = 2;"),
      gives("import { inner4 } from './util4'; inner4", "2"),
    ],
  },
  {
    name: "a type error in a .ts file beside the notebook names the file",
    files: { "bad5.ts": "export const n: number = 'x';" },
    cells: [refuses("import { n as n5 } from './bad5';", /bad5\.ts:1:14/)],
  },
  {
    name: "an error thrown in a .ts file is told by its name",
    files: { "boom6.ts": "export function boom(): never {\n  throw new Error('inside');\n}" },
    cells: [throws("import { boom } from './boom6';\nboom();", "Error", "inside", /line 2:1/)],
  },
  {
    name: "a dynamic import of a .ts file",
    files: { "dyn7.ts": "export const seven = 7;" },
    cells: [gives("(await import('./dyn7')).seven", "7")],
  },
  {
    name: "CommonJS packages of the notebook's folder",
    files: {
      "node_modules/cjs1/package.json": '{"name":"cjs1","version":"1.0.0","main":"i.js"}',
      "node_modules/cjs1/i.js": "module.exports = (x) => x * 2; module.exports.extra = 1;",
    },
    cells: [gives("import cjs1 from 'cjs1'; cjs1(4)", "8")],
  },
  {
    name: "ESM-only packages",
    files: {
      "node_modules/esm1/package.json":
        '{"name":"esm1","type":"module","exports":{"types":"./i.d.ts","import":"./i.js"}}',
      "node_modules/esm1/i.js": "export default 5; export const six = 6;",
      "node_modules/esm1/i.d.ts":
        "declare const five: number; export default five; export declare const six: number;",
    },
    cells: [
      gives("import five, { six } from 'esm1'; import * as esm1 from 'esm1'; five + six + esm1.six", "17"),
      refuses("five.length", /^TS2339/),
      gives("(await import('esm1')).default", "5"),
    ],
  },
  {
    name: "packages with exports maps and subpaths",
    files: {
      "node_modules/map1/package.json": '{"name":"map1","exports":{".":"./a.js","./sub/*":"./lib/*.js"}}',
      "node_modules/map1/a.js": "exports.root = 'root';",
      "node_modules/map1/lib/x.js": "exports.x = 'x';",
    },
    cells: [
      gives("import { root } from 'map1'; import { x as mapX } from 'map1/sub/x'; root + mapX", "'rootx'"),
      refuses("import y1 from 'map1/lib/x.js';", /^TS2307/),
    ],
  },
  {
    name: "a package with two builds gives import and require their own, as in Node",
    files: {
      "node_modules/two1/package.json":
        '{"name":"two1","exports":{".":{"import":"./e.mjs","require":"./c.cjs"},"./kind":{"node":"./n.cjs","default":"./d.cjs"}}}',
      "node_modules/two1/e.mjs": "export default 'esm'; export const build = 'import';",
      "node_modules/two1/c.cjs": "exports.build = 'require';",
      "node_modules/two1/n.cjs": "exports.on = 'node';",
      "node_modules/two1/d.cjs": "exports.on = 'elsewhere';",
    },
    cells: [
      gives("import two1, { build } from 'two1'; [two1, build]", "[ 'esm', 'import' ]"),
      gives("[require('two1').build, (await import('two1')).build]", "[ 'require', 'import' ]"),
      gives("import { on } from 'two1/kind'; on", "'node'"),
    ],
  },
  {
    name: "a function as the whole of a CommonJS package, with properties",
    files: {
      "node_modules/whole1/package.json": '{"name":"whole1"}',
      "node_modules/whole1/index.js": "function f(x) { return x + 1; } f.sub = { k: 1 }; module.exports = f;",
    },
    cells: [
      gives(
        "import whole1 from 'whole1'; import * as names1 from 'whole1'; [whole1(1), names1.sub.k]",
        "[ 2, 1 ]",
      ),
    ],
  },
  {
    name: "a CommonJS package that was an ES module gives its default",
    files: {
      "node_modules/@scope/made1/package.json":
        '{"name":"@scope/made1","main":"./lib/m.js","types":"./lib/m.d.ts"}',
      "node_modules/@scope/made1/lib/m.js":
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = () => 'default'; exports.other = 1;",
      "node_modules/@scope/made1/lib/m.d.ts":
        "export default function (): string; export declare const other: number;",
    },
    cells: [gives("import made1, { other as other1 } from '@scope/made1'; made1() + other1", "'default1'")],
  },
  {
    name: "a class exported by `export =`",
    files: {
      "node_modules/equals1/package.json": '{"name":"equals1","main":"i.js","types":"i.d.ts"}',
      "node_modules/equals1/i.js": "module.exports = class { hi() { return 'hi'; } };",
      "node_modules/equals1/i.d.ts": "declare class Z { hi(): string } export = Z;",
    },
    cells: [gives("import Equals1 from 'equals1'; new Equals1().hi()", "'hi'")],
  },
  {
    name: "JSON with import attributes, by import() and require",
    files: { "data2.json": '{ "b": "x" }' },
    cells: [
      gives("import data2 from './data2.json' with { type: 'json' }; data2.b", "'x'"),
      gives(
        "const dyn2 = await import('./data2.json', { with: { type: 'json' } }); dyn2.default.b + require('./data2.json').b",
        "'xx'",
      ),
    ],
  },
  {
    name: "import.meta.resolve and require.resolve find files beside the notebook",
    files: { "found1.json": "{}" },
    cells: [
      gives(
        "[import.meta.resolve('./found1.json').endsWith('/found1.json'), require.resolve('./found1.json').endsWith('/found1.json')]",
        "[ true, true ]",
      ),
    ],
  },
  {
    name: "a package without types is any",
    files: {
      "node_modules/untyped1/package.json": '{"name":"untyped1","main":"i.js"}',
      "node_modules/untyped1/i.js": "exports.f = () => 'any';",
    },
    cells: [gives("import { f as anyF } from 'untyped1'; anyF(1, 2, 3)", "'any'")],
  },
  {
    name: "a package that is missing is an error at its name",
    cells: [refuses("import nothing from 'no-such-package-at-all';", /^TS2307: .*line 1:21/s)],
  },
  {
    name: "require of what is missing says how to get it",
    cells: [throws("require('no-such-thing')", "Error", /npm install no-such-thing/)],
  },
  {
    name: "import from torchbook and from cells",
    cells: [
      "import torchAgain, { nn as layers1 } from 'torchbook';",
      gives("torchAgain === torch && layers1 === nn", "true"),
    ],
  },
  {
    name: "renamed and default imports together",
    cells: [gives("import { default as osDefault, EOL as end1 } from 'os'; osDefault.EOL === end1", "true")],
  },
  {
    name: "re-export syntax is no harm",
    cells: ["const ex1 = 1; export { ex1 };", gives("ex1", "1")],
  },
];
