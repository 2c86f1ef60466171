/** @file Results and displays, tslab's included. */
import { gives, type Sequence } from "./sequence";

const D = 'Symbol.for("Jupyter.display")';

export const displays: Sequence[] = [
  {
    name: "undefined, declarations and empty cells have no result",
    cells: ["undefined", "const di1 = 1", "// comment", "/* c */", ";"],
  },
  {
    name: "null, strings, numbers and symbols are shown",
    cells: [
      gives("null", "null"),
      gives("'s'", "'s'"),
      gives("-0", "-0"),
      gives("Symbol('y')", "Symbol(y)"),
      gives("NaN", "NaN"),
    ],
  },
  {
    name: "objects, arrays, maps and classes are shown as Node shows them",
    cells: [
      gives("({ a: [1, { b: 2 }] })", "{ a: [ 1, { b: 2 } ] }"),
      gives("new Map([[1, 'x']])", "Map(1) { 1 => 'x' }"),
      gives("class Di2 {} new Di2()", "Di2 {}"),
      gives("Di2", "[class Di2]"),
    ],
  },
  {
    name: "functions are shown by name",
    cells: ["function di3() {}", gives("di3", "[Function: di3]"), gives("() => 1", "[Function (anonymous)]")],
  },
  {
    name: "a block at the start of a cell has no result, an object in parentheses is one",
    cells: ["{ 1 + 1 }", gives("({})", "{}")],
  },
  {
    name: "the result comes after what was printed",
    cells: [
      ["console.log('p'); 'r'", { stdout: "p\n", result: "'r'", messages: ["stream", "execute_result"] }],
    ],
  },
  {
    name: "a display method gives the result's bundle",
    cells: [
      [
        `({ [${D}]: () => ({ "text/plain": "p", "text/html": "<i>h</i>" }) })`,
        { data: { "text/plain": "p", "text/html": "<i>h</i>" } },
      ],
    ],
  },
  {
    name: "a display method may be asynchronous",
    cells: [gives(`({ [${D}]: async () => ({ "text/plain": "later" }) })`, "later")],
  },
  {
    name: "a display method of a class of an earlier cell",
    cells: [
      `class Shown { [${D}]() { return { "text/html": "<b>c</b>" }; } }`,
      ["new Shown()", { data: { "text/html": "<b>c</b>" } }],
    ],
  },
  {
    name: "a display method that fails is told on stderr, the value shown as text",
    cells: [
      [
        `({ n: 1, [${D}]() { throw new Error("drawing failed"); } })`,
        { result: /n: 1/, stderr: /drawing failed[\s\S]*line 1:/, messages: ["stream", "execute_result"] },
      ],
      [
        `class Fails { n = 2; async [${D}]() { throw new Error("later"); } } display(new Fails());`,
        {
          stderr: /later/,
          displays: [{ data: { "text/plain": "Fails { n: 2 }" } }],
          messages: ["stream", "display_data"],
        },
      ],
    ],
  },
  {
    name: "display shows values, bundles and named forms in order",
    cells: [
      [
        "display([1]); display({ 'text/html': '<p>' }); display.markdown('# t'); display.latex('$x$');",
        {
          displays: [
            { data: { "text/plain": "[ 1 ]" } },
            { data: { "text/html": "<p>" } },
            { data: { "text/markdown": "# t" } },
            { data: { "text/latex": "$x$" } },
          ],
        },
      ],
    ],
  },
  {
    name: "images are sent in base64",
    cells: [["display.png(new Uint8Array([1, 2, 3]));", { displays: [{ data: { "image/png": "AQID" } }] }]],
  },
  {
    name: "a named display is updated from a later cell",
    cells: [
      [
        "const handle5 = display('one', { display_id: true });",
        { displays: [{ data: { "text/plain": "'one'" } }] },
      ],
      ["handle5.update('two')", { displays: [{ data: { "text/plain": "'two'" }, update: true }] }],
    ],
  },
  {
    name: "clear_output is sent",
    cells: [
      [
        "clear_output({ wait: true }); console.log('new');",
        { stdout: "new\n", messages: ["clear_output", "stream"] },
      ],
    ],
  },
  {
    name: "tslab's display works under its name",
    cells: [
      'import { display as tslabDisplay } from "tslab";',
      [
        "tslabDisplay.html('<b>t</b>'); tslabDisplay.text('x'); tslabDisplay.png(new Uint8Array([1])); tslabDisplay.raw('application/x-own+text', 'r');",
        {
          displays: [
            { data: { "text/html": "<b>t</b>" } },
            { data: { "text/plain": "x" } },
            { data: { "image/png": "AQ==" } },
            { data: { "application/x-own+text": "r" } },
          ],
        },
      ],
    ],
  },
  {
    name: "tslab's display may take the place of the kernel's",
    cells: [
      [
        'import { display, newDisplay } from "tslab"; display.javascript("1");',
        { displays: [{ data: { "text/javascript": "1" } }] },
      ],
      [
        "display.markdown('m'); display.svg('<svg/>'); display.jpeg(new Uint8Array([1])); display.gif(new Uint8Array([1])); display.latex('l'); display.pdf(new Uint8Array([1]));",
        {
          displays: [
            { data: { "text/markdown": "m" } },
            { data: { "image/svg+xml": "<svg/>" } },
            { data: { "image/jpeg": "AQ==" } },
            { data: { "image/gif": "AQ==" } },
            { data: { "text/latex": "l" } },
            { data: { "application/pdf": "AQ==" } },
          ],
        },
      ],
    ],
  },
  {
    name: "tslab's newDisplay updates in place",
    cells: [
      'import { newDisplay as nd6 } from "tslab"; const d6 = nd6();',
      ["d6.text('1');", { displays: [{ data: { "text/plain": "1" } }] }],
      [
        "d6.text('2'); d6.html('3');",
        {
          displays: [
            { data: { "text/plain": "2" }, update: true },
            { data: { "text/html": "3" }, update: true },
          ],
        },
      ],
    ],
  },
  {
    name: "tslab by namespace, require and import()",
    cells: [
      'import * as tslab7 from "tslab";',
      gives("[typeof tslab7.newDisplay, tslab7.versions.node === process.version]", "[ 'function', true ]"),
      gives('require("tslab").display === (await import("tslab")).display', "true"),
    ],
  },
  {
    name: "a tensor is shown as PyTorch shows it",
    cells: [gives("torch.tensor([[1, 2], [3, 4]])", "tensor([[1, 2],\n        [3, 4]])")],
  },
];
