/** @file Waiting at the top of a cell, timers, promises, `using`. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

export const asynchronous: Sequence[] = [
  { name: "top-level await as an expression", cells: [gives("await Promise.resolve(5)", "5")] },
  {
    name: "top-level await in a declaration",
    cells: ["const aa = await Promise.resolve([1, 2]);", gives("aa.length", "2")],
  },
  {
    name: "await in an argument, a template and a condition",
    cells: [gives("`${await Promise.resolve(1)}` + Math.max(await 2, (await true) ? 3 : 4)", "'13'")],
  },
  {
    name: "await in a loop at the top",
    cells: [prints("for (let i = 0; i < 2; i++) { await null; console.log(i); }", "0\n1\n")],
  },
  {
    name: "for await over promises",
    cells: [gives("let ab = 0; for await (const x of [Promise.resolve(1), 2]) ab += x; ab", "3")],
  },
  {
    name: "for await over an async generator of an earlier cell",
    cells: [
      "async function* ac() { yield 'a'; await null; yield 'b'; }",
      prints("for await (const x of ac()) console.log(x);", "a\nb\n"),
    ],
  },
  {
    name: "a promise as the result is shown as a promise",
    cells: [gives("Promise.resolve(3)", "Promise { 3 }")],
  },
  {
    name: "a promise of an earlier cell is awaited in a later one",
    cells: ["const ad = new Promise<number>((done) => setTimeout(done, 20, 9));", gives("await ad", "9")],
  },
  {
    name: "Promise.all and allSettled",
    cells: [
      gives(
        "(await Promise.allSettled([1, Promise.reject(new Error('no'))])).map((r) => r.status)",
        "[ 'fulfilled', 'rejected' ]",
      ),
    ],
  },
  {
    name: "await with timers/promises",
    cells: [
      gives("import { setTimeout as sleep } from 'timers/promises'; await sleep(5, 'slept')", "'slept'"),
    ],
  },
  {
    name: "an async function of an earlier cell",
    cells: ["async function ae(x: number) { await null; return x * 2; }", gives("await ae(4)", "8")],
  },
  {
    name: "await in a class's static block is refused, in its method fine",
    cells: [
      refuses("class Af { static { await null; } }", /^TS/),
      "class Af { async m() { await null; return 1; } }",
      gives("await new Af().m()", "1"),
    ],
  },
  {
    name: "an await that fails is the cell's error",
    cells: [throws("await Promise.reject(new TypeError('late'))", "TypeError", "late")],
  },
  {
    name: "try and catch around await",
    cells: [
      gives(
        "let ag = ''; try { await Promise.reject(new Error('x')); } catch (e) { ag = (e as Error).message; } finally { ag += '!'; } ag",
        "'x!'",
      ),
    ],
  },
  {
    name: "output of promises comes before idle when they are awaited",
    cells: [
      prints("void (await Promise.all([1, 2].map(async (n) => { await null; console.log(n); })));", "1\n2\n"),
    ],
  },
  {
    name: "queueMicrotask and nextTick run",
    cells: [
      prints(
        "await new Promise<void>((done) => { process.nextTick(() => console.log('tick')); setImmediate(done); });",
        "tick\n",
      ),
    ],
  },
  {
    name: "using ends with its block",
    cells: [
      prints(
        "{ using r = { [Symbol.dispose]() { console.log('gone'); } }; console.log('in'); }\nconsole.log('out');",
        "in\ngone\nout\n",
      ),
    ],
  },
  {
    name: "using at the top ends with the cell, last first",
    cells: [
      "const ah = (n: string) => ({ n, [Symbol.dispose]() { console.log('end ' + n); } });",
      prints("using r1 = ah('1'); using r2 = ah('2'); console.log(r1.n + r2.n);", "12\nend 2\nend 1\n"),
      gives("r1.n", "'1'"),
    ],
  },
  {
    name: "using in a cell that throws",
    cells: [
      [
        "using r3 = { [Symbol.dispose]() { console.log('released'); } };\nthrow new Error('mid');",
        { stdout: "released\n", error: { ename: "Error", evalue: "mid", traceback: /line 2:7/ } },
      ],
    ],
  },
  {
    name: "await using is awaited",
    cells: [
      prints(
        "await using r4 = { async [Symbol.asyncDispose]() { await null; console.log('closed'); } };\nconsole.log('open');",
        "open\nclosed\n",
      ),
    ],
  },
  {
    name: "using in a loop's head ends with each turn",
    cells: [
      prints(
        "class Turn1 implements Disposable { constructor(readonly n: string) {} [Symbol.dispose]() { console.log('end ' + this.n); } }\nfor (using t of [new Turn1('1'), new Turn1('2')]) console.log(t.n);",
        "1\nend 1\n2\nend 2\n",
      ),
    ],
  },
  { name: "using wants something that can be disposed of", cells: [refuses("using r5 = 5;", /^TS2850/)] },
  { name: "a result with using", cells: [gives("using r6 = { v: 6, [Symbol.dispose]() {} }; r6.v", "6")] },
  {
    name: "a DisposableStack is not known to the types of ES2023 alone, Symbol.dispose is",
    cells: [gives("typeof Symbol.dispose", "'symbol'")],
  },
  {
    name: "a type error in asynchronous code is told before anything runs",
    cells: [refuses("console.log('ran'); const n7: string = await Promise.resolve(7);", /^TS2322/)],
  },
];
