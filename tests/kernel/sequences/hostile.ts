/** @file Programs that are at odds with Node or the kernel: listeners taken away, built-ins replaced, errors and values that throw. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

export const hostile: Sequence[] = [
  {
    name: "all listeners of the process taken away: errors of timers and promises are still shown",
    cells: [
      [
        "process.removeAllListeners(); process.removeAllListeners('uncaughtException'); process.removeAllListeners('unhandledRejection'); setTimeout(() => { throw new Error('late'); }); await new Promise((r) => setTimeout(r, 50));",
        { error: undefined, messages: ["error"] },
      ],
      [
        "Promise.reject(new Error('nobody')); await new Promise((r) => setTimeout(r, 50)); 5",
        { result: "5", messages: ["error", "execute_result"] },
      ],
      gives("process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')", "2"),
    ],
  },
  {
    name: "a stack formatter of the user's own gives error.stack, the traceback stays the kernel's",
    cells: [
      gives(
        "Error.prepareStackTrace = (_error, sites) => sites.length as never; typeof new Error('a').stack",
        "'number'",
      ),
      throws("throw new Error('formatted')", "Error", "formatted", /line 1:7/),
      "Error.prepareStackTrace = () => { throw new Error('formatter'); }; void 0",
      throws("throw new Error('still told')", "Error", "still told", /line 1:7/),
      "delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace; void 0",
      throws("throw new Error('after it')", "Error", "after it", /line 1:7/),
      prints(
        "const formatter = Error.prepareStackTrace; Error.prepareStackTrace = (_e, sites) => sites as never; const sites1 = new Error().stack; Error.prepareStackTrace = formatter; console.log(typeof sites1, typeof new Error().stack)",
        "object string\n",
      ),
    ],
  },
  {
    name: "console.trace says what it was told, with the cell's lines",
    cells: [["console.trace('at %s', 5)", { stderr: /^Trace: at 5\n {4}at Cell In\[\d+\]:1:9\n$/ }]],
  },
  {
    name: "a thrown object keeps the stack that it had",
    cells: [throws("throw { stack: 'my own' }", "Uncaught", "{ stack: 'my own' }")],
  },
  {
    name: "errors whose message or stack throws are told with the rest",
    cells: [
      throws(
        "const mute1 = new Error('a'); Object.defineProperty(mute1, 'message', { get() { throw 1; } }); throw mute1",
        "Error",
        "",
        /line 1:15/,
      ),
      throws(
        "const mute2 = new RangeError('b'); Object.defineProperty(mute2, 'stack', { get() { throw 1; } }); throw mute2",
        "RangeError",
        "b",
        /line 1:15/,
      ),
      throws("const mute3 = new Error('c'); mute3.name = 5 as never; throw mute3", "Error", "c"),
    ],
  },
  {
    name: "a value whose text throws is told on stderr and ends no cell",
    cells: [
      [
        "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no text'); } })",
        { stderr: /Error.*: no text/, result: "(a value that cannot be shown)" },
      ],
      [
        "({ get [Symbol.toStringTag]() { throw new Error('no tag'); } })",
        { stderr: /Error.*: no tag/, result: "(a value that cannot be shown)" },
      ],
      [
        "const ring: { ring?: unknown } = {}; ring.ring = ring; ({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': ring }) })",
        { stderr: /circular/, result: /Jupyter\.display/ },
      ],
    ],
  },
  {
    name: "import x = require(), in cells and files",
    files: { "equals1.ts": "import os = require('node:os'); export const eol = os.EOL;" },
    cells: [
      gives("import paths = require('node:path'); paths.sep", "'/'"),
      gives("paths.join('a', 'b')", "'a/b'"),
      refuses("paths.nothing", /^TS2339/),
      gives("import { eol } from './equals1'; eol", "'\\n'"),
    ],
  },
  {
    name: "JSON replaced: values, displays and the places of errors stay right",
    cells: [
      "const json = { parse: JSON.parse, stringify: JSON.stringify }; JSON.parse = () => 5; JSON.stringify = () => { throw new Error('json'); }; void 0",
      [
        "display({ 'application/json': { a: 1 } })",
        { displays: [{ data: { "application/json": { a: 1 } } }] },
      ],
      throws("throw new Error('placed')", "Error", "placed", /line 1:7/),
      "void Object.assign(JSON, json);",
    ],
  },
  {
    name: "a built-in that the kernel needs is replaced: said, not silence; put back, all is well",
    cells: [
      "const define1 = Object.defineProperty; const restore1 = () => { Object.defineProperty = define1; };",
      "Object.defineProperty = () => { throw new Error('mine'); }; void 0",
      throws("let new1 = 5; new1", "KernelError", /the kernel itself failed \(mine\); .*Restart/),
      "restore1();",
      gives("let new2 = 6; new2", "6"),
    ],
  },
  {
    name: "frozen prototypes and a global object that takes nothing new",
    cells: [
      "Object.freeze(Array.prototype); void Object.freeze(Function.prototype);",
      gives("class Text1 { toString() { return 'text'; } } `${new Text1()}`", "'text'"),
      "void Object.preventExtensions(globalThis);",
      gives("let extra1 = [1, 2]; extra1.map((n) => n + 1)", "[ 2, 3 ]"),
    ],
  },
];
