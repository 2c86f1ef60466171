/** @file The magics that there are, and the words about those that there are not. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

export const magics: Sequence[] = [
  {
    name: "%%nocheck runs a cell with type errors",
    cells: [gives("%%nocheck\nconst mg1: number = 'text'; mg1", "'text'")],
  },
  {
    name: "%%nocheck still has declared types for later cells",
    cells: ["%%nocheck\nconst mg2: number = 'x';", refuses("mg2.length", /^TS2339/)],
  },
  {
    name: "%%nocheck with a name that is nowhere fails at run time",
    cells: [throws("%%nocheck\n\nmg3();", "ReferenceError", /mg3/, /line 3:1/)],
  },
  { name: "%%nocheck does not mend syntax", cells: [refuses("%%nocheck\nconst = 1;", /^TS1134.*line 2:7/)] },
  {
    name: "%%nocheck is for one cell only",
    cells: ["%%nocheck\nconst mg4: string = 1;", refuses("const mg5: string = 1;", /^TS2322/)],
  },
  {
    name: "%%time prints how long it took and keeps the result",
    cells: [
      ["%%time\nconst mg6 = 4; mg6 * 2", { stdout: /^Wall time: [\d.]+ (µs|ms|s)\n$/, result: "8" }],
      gives("mg6", "4"),
    ],
  },
  {
    name: "%%time waits for asynchronous cells",
    cells: [
      [
        "%%time\nawait new Promise((done) => setTimeout(done, 70));",
        { stdout: /^Wall time: (?:[6-9]\d|\d{3,})[\d.]* ms\n$|^Wall time: [\d.]+ s\n$/ },
      ],
    ],
  },
  {
    name: "%%time keeps the places of errors",
    cells: [
      throws("%%time\n\n  throw new Error('timed');", "Error", "timed", /line 3:9/),
      refuses("%%time\nconst t7: string = 1;", /line 2:7/),
    ],
  },
  {
    name: "%%time and %%nocheck together, blank lines before",
    cells: [["\n%%time\n%%nocheck\nconst t8: string = 1; t8", { stdout: /^Wall time/, result: "1" }]],
  },
  {
    name: "%%time runs functions and classes that stay",
    cells: [
      ["%%time\nfunction mg9() { return 'f'; } class Mg9 {}", { stdout: /^Wall time/ }],
      gives("mg9() + new Mg9().constructor.name", "'fMg9'"),
    ],
  },
  {
    name: "%%html shows what is below it",
    cells: [
      [
        "%%html\n<b>`x` ${y}</b>\n<script>1</script>",
        { displays: [{ data: { "text/html": "<b>`x` ${y}</b>\n<script>1</script>" } }] },
      ],
    ],
  },
  {
    name: "%%html works when display was declared anew",
    cells: ["const display = 1;", ["%%html\n<p>", { displays: [{ data: { "text/html": "<p>" } }] }]],
  },
  {
    name: "%%bash is refused with a hint",
    cells: [refuses("%%bash\nls -la", /"%%bash" is no magic of this kernel; .*child_process/)],
  },
  {
    name: "other magics are refused with those there are",
    cells: [
      refuses("%%timeit\n1", /%%nocheck, %%time and %%html/),
      refuses("%matplotlib inline", /"%matplotlib" is no magic/),
    ],
  },
  {
    name: "a shell command is refused with a hint",
    cells: [
      refuses("!npm install lodash", /child_process/),
      prints("const no10 = !true && false;\nconsole.log(!no10);", "true\n"),
    ],
  },
  {
    name: "a magic below code is refused with its place",
    cells: [refuses("const mg11 = 1;\n%%time\nmg11", /first line.*line 2:1/)],
  },
  { name: "the remainder operator is no magic", cells: [gives("7\n%4", "3")] },
];
