/** @file Modules: calling, finding what they hold, state dicts, modes, hooks and text. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import torch, { nn, type Tensor } from "../../src";

class Scale extends nn.Module {
  factor: nn.Parameter;
  hidden_size = 3;
  override name = "scale";
  override length: number;

  constructor() {
    super();
    this.factor = new nn.Parameter(torch.tensor([2, 3], { dtype: torch.float32 }));
    this.length = 7;
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.factor);
  }
}

class Pair extends nn.Module {
  override forward(x: Tensor, twice = false): [Tensor, [Tensor, Tensor]] {
    return [twice ? x.add(x) : x, [x, x.neg()]];
  }
}

class Net extends nn.Module {
  embedding: nn.Embedding;
  fc: nn.Linear;
  pair: Pair;
  scale: Scale;

  constructor() {
    super();
    this.embedding = new nn.Embedding(5, 3, { padding_idx: 0 });
    this.fc = new nn.Linear(3, 2);
    this.pair = new Pair();
    this.scale = new Scale();
    this.register_buffer("steps", torch.zeros([1]));
    this.register_buffer("scratch", torch.ones([1]), false);
  }

  override forward(x: Tensor) {
    const [out, [same, other]] = this.pair(this.fc(this.embedding(x)));
    assert.deepEqual(same.shape, other.shape);
    return this.scale(out);
  }
}

describe("a module", () => {
  it("is called with forward's own types", () => {
    const net = new Net();
    const y: Tensor = net(torch.tensor([[1, 2, 0]]));
    assert.deepEqual(y.shape, [1, 3, 2]);
    const [twice]: [Tensor, [Tensor, Tensor]] = new Pair()(torch.ones([2]), true);
    assert.deepEqual(twice.tolist(), [2, 2]);
    // @ts-expect-error a number is no tensor
    assert.throws(() => net(3));
    // @ts-expect-error a tensor is no string
    const _text: string = net(torch.tensor([[1]]));
  });

  it("refuses a call without a forward", () => {
    class Empty extends nn.Module {}
    assert.throws(() => new Empty()(1), {
      name: "NotImplementedError",
      message: 'Module [Empty] is missing the required "forward" function',
    });
  });

  it("leaves the names of functions' own fields to the class", () => {
    const scale = new Scale();
    assert.equal(scale.name, "scale");
    assert.equal(scale.length, 7);
    assert.ok(scale instanceof nn.Module);
    assert.deepEqual(Object.keys(new Pair()), ["training"]);
  });

  it("finds parameters, buffers and modules by their fields, in order", () => {
    const net = new Net();
    const names = ["embedding.weight", "fc.weight", "fc.bias", "scale.factor"];
    assert.deepEqual(
      net.named_parameters().map(([name]) => name),
      names,
    );
    assert.equal(net.parameters().length, 4);
    assert.equal(net.parameters(false).length, 0);
    assert.deepEqual(
      net.named_modules().map(([name]) => name),
      ["", "embedding", "fc", "pair", "scale"],
    );
    assert.deepEqual(
      net.named_children().map(([name]) => name),
      ["embedding", "fc", "pair", "scale"],
    );
    assert.deepEqual(
      net.named_buffers().map(([name]) => name),
      ["steps", "scratch"],
    );
    assert.deepEqual(Object.keys(net.state_dict()), ["steps", ...names]);
    assert.equal(net.get_submodule("fc"), net.fc);
    assert.equal(net.get_parameter("fc.bias"), net.fc.bias);
    assert.throws(() => net.get_parameter("fc.bais"), /Linear has no attribute `bais`/);
    assert.throws(() => net.get_submodule("fc.weight"), /`weight` is not an nn.Module/);
  });

  it("counts shared parameters once", () => {
    const first = new nn.Linear(3, 3);
    const second = new nn.Linear(3, 3);
    second.weight = first.weight;
    const tied = new nn.Sequential(first, second, first);
    assert.deepEqual(
      tied.named_parameters().map(([name]) => name),
      ["0.weight", "0.bias", "1.bias"],
    );
    assert.equal(tied.named_parameters({ remove_duplicate: false }).length, 6);
    assert.equal(Object.keys(tied.state_dict()).length, 6);
    tied(torch.ones([1, 3]))
      .sum()
      .backward();
    assert.notEqual(first.weight.grad, null);
  });

  it("refuses names that are taken or have dots", () => {
    const net = new Net();
    assert.throws(() => net.register_buffer("forward", null), /attribute 'forward' already exists/);
    assert.throws(() => net.add_module("a.b", new Pair()), /module name can't contain ".", got: a.b/);
    assert.throws(() => net.register_parameter("", null), /parameter name can't be empty string ""/);
    // @ts-expect-error a tensor is no parameter
    assert.throws(() => net.register_parameter("w", torch.ones([1])), TypeError);
    net.register_parameter("extra", new nn.Parameter(torch.ones([1])));
    assert.equal(net.parameters().length, 5);
  });

  it("switches modes and freezes", () => {
    const net = new Net();
    assert.equal(net.eval(), net);
    assert.deepEqual(new Set(net.modules().map((module) => module.training)), new Set([false]));
    net.train();
    assert.equal(net.fc.training, true);
    net.requires_grad_(false);
    assert.equal(net.fc.weight.requires_grad, false);
    const seen: string[] = [];
    net.apply((module) => {
      seen.push(module.constructor.name);
    });
    assert.deepEqual(seen, ["Embedding", "Linear", "Pair", "Scale", "Net"]);
  });

  it("changes dtype with its gradients and buffers", () => {
    const net = new Net();
    net(torch.tensor([[1, 2]]))
      .sum()
      .backward();
    const { weight } = net.fc;
    assert.equal(net.to(torch.float64), net);
    assert.equal(net.fc.weight, weight);
    assert.equal(weight.dtype, torch.float64);
    assert.equal(weight.grad?.dtype, torch.float64);
    assert.equal(net.get_buffer("steps").dtype, torch.float64);
    assert.throws(() => net.to(torch.int64), /only accepts floating point or complex dtypes/);
    net.zero_grad();
    assert.equal(weight.grad, null);
  });

  it("runs hooks round forward until they are removed", () => {
    const pair = new Scale();
    const calls: string[] = [];
    const before = pair.register_forward_pre_hook((_, [x]) => {
      calls.push("before");
      return x.add(1);
    });
    const after = pair.register_forward_hook((module, [x], output) => {
      assert.equal(module, pair);
      calls.push(`after ${x.tolist()}`);
      return output.neg();
    });
    assert.deepEqual(pair(torch.zeros([2])).tolist(), [-2, -3]);
    before.remove();
    after.remove();
    assert.deepEqual(pair(torch.ones([2])).tolist(), [2, 3]);
    assert.deepEqual(calls, ["before", "after 1,1"]);
  });
});

describe("a state dict", () => {
  it("goes from one module to another of its kind", () => {
    const from = new Net();
    const to = new Net();
    const result = to.load_state_dict(from.state_dict());
    assert.equal(String(result), "<All keys matched successfully>");
    const x = torch.tensor([[1, 2, 3]]);
    assert.deepEqual(to(x).tolist(), from(x).tolist());
    // The values were copied: changing one module leaves the other.
    torch.no_grad(() => from.fc.weight.mul_(0));
    assert.notDeepEqual(to.fc.weight.tolist(), from.fc.weight.tolist());
  });

  it("shares values with its module", () => {
    const fc = new nn.Linear(2, 2);
    const state = fc.state_dict();
    assert.equal(state.weight.requires_grad, false);
    torch.no_grad(() => fc.weight.mul_(0).add_(1));
    assert.deepEqual(state.weight.tolist(), [
      [1, 1],
      [1, 1],
    ]);
  });

  it("says all that does not fit, as PyTorch does", () => {
    const fc = new nn.Linear(2, 3);
    assert.throws(() => fc.load_state_dict({ weight: torch.zeros([3, 4]), scale: torch.zeros([1]) }), {
      name: "RuntimeError",
      message:
        'Error(s) in loading state_dict for Linear:\n\tMissing key(s) in state_dict: "bias". \n\tUnexpected key(s) in state_dict: ' +
        '"scale". \n\tsize mismatch for weight: copying a param with shape torch.Size([3, 4]) from checkpoint, the shape in ' +
        "current model is torch.Size([3, 2]).",
    });
    const loose = fc.load_state_dict({ weight: torch.zeros([3, 2]), scale: torch.zeros([1]) }, false);
    assert.deepEqual([loose.missing_keys, loose.unexpected_keys], [["bias"], ["scale"]]);
    assert.deepEqual(fc.weight.sum().item(), 0);
    const list = [torch.zeros([1])] as unknown as nn.StateDict;
    assert.throws(() => fc.load_state_dict(list), /Expected state_dict to be dict-like, got array/);
  });
});

describe("a module's text", () => {
  it("is PyTorch's", () => {
    const net = new Net();
    const text = [
      "Net(",
      "  (embedding): Embedding(5, 3, padding_idx=0)",
      "  (fc): Linear(in_features=3, out_features=2, bias=True)",
      "  (pair): Pair()",
      "  (scale): Scale()",
      ")",
    ].join("\n");
    assert.equal(String(net), text);
    assert.equal(inspect(net), text);
    assert.equal(`${net}`, text);
    const nested = new nn.Sequential(new nn.ModuleList([new nn.ReLU(), new nn.ReLU(), new nn.Tanh()]));
    assert.equal(
      String(nested),
      "Sequential(\n  (0): ModuleList(\n    (0-1): 2 x ReLU()\n    (2): Tanh()\n  )\n)",
    );
  });

  it("is HTML with parameter counts in a notebook", () => {
    const bundle = new Net()[Symbol.for("Jupyter.display") as never] as unknown as () => Record<
      string,
      string
    >;
    const { "text/plain": text, "text/html": html } = bundle.call(new Net());
    assert.match(text, /^Net\(/);
    assert.match(html, /<b>25<\/b> parameters/);
  });
});

describe("containers", () => {
  it("Sequential runs, is indexed, sliced, named and changed", () => {
    const seq = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Linear(3, 2));
    assert.deepEqual(seq(torch.ones([5, 4])).shape, [5, 2]);
    assert.equal(seq.length, 3);
    assert.equal(seq[-1], seq[2]);
    assert.throws(() => seq.at(3), /index 3 is out of range/);
    assert.deepEqual(
      seq
        .slice(0, 2)
        .modules()
        .map((m) => m.constructor.name),
      ["Sequential", "Linear", "ReLU"],
    );
    seq.append(new nn.Tanh()).insert(0, new nn.Identity());
    assert.deepEqual(
      [...seq].map((m) => m.constructor.name),
      ["Identity", "Linear", "ReLU", "Linear", "Tanh"],
    );
    seq[-1] = new nn.Sigmoid();
    assert.equal(seq[4].constructor.name, "Sigmoid");
    const named = new nn.Sequential({ fc: new nn.Linear(4, 2), act: new nn.ReLU() });
    assert.deepEqual(Object.keys(named.state_dict()), ["fc.weight", "fc.bias"]);
    assert.equal(String(named[0]), "Linear(in_features=4, out_features=2, bias=True)");
    // @ts-expect-error a string is no module
    assert.throws(() => new nn.Sequential("fc"), /argument 'module' .*must be Module, not string/);
  });

  it("ModuleList, ModuleDict, ParameterList and ParameterDict hold what counts", () => {
    const list = new nn.ModuleList([new nn.Linear(2, 2), new nn.Linear(2, 2)]);
    list.append(new nn.Linear(2, 1));
    let x = torch.ones([1, 2]);
    for (const layer of list) x = layer(x);
    assert.deepEqual(x.shape, [1, 1]);
    assert.equal(list.parameters().length, 6);
    assert.equal(list[-1].out_features, 1);
    assert.equal(list.pop().out_features, 1);
    assert.equal(list.length, 2);
    assert.throws(() => list(x), /Module \[ModuleList\] is missing/);

    const dict = new nn.ModuleDict({ b: new nn.Linear(1, 1), "1": new nn.Linear(1, 1) });
    dict.set("a", new nn.Linear(1, 1));
    assert.deepEqual([...dict.keys()].length, 3);
    assert.ok(Object.keys(dict.state_dict()).includes("a.weight"));
    assert.throws(() => dict.get("c"), { name: "KeyError" });

    const weights = new nn.ParameterList([torch.ones([2]), torch.zeros([1, 3])]);
    assert.equal(weights.parameters().length, 2);
    assert.equal(
      String(weights),
      "ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2]\n    (1): Parameter containing: " +
        "[torch.float32 of size 1x3]\n)",
    );
    assert.deepEqual(Object.keys(new nn.ParameterDict({ w: torch.ones([1]) }).state_dict()), ["w"]);
  });
});
