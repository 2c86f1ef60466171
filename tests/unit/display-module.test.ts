/** @file Models as an HTML tree and as a text table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  display_module,
  display_tensor,
  type ModuleTree,
  module_html,
  module_summary,
  module_totals,
  module_tree,
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
  assert.match(module_html(linear("", 4, 3)), /<b>15<\/b> parameters.*all trainable.*60 B/);
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

test("a module and its tensors are read as they are, absent members left out", () => {
  class Parameter {
    requires_grad = true;
    dtype = { toString: () => "torch.float32" };
    constructor(readonly shape: number[]) {}
  }
  class Module {
    training = false;
    _parameters: Record<string, Parameter | null> = {};
    _buffers = new Map<string, Parameter>();
    _modules: Record<string, Module> = {};
    extra_repr = () => "";
    toString = () => `${this.constructor.name}()`;
  }
  class Linear extends Module {
    override _parameters = { weight: new Parameter([2, 3]), bias: null };
    override extra_repr = () => "3, 2";
  }
  class Net extends Module {
    override _modules = { fc: new Linear() };
  }
  const net = new Net();
  const tree = module_tree(net);
  assert.deepEqual([tree.type, tree.children[0]?.type, tree.children[0]?.name], ["Net", "Linear", "fc"]);
  assert.deepEqual(
    tree.children[0]?.params.map(({ name }) => name),
    ["weight"],
  );
  const bundle = display_module(net);
  assert.equal(bundle["text/plain"], "Net()");
  assert.match(String(bundle["text/html"]), /<b>Linear<\/b>\(3, 2\).*<b>6<\/b> parameters.*eval mode/);
  assert.ok(module_html(module_tree(new Module())).includes("<b>0</b> parameters"));
});

test("a tensor's bundle has PyTorch's text and the HTML", () => {
  class Tensor {
    shape = [2];
    dtype = { toString: () => "torch.int64" };
    requires_grad = false;
    grad_fn = { name: () => "AddBackward0" };
    typed_array = () => BigInt64Array.of(1n, 2n);
    toString = () => "tensor([1, 2])";
  }
  const bundle = display_tensor(new Tensor());
  assert.equal(bundle["text/plain"], "tensor([1, 2])");
  assert.match(String(bundle["text/html"]), /<b[^>]*>Tensor<\/b>.*int64.*grad_fn=&lt;AddBackward0&gt;/);
});
