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
