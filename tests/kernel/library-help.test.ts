/** @file What inspection says of the library itself: parameters, documentation and examples, also of methods. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { tensor_methods } from "../tensor-methods";
import { cursor, Session } from "./compiler-session";

let session: Session;

before(() => {
  session = new Session();
});

after(() => session.close());

const help = async (marked: string) => (await session.compiler.inspect(...cursor(marked), 0)).text;

test("a function has its parameters, documentation and an example", async () => {
  const text = await help("torch.ca|t(");
  assert.match(text, /^cat\(tensors: readonly Tensor\[\], dim\?: number\): Tensor/);
  assert.match(text, /one after the other[\s\S]*@throws RuntimeError[\s\S]*@example torch\.cat\(/);
});

test("a class has its constructors, also without new", async () => {
  assert.match(
    await help("nn.Linea|r"),
    /^class Linear\nnew Linear\(in_features: number, out_features: number, options\?: LinearOptions\): Linear\n/,
  );
  assert.match(await help("new nn.LST|M(3"), /^new LSTM\(input_size: number, hidden_size: number/);
});

test("a method has what is said of the function that it is", async () => {
  assert.match(await help("torch.ones(2).softma|x(0)"), /dim: number[\s\S]*scaled to sum to 1/);
});

test("a method that works in place has what is said of the other form", async () => {
  assert.match(await help("torch.ones(2).mul|_(2)"), /other: TensorLike[\s\S]*\n\nIn place: /);
});

test("no method of tensors is without documentation", async () => {
  const names = [...tensor_methods().keys()];
  assert.ok(names.length > 300, `${names.length} methods`);
  const silent: string[] = [];
  for (const name of names) if (!(await help(`torch.ones(2).${name}|`)).includes("\n\n")) silent.push(name);
  assert.deepEqual(silent, []);
});
