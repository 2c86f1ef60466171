/** @file What is said of errors: places, frames, causes, late ones. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

/** The traceback has a line and column of a cell, and a caret under the source. */
const at = (line: number, column: number, source: string) =>
  new RegExp(
    `Cell In\\[\\d+\\], line ${line}:${column}\\b[\\s\\S]*${source.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&")}[^\\n]*\\n[^\\n]*\\^`,
  );

export const errors: Sequence[] = [
  {
    name: "a type error has code, place, source frame and caret",
    cells: [
      [
        "let er1 = 1;\nconst wrong: number = 'text';",
        {
          error: {
            ename: "TypeScriptError",
            evalue: "TS2322: Type 'string' is not assignable to type 'number'. (line 2:7)",
            traceback: at(2, 7, "const wrong: number"),
          },
        },
      ],
    ],
  },
  {
    name: "all type errors are told",
    cells: [refuses("const a: string = 1;\nmissing();", /\(and 1 more\)$/)],
  },
  { name: "a syntax error has its place", cells: [refuses("if (true) {\n  1 +\n}", /^TS1109.*line 3:1/)] },
  { name: "an unterminated template is a syntax error", cells: [refuses("const open = `abc", /^TS1160/)] },
  {
    name: "a run-time error has line, column and caret",
    cells: [
      throws(
        "const er2 = 1;\n\n  throw new RangeError('here');",
        "RangeError",
        "here",
        at(3, 9, "throw new RangeError"),
      ),
    ],
  },
  {
    name: "an error in a function of an earlier cell names both cells",
    cells: [
      "function fails(x: { y: number } | null) {\n  return x!.y;\n}",
      throws(
        "\nfails(null);",
        "TypeError",
        /null/,
        /Cell In\[(\d+)\], line 2:13[\s\S]*in fails[\s\S]*Cell In\[\d+\], line 2:1/,
      ),
    ],
  },
  {
    name: "places after types that vanish",
    cells: [
      throws(
        "interface Gone { a: string }\ntype G = Gone;\n/* c */ const g = null as unknown as G; g.a;",
        "TypeError",
        /reading 'a'/,
        at(3, 43, "const g ="),
      ),
    ],
  },
  {
    name: "places in a method of a class",
    cells: [
      throws(
        "class Er3 {\n  go() {\n    throw new Error('deep');\n  }\n}\nnew Er3().go();",
        "Error",
        "deep",
        /line 3:11[\s\S]*Er3\.go[\s\S]*line 6:11/,
      ),
    ],
  },
  {
    name: "places after an await",
    cells: [
      throws(
        "await null;\nconst er4 = 1; throw new Error('async');",
        "Error",
        "async",
        at(2, 22, "throw new Error"),
      ),
    ],
  },
  {
    name: "places after Chinese text",
    cells: [throws("const 文 = '你好'; throw new Error('中');", "Error", "中", at(1, 23, "throw new Error"))],
  },
  {
    name: "a cause is shown",
    cells: [
      throws(
        "throw new Error('outer', { cause: new TypeError('inner') })",
        "Error",
        "outer",
        /Caused by:[\s\S]*TypeError[\s\S]*inner/,
      ),
    ],
  },
  {
    name: "the errors of an AggregateError are shown",
    cells: [
      throws(
        "await Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))])",
        "AggregateError",
        undefined,
        /Error 1 of 2[\s\S]*one[\s\S]*Error 2 of 2[\s\S]*two/,
      ),
    ],
  },
  {
    name: "a cause that leads back to itself is shown once",
    cells: [
      throws(
        "const circle: any = new Error('round'); circle.cause = circle; throw circle",
        "Error",
        "round",
        /Caused by:\n {2}\(the same error again\)$/,
      ),
    ],
  },
  {
    name: "a suppressed error is shown with the one that suppressed it",
    cells: [
      throws(
        "using su1 = { [Symbol.dispose]() { throw new Error('while disposing') } };\nthrow new Error('in the body');",
        "SuppressedError",
        undefined,
        /disposing:\n {2}Error: while disposing[\s\S]*Suppressed by it:\n {2}Error: in the body\n.*line 2:7/,
      ),
    ],
  },
  {
    name: "a thrown proxy whose traps throw",
    cells: [throws("throw new Proxy({}, { get() { throw 1; } })", "Uncaught", "{}"), gives("1", "1")],
  },
  {
    name: "errors without stack, with a stack of their own, and with many lines",
    cells: [
      throws("const st1 = new Error('none'); st1.stack = undefined; throw st1", "Error", "none"),
      throws("const st2 = new Error('own'); st2.stack = 'text'; throw st2", "Error", "own"),
      throws("throw new Error('a\\nb')", "Error", "a\nb", /^Error: a\nb\n/),
    ],
  },
  {
    name: "errors of eval, new Function and another realm",
    cells: [
      throws("eval('throw new Error(\"evaluated\")')", "Error", "evaluated", /line 1:1/),
      throws("new Function('throw new Error(\"made\")')()", "Error", "made"),
      throws("require('vm').runInNewContext('throw new TypeError(\"elsewhere\")')", "TypeError", "elsewhere"),
    ],
  },
  {
    name: "an error in a getter, a generator, a constructor and a callback",
    cells: [
      throws("({ get g(): number { throw new Error('got'); } }).g", "Error", "got", /in get g/),
      throws("function* gen1() { throw new Error('gen') } [...gen1()]", "Error", "gen", /in gen1/),
      throws(
        "new (class Made1 { constructor() { throw new Error('new') } })()",
        "Error",
        "new",
        /in new Made1/,
      ),
      throws("[1].map(function cb1() { throw new Error('cb') })", "Error", "cb", /in cb1/),
    ],
  },
  {
    name: "an error in a package is told with the cell's line, its frames folded",
    files: {
      "node_modules/throws1/package.json": '{"name":"throws1"}',
      "node_modules/throws1/index.js":
        "exports.f = () => g(); function g() { throw new TypeError('from the package'); }",
    },
    cells: [
      throws(
        "import throws1 from 'throws1';\nthrows1.f()",
        "TypeError",
        "from the package",
        /\(2 frames in libraries\)\n.*line 2:9/,
      ),
    ],
  },
  {
    name: "an error in a listener is the emitting cell's, with both cells' lines",
    cells: [
      "import { EventEmitter } from 'events'; const em1 = new EventEmitter(); em1.on('x', () => { throw new Error('heard') }); void 0;",
      throws("\nem1.emit('x')", "Error", "heard", /line 1:\d+[\s\S]*line 2:5/),
    ],
  },
  {
    name: "an error in a microtask, a tick and an immediate is shown and the kernel lives",
    cells: [
      [
        "queueMicrotask(() => { throw new Error('micro') }); process.nextTick(() => { throw new Error('tick') }); setImmediate(() => { throw new Error('imm') }); await new Promise((done) => setTimeout(done, 30));",
        { messages: ["error", "error", "error"] },
      ],
      gives("1", "1"),
    ],
  },
  {
    name: "an emitter's unheard error, a failed spawn and a missing file end nothing",
    cells: [
      [
        "import { spawn as spawn1 } from 'child_process'; import { createReadStream } from 'fs'; spawn1('no-such-program'); createReadStream('/no/such/file'); await new Promise((done) => setTimeout(done, 100));",
        { messages: ["error", "error"] },
      ],
      gives("1", "1"),
    ],
  },
  {
    name: "a rejection that is caught later in the same turn is no error",
    cells: [
      prints(
        "const pr1 = Promise.reject(new Error('late')); await null; pr1.catch(() => console.log('caught')); await null; void 0;",
        "caught\n",
      ),
    ],
  },
  {
    name: "what another Node has is refused with that",
    cells: [
      refuses("document.title", /not in a browser/),
      gives("typeof (globalThis as any).DisposableStack === 'function' || 'unknown'", /true|'unknown'/),
    ],
  },
  {
    name: "an error class of the user's own",
    cells: [
      "class MyError extends Error { constructor(readonly code: number) { super(`code ${code}`); } }",
      throws("throw new MyError(7)", "MyError", "code 7"),
    ],
  },
  {
    name: "library frames are folded",
    cells: [throws("torch.zeros(2, 3).add(torch.zeros(4));", "RuntimeError", undefined, /in libraries\)/)],
  },
  {
    name: "stack overflow ends the cell, not the kernel",
    cells: [
      throws(
        "function deep5(): number { return deep5() + 1; }\ndeep5();",
        "RangeError",
        /Maximum call stack/,
      ),
      gives("1 + 1", "2"),
    ],
  },
  { name: "a ReferenceError before its declaration ran", cells: [refuses("er6; const er6 = 1;", /^TS2448/)] },
  {
    name: "an unhandled rejection is shown and the kernel lives",
    cells: [
      [
        "Promise.reject(new Error('nobody waits')); await new Promise((done) => setTimeout(done, 20));",
        { error: undefined, messages: ["error"] },
      ],
      gives("1", "1"),
    ],
  },
  {
    name: "an error in a timer is shown and the kernel lives",
    cells: [
      [
        "setTimeout(() => { throw new Error('in timer'); }, 1); await new Promise((done) => setTimeout(done, 30));",
        { messages: ["error"] },
      ],
      gives("1", "1"),
    ],
  },
  {
    name: "an invalid regular expression at run time",
    cells: [throws("new RegExp('(')", "SyntaxError", /Invalid regular expression/)],
  },
  { name: "JSON.parse of nonsense", cells: [throws("JSON.parse('{')", "SyntaxError")] },
  {
    name: "error.stack names cells",
    cells: [
      gives(
        "(() => {\n  try { throw new Error('s'); } catch (e) { return (e as Error).stack!.includes('Cell In['); }\n})()",
        "true",
      ),
    ],
  },
  {
    name: "console.error goes to stderr",
    cells: [
      [
        "console.error('to stderr'); console.log('to stdout');",
        { stderr: "to stderr\n", stdout: "to stdout\n" },
      ],
    ],
  },
  {
    name: "printed lines keep their order",
    cells: [prints("for (let i = 0; i < 5; i++) console.log(i);", "0\n1\n2\n3\n4\n")],
  },
];
