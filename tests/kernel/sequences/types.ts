/** @file What the type checker carries from cell to cell, and what it refuses. */
import { gives, refuses, type Sequence } from "./sequence";

export const types: Sequence[] = [
  {
    name: "interfaces and type aliases carry over",
    cells: [
      "interface P1 { x: number } type Ps = P1[];",
      gives("const ps: Ps = [{ x: 1 }]; ps[0].x", "1"),
      refuses("const ps2: Ps = [{ y: 1 }];", /^TS2353/),
    ],
  },
  {
    name: "generic types and constraints carry over",
    cells: [
      "type Box2<T extends object> = { value: T }; function wrap2<T extends object>(value: T): Box2<T> { return { value }; }",
      gives("wrap2({ n: 1 }).value.n", "1"),
      refuses("wrap2(1)", /^TS2345/),
    ],
  },
  {
    name: "generic classes carry over",
    cells: [
      "class Stack2<T> { private items: T[] = []; push(...x: T[]) { this.items.push(...x); return this; } top() { return this.items.at(-1); } }",
      gives("new Stack2<number>().push(1, 2).top()!.toFixed(1)", "'2.0'"),
      refuses("new Stack2<number>().push('a')", /^TS2345/),
      refuses("new Stack2<number>().items", /^TS2341/),
    ],
  },
  {
    name: "overloads carry over",
    cells: [
      "function pick2(x: string): string; function pick2(x: number): number; function pick2(x: unknown) { return x; }",
      gives("pick2('a').length + pick2(1)", "2"),
      refuses("pick2(true)", /^TS2769/),
    ],
  },
  {
    name: "typeof of an earlier value",
    cells: [
      "const conf = { deep: { n: 1 } };",
      gives("const conf2: typeof conf = { deep: { n: 2 } }; conf2.deep.n", "2"),
      refuses("const conf3: typeof conf = { deep: {} };", /^TS2741/),
    ],
  },
  {
    name: "keyof, mapped and conditional types",
    cells: [
      "type Keys2<T> = keyof T; type Opt<T> = { [K in keyof T]?: T[K] }; type Elem<T> = T extends (infer U)[] ? U : never;",
      gives(
        "const k2: Keys2<{ a: 1; b: 2 }> = 'a'; const o2: Opt<{ q: number }> = {}; const e2: Elem<string[]> = 's'; [k2, o2, e2]",
        "[ 'a', {}, 's' ]",
      ),
    ],
  },
  {
    name: "const keeps its literal type, let widens",
    cells: [
      "const lit = 'on'; let wide = 'on';",
      gives("const t3: 'on' = lit; t3", "'on'"),
      refuses("const t4: 'on' = wide;", /^TS2322/),
    ],
  },
  {
    name: "as const and satisfies",
    cells: [
      "const tup = [1, 'a'] as const; const sat = { n: 1 } satisfies Record<string, number>;",
      refuses("tup[2]", /^TS2493/),
      gives("sat.n", "1"),
      refuses("({ n: 'x' }) satisfies Record<string, number>", /^TS2322/),
    ],
  },
  {
    name: "type guards and assertion functions carry over",
    cells: [
      "const isText = (x: unknown): x is string => typeof x === 'string'; function must(x: unknown): asserts x { if (!x) throw new Error('must'); }",
      gives("const u5: unknown = 'abc'; isText(u5) ? u5.length : 0", "3"),
      gives("const m5 = 'q' as string | null; must(m5); m5.length", "1"),
    ],
  },
  {
    name: "discriminated unions are narrowed",
    cells: [
      "type Shape = { kind: 'c'; r: number } | { kind: 's'; a: number }; const area = (s: Shape) => s.kind === 'c' ? s.r : s.a;",
      gives("area({ kind: 's', a: 3 })", "3"),
      refuses("area({ kind: 's', r: 3 })", /^TS2353/),
    ],
  },
  {
    name: "abstract classes and access modifiers",
    cells: [
      "abstract class Animal { abstract say(): string; protected p = 1; }\nclass Dog extends Animal { say() { return 'wuff' + this.p; } }",
      refuses("new Animal()", /^TS2511/),
      gives("new Dog().say()", "'wuff1'"),
      refuses("new Dog().p", /^TS2445/),
    ],
  },
  {
    name: "private names and static members",
    cells: [
      "class Acc { static made = 0; #sum = 0; add(n: number) { this.#sum += n; Acc.made++; return this.#sum; } }",
      gives("new Acc().add(2) + Acc.made", "3"),
      refuses("new Acc()['#sum' as 'x']", /^TS/),
    ],
  },
  {
    name: "class implements an interface of an earlier cell",
    cells: [
      "interface Named6 { name: string }",
      refuses("class Bad6 implements Named6 {}", /^TS2420/),
      gives("class Good6 implements Named6 { name = 'g' } new Good6().name", "'g'"),
    ],
  },
  { name: "parameters need types", cells: [refuses("function loose(x) { return x; }", /^TS7006/)] },
  {
    name: "undefined and null are checked",
    cells: [
      "let opt7: string | undefined = undefined as string | undefined;",
      refuses("opt7.length", /^TS18048/),
      gives("opt7?.length ?? -1", "-1"),
    ],
  },
  {
    name: "a variable is narrowed within its cell",
    cells: [
      "let nul8: number | null = null;",
      gives("nul8 = 5; nul8 + 1", "6"),
      gives("nul8 = null;", "null"),
    ],
  },
  {
    name: "unknown in catch clauses",
    cells: [refuses("try { throw 1 } catch (e) { e.message }", /^TS18046/)],
  },
  {
    name: "a promise must be awaited for its value",
    cells: [
      "const later9 = Promise.resolve(1);",
      refuses("later9 + 1", /^TS2365/),
      gives("(await later9) + 1", "2"),
    ],
  },
  {
    name: "functions that are too few or too many arguments",
    cells: [
      "const two9 = (a: number, b: number) => a + b;",
      refuses("two9(1)", /^TS2554/),
      refuses("two9(1, 2, 3)", /^TS2554/),
    ],
  },
  {
    name: "what is not used is no error",
    cells: ["import os9 from 'os'; const unused9 = 1; function f9(x: number) {}"],
  },
  {
    name: "any is allowed where it is written",
    cells: [gives("const any9: any = { a: 1 }; any9.b?.c ?? any9.a", "1")],
  },
  {
    name: "enums: reverse names, const enums, string enums",
    cells: [
      "enum Dir { Up = 1, Down } const enum Small { One = 1 } enum Word { Hi = 'hi' }",
      gives("[Dir[2], Small.One, Word.Hi]", "[ 'Down', 1, 'hi' ]"),
      refuses("const d9: Dir = Word.Hi;", /^TS2322/),
    ],
  },
  {
    name: "namespaces carry types and values",
    cells: [
      "namespace Units { export const km = 1000; export type Len = { m: number }; }",
      gives("const way: Units.Len = { m: Units.km }; way.m", "1000"),
    ],
  },
  {
    name: "declare tells of what is there at run time",
    cells: [
      "(globalThis as any).fromOutside = 3; declare const fromOutside: number;",
      gives("fromOutside + 1", "4"),
    ],
  },
  {
    name: "declare global adds to known types",
    cells: [
      "declare global { interface Array<T> { second11(): T } }\nArray.prototype.second11 = function () { return this[1]; }; void 0;",
      "declare global { interface Array<T> { third11(): T } interface String { own11: number } } void 0;",
      "declare global { interface Array<T> { third11(): T } interface String { own11: number } } void 0;",
      gives("[1, 2].second11()", "2"),
      refuses("''.own11 = 'x'", /^TS2322/),
    ],
  },
  {
    name: "bigint, symbol and regular expressions of ES2022",
    cells: [
      gives("2n ** 64n", "18446744073709551616n"),
      gives("/(?<y>\\d+)/d.exec('a12')!.groups!.y", "'12'"),
      gives("[3, 1].toSorted()", "[ 1, 3 ]"),
    ],
  },
  {
    name: "tuple and rest types of functions",
    cells: [
      "const sum12 = (...ns: [number, ...number[]]) => ns.reduce((a, b) => a + b);",
      gives("sum12(1, 2, 3)", "6"),
      refuses("sum12()", /^TS2555/),
    ],
  },
  {
    name: "template literal types",
    cells: [
      "type Px = `${number}px`;",
      gives("const px: Px = '3px'; px", "'3px'"),
      refuses("const px2: Px = '3em';", /^TS2322/),
    ],
  },
  {
    name: "this types and fluent methods",
    cells: [
      "class Fluent { v = 0; add(n: number): this { this.v += n; return this; } } class Sub13 extends Fluent { twice() { this.v *= 2; return this; } }",
      gives("new Sub13().add(2).twice().v", "4"),
    ],
  },
  {
    name: "decorators of the standard",
    cells: [
      "function loud13<T extends (...a: never[]) => string>(m: T, c: ClassMethodDecoratorContext) { return function (this: unknown, ...a: never[]) { return m.apply(this, a).toUpperCase() + String(c.name); } as unknown as T; }\nclass Deco { @loud13 hi() { return 'hi'; } }",
      gives("new Deco().hi()", "'HIhi'"),
    ],
  },
  {
    name: "accessor fields",
    cells: [
      "class Auto { accessor n = 1; static accessor s = 's'; }",
      gives("const auto = new Auto(); auto.n = 4; auto.n + Auto.s", "'4s'"),
    ],
  },
  {
    name: "readonly is checked",
    cells: ["const ro14: { readonly a: number } = { a: 1 };", refuses("ro14.a = 2", /^TS2540/)],
  },
  {
    name: "assigning to const is refused",
    cells: ["const fixed15 = 1;", refuses("fixed15 = 2", /^TS2588/), refuses("fixed15++", /^TS2588/)],
  },
  {
    name: "JSX is refused by name",
    cells: [
      refuses("const el = <div>text</div>;", /^TS17004: JSX is not part of cells/),
      gives("const cast16 = <number>(1 as unknown); cast16", "1"),
    ],
  },
  {
    name: "a function as the body of if is refused before it runs",
    cells: [refuses("if (1) function q17() {}", /^TS/)],
  },
  { name: "return outside a function is refused", cells: [refuses("return 1", /^TS1108/)] },
  {
    name: "tensors take plain values by index",
    cells: [
      "const x18 = torch.zeros(2, 2);",
      gives("x18[0] = 5; x18[':, 1'] = [1, 2]; x18[1][0] = true; x18.tolist()", "[ [ 5, 1 ], [ 1, 2 ] ]"),
      refuses("x18[0] = 'a'", /^TS2322/),
      refuses("const y18: number = x18[0]", /^TS2322/),
    ],
  },
  {
    name: "models and their calls are typed",
    cells: [
      "class Net19 extends nn.Module { fc = new nn.Linear(3, 2); forward(x: Tensor) { return this.fc(x); } }\nconst net19 = new Net19();",
      gives("net19(torch.zeros(4, 3)).shape", "[ 4, 2 ]"),
      refuses("net19('x')", /^TS2345/),
      refuses("const n19: number = net19(torch.zeros(4, 3))", /^TS2322/),
    ],
  },
];
