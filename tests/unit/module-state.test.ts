/** @file What modules save and load beyond parameters: buffers as fields, extra state, hooks, names that do not fit. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { nn, type Tensor } from "../../src/index";

const model = () =>
  new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2)));

test("buffers are fields, and extra state is saved beside them", () => {
  class Counting extends nn.Module {
    seen = 5;
    mean = new nn.Buffer(torch.ones(2));
    scratch = new nn.Buffer(torch.ones(1), { persistent: false });
    override get_extra_state(): Tensor {
      return torch.tensor(this.seen);
    }
    override set_extra_state(state: Tensor): void {
      this.seen = state.item();
    }
  }
  const counting = new Counting();
  assert.deepEqual(Object.keys(counting.state_dict()), ["mean", "_extra_state"]);
  assert.deepEqual(
    counting.named_buffers().map(([name]) => name),
    ["mean", "scratch"],
  );
  counting.load_state_dict({ ...counting.state_dict(), _extra_state: torch.tensor(9) });
  assert.equal(counting.seen, 9);
  assert.equal(nn.utils.deepcopy(counting).double().mean.dtype, torch.float64);
});

test("missing and unexpected names come in PyTorch's order", () => {
  const net = model();
  const state = net.state_dict();
  for (const key of ["1.0.bias", "0.weight"]) delete state[key];
  for (const key of ["foo", "1.x.y", "0.zz"]) state[key] = torch.ones(1);
  state["1.1.weight"] = torch.ones(3);
  assert.throws(() => net.load_state_dict(state), {
    message:
      "Error(s) in loading state_dict for Sequential:\n" +
      '\tMissing key(s) in state_dict: "0.weight", "1.0.bias". \n' +
      '\tUnexpected key(s) in state_dict: "foo", "0.zz", "1.x.y". \n' +
      "\tsize mismatch for 1.1.weight: copying a param with shape torch.Size([3]) from checkpoint, the shape in current model is " +
      "torch.Size([2]).",
  });
});

test("hooks see and change what is saved and loaded", () => {
  const net = model();
  const log: string[] = [];
  net.register_state_dict_pre_hook((_, prefix, keep_vars) => void log.push(`pre ${prefix} ${keep_vars}`));
  net[1].register_state_dict_post_hook((_, state, prefix) => {
    log.push(`post ${prefix}`);
    delete state["1.1.num_batches_tracked"];
  });
  const state = net.state_dict();
  assert.deepEqual(log, ["pre  false", "post 1."]);
  assert.equal(state["1.1.num_batches_tracked"], undefined);
  const handle = net.register_load_state_dict_pre_hook((_, loaded) => {
    loaded["0.weight"] = loaded.old;
    delete loaded.old;
  });
  net.register_load_state_dict_post_hook((_, keys) => void keys.missing_keys.splice(0));
  const { "0.weight": weight, ...others } = state;
  assert.equal(String(net.load_state_dict({ ...others, old: weight })), "<All keys matched successfully>");
  handle.remove();
  assert.throws(
    () => net.load_state_dict({ ...others, old: weight }),
    /Unexpected key\(s\) in state_dict: "old"/,
  );
});

test("with assign the tensors themselves become the parameters", () => {
  const layer = new nn.Linear(2, 2);
  const { weight } = layer;
  const [given, bias] = [torch.ones(2, 2), torch.zeros(2)];
  layer.load_state_dict({ weight: given, bias }, { assign: true });
  assert.notEqual(layer.weight, weight);
  assert.ok(layer.weight instanceof nn.Parameter && layer.weight.requires_grad);
  assert.deepEqual(layer.weight.tolist(), given.tolist());
});

test("hooks that are always called run once when another throws", () => {
  const layer = new nn.Linear(2, 2);
  const log: string[] = [];
  layer.register_forward_hook(() => void log.push("first"), { always_call: true });
  layer.register_forward_hook(() => {
    throw new Error("broken");
  });
  layer.register_forward_hook(() => void log.push("last"), { always_call: true });
  assert.throws(() => layer(torch.ones(1, 2)), /broken/);
  assert.deepEqual(log, ["first", "last"]);
});

test("a module below is replaced by its name", () => {
  const net = model();
  net.set_submodule("1.0", new nn.ReLU());
  assert.match(String(net), /\(1\): Sequential\(\n {4}\(0\): ReLU\(\)/);
  assert.throws(() => net.set_submodule("1.9", new nn.ReLU(), true), /Sequential has no attribute `9`/);
  assert.throws(() => net.half(), /torch.float16 is not offered/);
});
