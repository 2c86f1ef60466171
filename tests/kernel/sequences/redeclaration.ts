/** @file Declaring a name anew, running a cell again, cells that throw half-way. */
import { gives, prints, refuses, type Sequence, throws } from "./sequence";

export const redeclaration: Sequence[] = [
  {
    name: "const is replaced, also by another type",
    cells: ["const ra = 1;", "const ra = 'text';", gives("ra.length", "4")],
  },
  { name: "let is replaced", cells: ["let rb = 1;", "let rb = [1];", gives("rb", "[ 1 ]")] },
  {
    name: "const becomes let and may be assigned then",
    cells: ["const rc = 1;", refuses("rc = 2", /^TS2588/), "let rc = 1;", gives("rc = 2", "2")],
  },
  {
    name: "a class is replaced",
    cells: [
      "class Rd { a = 1 }",
      "class Rd { b = 2 }",
      gives("new Rd().b", "2"),
      refuses("new Rd().a", /^TS2339/),
    ],
  },
  {
    name: "an enum is replaced, not merged",
    cells: ["enum Re { A }", "enum Re { B = 5 }", gives("Re.B", "5"), refuses("Re.A", /^TS2339/)],
  },
  {
    name: "an interface is replaced, not merged",
    cells: [
      "interface Rf { a: number }",
      "interface Rf { b: number }",
      gives("const rf: Rf = { b: 1 }; rf.b", "1"),
      refuses("const rf2: Rf = { a: 1 };", /^TS2353/),
    ],
  },
  {
    name: "a type alias is replaced",
    cells: ["type Rg = number;", "type Rg = string;", gives("const rg: Rg = 's'; rg", "'s'")],
  },
  {
    name: "a function is replaced",
    cells: [
      "function rh() { return 1; }",
      "function rh(x: string) { return x; }",
      gives("rh('y')", "'y'"),
      refuses("rh()", /^TS2554/),
    ],
  },
  {
    name: "a function becomes a variable, a class a function",
    cells: [
      "function ri() { return 1; }\nclass Rj {}",
      "const ri = 3; function Rj() { return 4; }",
      gives("ri + Rj()", "7"),
    ],
  },
  {
    name: "a namespace is replaced",
    cells: [
      "namespace Rk { export const a = 1 }",
      "namespace Rk { export const b = 2 }",
      gives("Rk.b", "2"),
      refuses("Rk.a", /^TS2339/),
    ],
  },
  {
    name: "an import is replaced by a variable",
    cells: ["import { join as rl } from 'path';", "const rl = 5;", gives("rl", "5")],
  },
  {
    name: "an earlier function calls the new version of what it uses",
    cells: [
      "function inner1() { return 1; }\nfunction outer2() { return inner1(); }",
      "function inner1() { return 2; }",
      gives("outer2()", "2"),
    ],
  },
  {
    name: "an instance of a replaced class keeps its methods and type",
    cells: [
      "class Rm { v() { return 'old'; } }\nconst oldRm = new Rm();",
      "class Rm { w() { return 'new'; } }",
      gives("oldRm.v() + new Rm().w()", "'oldnew'"),
      refuses("oldRm.w()", /^TS2339/),
    ],
  },
  {
    name: "a class that extends a replaced one keeps its base",
    cells: [
      "class Base1 { who() { return 1; } }\nclass Sub1 extends Base1 {}",
      "class Base1 { who() { return 2; } }",
      gives("new Sub1().who()", "1"),
    ],
  },
  {
    name: "old and new interface of one name are told apart in errors",
    cells: [
      "interface Rn { x: number }\nconst useRn = (r: Rn) => r.x;",
      "interface Rn { y: string }\nconst newRn: Rn = { y: '' };",
      refuses("useRn(newRn)", /'Rn \(declared earlier\)'/),
    ],
  },
  {
    name: "a type is replaced and the value of that name stays",
    cells: [
      "const Ro = 1; interface Ro { a: number }",
      "interface Ro { b: number }",
      gives("const ro: Ro = { b: 2 }; ro.b + Ro", "3"),
    ],
  },
  {
    name: "a cell with everything runs twice",
    cells: [
      gives(
        "class Rp { static n = 0; id = ++Rp.n }\nenum Rq { A } type Rr = Rq; const rp: Rr = Rq.A; function rs() { return new Rp().id + rp; }\nrs()",
        "1",
      ),
      gives(
        "class Rp { static n = 0; id = ++Rp.n }\nenum Rq { A } type Rr = Rq; const rp: Rr = Rq.A; function rs() { return new Rp().id + rp; }\nrs()",
        "1",
      ),
    ],
  },
  {
    name: "a name is used in the declaration that replaces it",
    cells: [
      "const rt = [1, 2, 3];",
      gives("rt.length", "3"),
      refuses("const rt = rt.map(String);", /^TS(?:2448|7022)/),
      gives("rt.length", "3"),
    ],
  },
  {
    name: "two declarations in one cell are still an error",
    cells: [refuses("const ru = 1; const ru = 2;", /^TS2451/)],
  },
  {
    name: "overloads merge in a cell and are replaced by the next",
    cells: [
      "function rv(x: string): string; function rv(x: number): number; function rv(x: unknown) { return x; }",
      gives("rv(1) + rv('a')", "'1a'"),
      "function rv(x: boolean) { return !x; }",
      gives("rv(true)", "false"),
      refuses("rv(1)", /^TS2345/),
    ],
  },
  {
    name: "an interface merges with a class of the same cell",
    cells: [
      "interface Rw { extra?: number } class Rw { own = 1 }",
      gives("const rw = new Rw(); rw.extra = 2; rw.own + rw.extra", "3"),
    ],
  },
  {
    name: "a cell that throws keeps the values until then",
    cells: [
      throws("const ta = 1;\nlet tb = 2;\nthrow new Error('half');\nconst tc = 3;", "Error", "half"),
      gives("ta + tb", "3"),
      refuses("tc", /^TS2304: Cannot find name 'tc'/),
    ],
  },
  {
    name: "a cell that throws keeps its types",
    cells: [
      throws("interface Td { n: number } type Te = Td[];\nthrow new Error('t');", "Error"),
      gives("const td: Te = [{ n: 1 }]; td.length", "1"),
    ],
  },
  {
    name: "a cell that throws keeps its functions, also those below",
    cells: [
      throws("throw new Error('f');\nfunction tf() { return 'there'; }", "Error"),
      gives("tf()", "'there'"),
    ],
  },
  {
    name: "a cell that throws does not keep a class that it did not get to",
    cells: [throws("throw new Error('c');\nclass Tg {}", "Error"), refuses("new Tg()", /^TS2304/)],
  },
  {
    name: "a cell that throws does not keep an enum that it did not get to, nor lose the earlier one",
    cells: [
      throws("throw new Error('e');\nenum Tga { A }", "Error"),
      refuses("Tga.A", /^TS2304/),
      "enum Tgb { A = 5 } namespace Tgc { export const z = 1 }",
      throws("throw new Error('e'); enum Tgb { A = 6 } namespace Tgc { export const z = 2 }", "Error"),
      gives("[Tgb.A, Tgc.z]", "[ 5, 1 ]"),
    ],
  },
  {
    name: "a cell that throws keeps the enums and namespaces until then",
    cells: [
      throws("enum Tgd { A = 1 } namespace Tge { export const v = 2 } throw new Error('e');", "Error"),
      gives("[Tgd.A, Tge.v]", "[ 1, 2 ]"),
    ],
  },
  {
    name: "a name takes every form one after another",
    cells: [
      "var form = 1;",
      gives("let form: string[] = []; form.length", "0"),
      gives("function form() { return 'fn' } form()", "'fn'"),
      gives("import { sep as form } from 'path'; form", "'/'"),
      gives("namespace form { export const q = 1 } form.q", "1"),
      gives("class form { z = 1 } new form().z", "1"),
      gives("enum form { E = 3 } form.E", "3"),
      gives("type form = string; const asType: form = 'a'; asType", "'a'"),
      refuses("new form()", /^TS2693/),
    ],
  },
  {
    name: "preloaded names and the kernel's own may be declared anew, the library goes on",
    cells: [
      gives(
        "const index = 5; let nn = 'mine'; class Tensor { v = 1 } index + nn.length + new Tensor().v",
        "10",
      ),
      gives("torch.zeros(2).shape", "[ 2 ]"),
      gives("const input = 4, comms = 5, prompt = 6; input + comms + prompt", "15"),
      prints("function print(...x: unknown[]) { console.log('mine', ...x) } print(1)", "mine 1\n"),
    ],
  },
  {
    name: "a cell that throws keeps what it had assigned to earlier variables",
    cells: ["let th = 1;", throws("th = 2; throw new Error('a'); th = 3;", "Error"), gives("th", "2")],
  },
  {
    name: "a name that a throwing cell did not get to keeps its earlier value and type",
    cells: [
      "let ti = 'early';",
      throws("null!; throw new Error('x'); let ti = 5;", "Error"),
      gives("ti.length", "5"),
    ],
  },
  {
    name: "a destructuring that throws half-way keeps the first part",
    cells: [
      throws(
        "const [tj, tk] = (function* () { yield 'one'; throw new Error('two'); })() as Iterable<string>;",
        "Error",
        "two",
      ),
      gives("tj", "'one'"),
    ],
  },
  {
    name: "a cell that throws while it waits keeps what it had",
    cells: [
      throws("const tl = 1; await Promise.reject(new Error('w')); const tm = 2;", "Error", "w"),
      gives("tl", "1"),
      refuses("tm", /^TS2304/),
    ],
  },
  {
    name: "a cell with a type error has done nothing",
    cells: [
      refuses("var un1 = 1; console.log('ran'); const un2: string = 3;", /^TS2322/),
      refuses("un1", /^TS2304/),
    ],
  },
  {
    name: "what a cell printed before it threw is there",
    cells: [
      [
        "console.log('before'); throw new RangeError('r');",
        { stdout: "before\n", error: { ename: "RangeError", evalue: "r" }, messages: ["stream", "error"] },
      ],
    ],
  },
  {
    name: "after an error the next cell runs",
    cells: [throws("throw 1", "Uncaught", "1"), prints("console.log('on')", "on\n")],
  },
  {
    name: "thrown values that are no errors",
    cells: [
      throws("throw { code: 5 }", "Uncaught", "{ code: 5 }"),
      throws("throw 'text'", "Uncaught", "'text'"),
      throws("throw null", "Uncaught", "null"),
      throws("throw undefined", "Uncaught", "undefined"),
    ],
  },
];
