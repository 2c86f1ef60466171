/** @file Options of backward passes: which tensors get gradients, several at once, zeros for what is unused, NaN as an error. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { type Tensor } from "../../src/index";

type FunctionCtx = InstanceType<typeof torch.autograd.function.FunctionCtx>;

const leaf = (...values: number[]): Tensor =>
  torch.tensor(values, { dtype: torch.float64, requires_grad: true });
const { grad } = torch.autograd;

test("backward with inputs adds to those alone, leaves or not", () => {
  const [x, y] = [leaf(1, 2), leaf(3, 4)];
  const product = x.mul(y);
  product.sum().backward({ inputs: [x, product] });
  assert.deepEqual([x.grad?.tolist(), product.grad?.tolist(), y.grad], [[3, 4], [1, 1], null]);
  torch.autograd.backward(x.mul(y).sum(), { inputs: x });
  assert.deepEqual([x.grad?.tolist(), y.grad], [[6, 8], null]);
  assert.throws(
    () => x.sum().backward({ inputs: [] }),
    /`inputs` argument to `backward\(\)` cannot be empty/,
  );
});

test("unused inputs are an error, null or zeros", () => {
  const [x, y] = [leaf(1, 2), leaf(3, 4)];
  assert.throws(
    () => grad(x.sum(), [x, y]),
    /The differentiated Tensor at index 1 appears to not have been used/,
  );
  assert.equal(grad(x.sum(), [x, y], { allow_unused: true })[1], null);
  assert.deepEqual(grad(x.sum(), [x, y], { materialize_grads: true })[1].tolist(), [0, 0]);
  assert.throws(
    () => grad(x.sum(), [x, y], { materialize_grads: true, allow_unused: false }),
    /Expected allow_unused to be True or not passed/,
  );
});

test("several gradients of the outputs at once give a Jacobian", () => {
  const x = leaf(1, 2);
  const options = { grad_outputs: torch.eye(2, { dtype: torch.float64 }), is_grads_batched: true };
  const [jacobian] = grad(x.pow(2), x, { ...options, create_graph: true });
  assert.deepEqual(jacobian.tolist(), [
    [2, 0],
    [0, 4],
  ]);
  assert.deepEqual(grad(jacobian.sum(), x)[0].tolist(), [2, 2]);
});

test("a backward marked once differentiable refuses gradients of its gradients", () => {
  class Square extends torch.autograd.Function {
    static forward(ctx: FunctionCtx, x: Tensor): Tensor {
      ctx.save_for_backward(x);
      return x.square();
    }
    static backward = torch.autograd.function.once_differentiable((ctx: FunctionCtx, given: Tensor) =>
      given.mul(ctx.saved_tensors[0]).mul(2),
    );
  }
  const x = leaf(3);
  const [gradient] = grad(Square.apply(x).square(), x, { create_graph: true });
  assert.equal(gradient.item(), 108);
  assert.throws(() => gradient.backward(), /marked with @once_differentiable/);
});

test("NaN in a backward pass is traced to its operation where that is asked for", () => {
  const pass = () => leaf(0).mul(0).sqrt().mul(0).sum().backward();
  pass();
  assert.throws(
    () => torch.autograd.detect_anomaly(pass),
    /^RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output\.$/,
  );
  pass();
  const guard = torch.autograd.set_detect_anomaly(true);
  assert.throws(pass, /SqrtBackward0/);
  guard[Symbol.dispose]();
  torch.autograd.detect_anomaly(pass, { check_nan: false });
});

test("null stands for None where a module takes it", () => {
  const { nn } = torch;
  assert.deepEqual(new nn.RMSNorm(3, { eps: null })(torch.ones(2, 3)).shape, [2, 3]);
  const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 1);
  assert.deepEqual(encoder(torch.ones(2, 1, 4), { is_causal: null }).shape, [2, 1, 4]);
});
