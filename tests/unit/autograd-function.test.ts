/** @file torch.autograd.Function, gradcheck, functional, and hooks of tensors and modules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FunctionCtx } from "../../src/autograd/function";
import torch, { nn, type Tensor } from "../../src/index";

const { autograd } = torch;
const double = (values: number[]): Tensor => torch.tensor(values, { dtype: torch.float64 });

class Exp extends autograd.Function {
  static forward(ctx: FunctionCtx, x: Tensor): Tensor {
    const y = x.exp();
    ctx.save_for_backward(y);
    return y;
  }

  static backward(ctx: FunctionCtx, grad: Tensor): Tensor {
    const [y] = ctx.saved_tensors;
    return grad.mul(y);
  }
}

class Scale extends autograd.Function {
  static forward(ctx: FunctionCtx, x: Tensor, factor: number): [Tensor, Tensor] {
    ctx.factor = factor;
    const sign = x.sign();
    ctx.mark_non_differentiable(sign);
    return [x.mul(factor), sign];
  }

  static backward(ctx: FunctionCtx, grad: Tensor, _sign: Tensor): (Tensor | null)[] {
    assert.deepEqual(ctx.needs_input_grad, [true, false]);
    return [grad.mul(ctx.factor as number), null];
  }
}

test("a function of one's own has its own gradient, and gradients of gradients", () => {
  const x = double([0.5, -1]).requires_grad_();
  const y = Exp.apply(x);
  assert.equal(y.grad_fn?.name(), "ExpBackward");
  y.sum().backward();
  assert.deepEqual((x.grad as Tensor).tolist(), [Math.exp(0.5), Math.exp(-1)]);
  assert.ok(autograd.gradcheck((t: Tensor) => Exp.apply(t), [x]));
  assert.ok(autograd.gradgradcheck((t: Tensor) => Exp.apply(t), [x]));
  assert.throws(() => y.sum().backward(), /second time/);
  assert.equal(Exp.apply(double([1])).requires_grad, false);
  assert.equal(torch.no_grad(() => Exp.apply(x)).requires_grad, false);
});

test("several outputs, arguments that are no tensors, outputs without gradient", () => {
  const x = double([2, -3]).requires_grad_();
  const [y, sign] = Scale.apply(x, 4);
  assert.equal(sign.requires_grad, false);
  assert.deepEqual(sign.tolist(), [1, -1]);
  y.sum().backward();
  assert.deepEqual((x.grad as Tensor).tolist(), [4, 4]);
});

test("mistakes in backward are told in PyTorch's words", () => {
  class Short extends autograd.Function {
    static forward(_ctx: FunctionCtx, a: Tensor, b: Tensor): Tensor {
      return a.add(b);
    }
    static backward(_ctx: FunctionCtx, grad: Tensor): Tensor {
      return grad;
    }
  }
  class Wrong extends autograd.Function {
    static forward(_ctx: FunctionCtx, a: Tensor): Tensor {
      return a.mul(2);
    }
    static backward(_ctx: FunctionCtx, _grad: Tensor): Tensor {
      return torch.ones([3]);
    }
  }
  class None extends autograd.Function {
    static forward(_ctx: FunctionCtx, a: Tensor): Tensor {
      return a.mul(2);
    }
  }
  const a = torch.ones([2], { requires_grad: true });
  assert.throws(
    () => Short.apply(a, a).sum().backward(),
    /function ShortBackward returned an incorrect number of gradients \(expected 2, got 1\)/,
  );
  assert.throws(
    () => Wrong.apply(a).sum().backward(),
    /Function WrongBackward returned an invalid gradient at index 0 - got \[3\] but expected shape compatible with \[2\]/,
  );
  assert.throws(() => None.apply(a).sum().backward(), /You must implement the backward function/);
  const saved = torch.ones([2], { requires_grad: true });
  const middle = saved.mul(1);
  class Keep extends autograd.Function {
    static forward(ctx: FunctionCtx, x: Tensor): Tensor {
      ctx.save_for_backward(x);
      return x.mul(x);
    }
    static backward(ctx: FunctionCtx, grad: Tensor): Tensor {
      return grad.mul(ctx.saved_tensors[0]).mul(2);
    }
  }
  const result = Keep.apply(middle);
  middle.add_(1);
  assert.throws(() => result.sum().backward(), /modified by an inplace operation/);
});

test("setup_context is called apart from forward", () => {
  class Square extends autograd.Function {
    static forward(x: Tensor): Tensor {
      return x.mul(x);
    }
    static setup_context(ctx: FunctionCtx, [x]: [Tensor]): void {
      ctx.save_for_backward(x);
    }
    static backward(ctx: FunctionCtx, grad: Tensor): Tensor {
      return grad.mul(ctx.saved_tensors[0]).mul(2);
    }
  }
  const x = double([3]).requires_grad_();
  Square.apply(x).backward();
  assert.deepEqual((x.grad as Tensor).tolist(), [6]);
});

test("gradcheck finds wrong gradients", () => {
  class Bad extends autograd.Function {
    static forward(ctx: FunctionCtx, x: Tensor): Tensor {
      ctx.save_for_backward(x);
      return x.mul(x);
    }
    static backward(ctx: FunctionCtx, grad: Tensor): Tensor {
      return grad.mul(ctx.saved_tensors[0]);
    }
  }
  const x = double([1, 2]).requires_grad_();
  assert.throws(
    () => autograd.gradcheck((t: Tensor) => Bad.apply(t), [x]),
    /Jacobian mismatch for output 0 with respect to input 0/,
  );
  assert.equal(
    autograd.gradcheck((t: Tensor) => Bad.apply(t), [x], { raise_exception: false }),
    false,
  );
  assert.throws(() => autograd.gradcheck((t: Tensor) => t, [x.detach()]), /at least one input tensor/);
  const w = torch.randn(2, 3, { dtype: torch.float64 }).requires_grad_();
  assert.ok(autograd.gradcheck((a: Tensor, b: Tensor) => [a.matmul(b), b.tanh()], [x.reshape(1, 2), w]));
  assert.ok(autograd.gradgradcheck((a: Tensor, b: Tensor) => a.matmul(b).tanh(), [x.reshape(1, 2), w]));
});

test("jacobian, hessian and products", () => {
  const x = double([1, 2]);
  const f = autograd.functional;
  assert.deepEqual(f.jacobian((t: Tensor) => t.pow(2), x).tolist(), [
    [2, 0],
    [0, 4],
  ]);
  assert.deepEqual(f.hessian((t: Tensor) => t.pow(3).sum(), x).tolist(), [
    [6, 0],
    [0, 12],
  ]);
  const two = f.jacobian((a: Tensor, b: Tensor) => a.mul(b), [x, double([3, 5])]);
  assert.deepEqual(
    two.map((part) => part.tolist()),
    [
      [
        [3, 0],
        [0, 5],
      ],
      [
        [1, 0],
        [0, 2],
      ],
    ],
  );
  const v = double([1, 10]);
  const [value, product] = f.vjp((t: Tensor) => t.pow(2), x, v) as [Tensor, Tensor];
  assert.deepEqual(
    [value.tolist(), product.tolist()],
    [
      [1, 4],
      [2, 40],
    ],
  );
  assert.deepEqual((f.jvp((t: Tensor) => t.pow(2), x, v)[1] as Tensor).tolist(), [2, 40]);
  assert.deepEqual((f.hvp((t: Tensor) => t.pow(3).sum(), x, v)[1] as Tensor).tolist(), [6, 120]);
  assert.deepEqual((f.vhp((t: Tensor) => t.pow(3).sum(), x, v)[1] as Tensor).tolist(), [6, 120]);
});

test("hooks of tensors see and replace gradients", () => {
  const x = torch.tensor([1, 2, 3].map(Number), { dtype: torch.float32 }).requires_grad_();
  const y = x.mul(2);
  const seen: unknown[] = [];
  const handle = y.register_hook((grad) => {
    seen.push(grad.tolist());
    return grad.mul(10);
  });
  const done: unknown[] = [];
  x.register_post_accumulate_grad_hook((tensor) => done.push((tensor.grad as Tensor).tolist()));
  y.sum().backward({ retain_graph: true });
  assert.deepEqual(seen, [[1, 1, 1]]);
  assert.deepEqual(done, [[20, 20, 20]]);
  handle.remove();
  y.sum().backward();
  assert.deepEqual((x.grad as Tensor).tolist(), [22, 22, 22]);
  assert.throws(() => y.register_post_accumulate_grad_hook(() => {}), /non-leaf/);
  assert.throws(() => x.detach().register_hook(() => undefined), /doesn't require gradient/);
});

test("full backward hooks get and change the gradients of a module's inputs and outputs", () => {
  const layer = new nn.Linear(2, 1, { bias: false });
  layer.load_state_dict({ weight: torch.tensor([[3, 4]], { dtype: torch.float32 }) });
  const calls: unknown[] = [];
  layer.register_full_backward_hook((module, grad_input, grad_output) => {
    assert.equal(module, layer);
    calls.push([grad_input[0]?.tolist(), grad_output[0]?.tolist()]);
    return [grad_input[0]?.mul(2) ?? null];
  });
  const pre = layer.register_full_backward_pre_hook((_module, grad_output) => [
    (grad_output[0] as Tensor).mul(5),
  ]);
  const x = torch.ones([1, 2], { requires_grad: true });
  layer(x).sum().backward();
  assert.deepEqual(calls, [[[[15, 20]], [[5]]]]);
  assert.deepEqual((x.grad as Tensor).tolist(), [[30, 40]]);
  assert.deepEqual((layer.weight.grad as Tensor).tolist(), [[5, 5]]);
  pre.remove();
  layer(torch.ones([1, 2]))
    .sum()
    .backward();
  assert.deepEqual(calls[1], [undefined, [[1]]]);
});

test("a backward hook of the wrong size, and one without inputs that require gradients", () => {
  const layer = new nn.Identity();
  layer.register_full_backward_hook(() => [null, null]);
  const x = torch.ones([1], { requires_grad: true });
  assert.throws(() => layer(x).backward(), /invalid number of grad_input, got 2, but expected 1/);
});

test("forward hooks with keyword arguments, order and errors", () => {
  class Add extends nn.Module {
    override forward(x: Tensor, { by = 1 }: { by?: number } = {}): Tensor {
      if (by < 0) throw new RangeError("no");
      return x.add(by);
    }
  }
  const module = new Add();
  const order: string[] = [];
  module.register_forward_pre_hook(
    (_m, args, kwargs) => {
      order.push("second");
      return [args, { by: (kwargs.by ?? 1) * 10 }];
    },
    { with_kwargs: true },
  );
  module.register_forward_pre_hook(
    () => {
      order.push("first");
    },
    { prepend: true },
  );
  const outputs: unknown[] = [];
  module.register_forward_hook(
    (_m, _args, kwargs, output) => void outputs.push([kwargs.by, output?.tolist()]),
    {
      with_kwargs: true,
      always_call: true,
    },
  );
  assert.deepEqual(module(torch.zeros([1]), { by: 2 }).tolist(), [20]);
  assert.deepEqual(order, ["first", "second"]);
  assert.throws(() => module(torch.zeros([1]), { by: -1 }), RangeError);
  assert.deepEqual(outputs, [
    [20, [20]],
    [-10, undefined],
  ]);
});

test("tied weights are one parameter with the sum of both gradients", () => {
  class Tied extends nn.Module {
    embedding: nn.Embedding;
    decoder: nn.Linear;
    constructor() {
      super();
      this.embedding = new nn.Embedding(5, 3);
      this.decoder = new nn.Linear(3, 5, { bias: false });
      this.decoder.weight = this.embedding.weight;
    }
    override forward(x: Tensor): Tensor {
      return this.decoder(this.embedding(x));
    }
  }
  const model = new Tied();
  assert.equal(model.parameters().length, 1);
  assert.deepEqual(Object.keys(model.state_dict()), ["embedding.weight", "decoder.weight"]);
  const input = torch.tensor([1, 4]);
  model(input).sum().backward();
  const untied = model.embedding.weight.detach().clone().requires_grad_();
  const second = model.embedding.weight.detach().clone().requires_grad_();
  nn.functional.linear(nn.functional.embedding(input, untied), second).sum().backward();
  const both = (untied.grad as Tensor).add(second.grad as Tensor);
  assert.ok(torch.allclose(model.embedding.weight.grad as Tensor, both));
  const copy = nn.utils.deepcopy(model);
  assert.equal(copy.decoder.weight, copy.embedding.weight);
  assert.notEqual(copy.embedding.weight, model.embedding.weight);
  const optimizer = new torch.optim.SGD(model.parameters(), { lr: 1 });
  optimizer.step();
  assert.ok(torch.equal(model.decoder.weight, model.embedding.weight));
});
