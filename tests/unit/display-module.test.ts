/** @file Models as an HTML tree and as a text table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ModuleTree,
  module_bundle,
  module_html,
  module_summary,
  module_totals,
} from "../../src/display";

function linear(name: string, inputs: number, outputs: number, trainable = true): ModuleTree {
  const params = [
    { name: "weight", shape: [outputs, inputs], dtype: "float32", trainable },
    { name: "bias", shape: [outputs], dtype: "float32", trainable },
  ];
  return {
    name,
    type: "Linear",
    extra_repr: `in_features=${inputs}, out_features=${outputs}`,
    params,
    children: [],
  };
}

function sequence(...children: ModuleTree[]): ModuleTree {
  return { name: "", type: "Sequential", params: [], children };
}

test("totals count trainable, frozen, bytes and buffers", () => {
  const model = sequence(linear("0", 4, 3), linear("1", 3, 2, false));
  const buffered = { ...model, buffers: [{ name: "count", shape: [], dtype: "int64", trainable: false }] };
  assert.deepEqual(module_totals(buffered), {
    total: 23,
    trainable: 15,
    frozen: 8,
    parameter_bytes: 92,
    buffer_bytes: 8,
  });
});

test("tied parameters count once", () => {
  const shared = { name: "weight", shape: [10, 4], dtype: "float32", trainable: true, id: {} };
  const holder = (name: string): ModuleTree => ({ name, type: "Embedding", params: [shared], children: [] });
  assert.equal(module_totals(sequence(holder("a"), holder("b"))).total, 40);
});

test("the tree names layers, shapes, counts and totals", () => {
  const html = module_html(sequence(linear("0", 4, 3), linear("1", 3, 2, false)));
  for (const part of [
    "<b>Sequential</b>",
    "<b>Linear</b>(in_features=4, out_features=3)",
    "weight [3, 4]",
    "frozen",
  ])
    assert.ok(html.includes(part), part);
  for (const part of ["<b>23</b> parameters", "15 trainable", "8 frozen", "92 B"])
    assert.ok(html.includes(part), part);
  assert.equal(html.split("<details").length, 4);
  assert.equal(html.split("<details").length, html.split("</details>").length);
});

test("like layers are folded, with the count of all of them", () => {
  const layers = Array.from({ length: 12 }, (_, i) => linear(String(i), 10, 10));
  const html = module_html(sequence(...layers, linear("12", 10, 2)));
  assert.ok(
    html.includes("0-11: </span>12 × <b>Linear</b>") &&
      html.includes("1,320") &&
      html.includes("12: </span><b>Linear"),
  );
  assert.match(module_summary(sequence(...layers)), /0-11: 12 × Linear .* 1,320 {3}yes/);
});

test("the text table lists layers with totals below", () => {
  const text = module_summary(
    sequence(linear("0", 1000, 3), linear("1", 3, 2, false), {
      name: "drop",
      type: "Dropout",
      params: [],
      children: [],
    }),
  );
  const lines = text.split("\n");
  assert.match(lines[1] as string, /^Layer +Parameter shapes +Params +Trained$/);
  assert.match(text, /├─ 0: Linear +\[3, 1000\] \[3\] +3,003 +yes/);
  assert.match(text, /└─ drop: Dropout +- +- +-/);
  assert.match(text, /Total params: 3,011\nTrainable params: 3,003\nFrozen params: 8/);
  assert.ok(!module_summary(sequence(linear("0", 2, 2)), { depth: 0 }).includes("Linear"));
});

test("names are escaped and huge models stay small", () => {
  const evil = `<img src=x onerror=alert(1)>`;
  const html = module_html({
    name: evil,
    type: evil,
    extra_repr: evil,
    params: [{ name: evil, shape: [1], dtype: evil, trainable: true }],
    children: [],
  });
  assert.ok(!html.includes("<img"));
  const many = sequence(...Array.from({ length: 3000 }, (_, i) => linear(`layer_${i}`, i + 1, 2)));
  const big = module_html(many);
  assert.ok(big.length < 300_000, String(big.length));
  assert.match(big, /… 2,\d+ more/);
});

test("the bundle has both forms; a module without parameters is fine", () => {
  const bundle = module_bundle(sequence());
  assert.deepEqual(Object.keys(bundle), ["text/plain", "text/html"]);
  assert.ok(String(bundle["text/html"]).includes("<b>0</b> parameters"));
  assert.equal(module_bundle(sequence(), "Sequential()")["text/plain"], "Sequential()");
});
