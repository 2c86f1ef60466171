/** @file torch.save and torch.load: what goes in comes out, and what is wrong with a file is said. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import torch, { type Tensor } from "../../src";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "torchbook-save-"));
after(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

function samples(): Record<string, Tensor> {
  return {
    "a.weight": torch.tensor([
      [1.5, -2],
      [0.25, Number.NaN],
    ]),
    "a.bias": torch.tensor([1, -1], { dtype: torch.float64 }),
    count: torch.tensor(2 ** 40),
    flags: torch.tensor([true, false]),
    small: torch.tensor([1, 255], { dtype: torch.uint8 }),
    none: torch.zeros([0, 3]),
  };
}

function same(actual: Record<string, Tensor>, expected: Record<string, Tensor>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, tensor] of Object.entries(expected)) {
    assert.deepEqual(
      [actual[name].shape, String(actual[name].dtype), actual[name].tolist()],
      [tensor.shape, String(tensor.dtype), tensor.tolist()],
      name,
    );
  }
}

for (const name of ["state.safetensors", "no extension", "state.pt", "state.pth"]) {
  test(`a state dict comes back from ${name}`, () => {
    torch.save(samples(), at(name));
    same(torch.load(at(name)), samples());
    assert.deepEqual(
      fs.readdirSync(folder).filter((entry) => entry.endsWith(".tmp")),
      [],
    );
  });
}

for (const name of ["checkpoint.safetensors", "checkpoint.pt"])
  test(`models, optimizer and plain values come back from ${name}`, () => {
    const w = torch.tensor([1, 2], { dtype: torch.float32 }).requires_grad_();
    const optimizer = new torch.optim.Adam([w], { lr: 0.5 });
    w.grad = torch.tensor([1, 1], { dtype: torch.float32 });
    optimizer.step();
    const checkpoint = {
      model: { w },
      optimizer: optimizer.state_dict(),
      epoch: 3,
      best: Number.POSITIVE_INFINITY,
      names: ["一", "b"],
      nothing: null,
    };
    torch.save(checkpoint, at(name));
    const loaded = torch.load<typeof checkpoint>(at(name));
    assert.deepEqual(
      [loaded.epoch, loaded.best, loaded.names, loaded.nothing],
      [3, Infinity, ["一", "b"], null],
    );
    assert.deepEqual(loaded.model.w.tolist(), w.tolist());
    const again = new torch.optim.Adam([w]);
    again.load_state_dict(loaded.optimizer);
    assert.equal(again.param_groups[0].lr, 0.5);
    assert.deepEqual(again.state.get(w)?.exp_avg?.tolist(), optimizer.state.get(w)?.exp_avg?.tolist());
    assert.equal(again.state.get(w)?.step, 1);
  });

test("one tensor alone comes back", () => {
  torch.save(torch.arange(3), at("tensor"));
  assert.deepEqual(torch.load<Tensor>(at("tensor")).tolist(), [0, 1, 2]);
});

test("saving over a file leaves the old one until the new one is whole", () => {
  torch.save({ a: torch.ones(2) }, at("over"));
  assert.throws(() => torch.save({ a: () => 1 }, at("over")));
  assert.deepEqual(torch.load(at("over")).a.tolist(), [1, 1]);
});

test("what cannot be saved is refused, naming what to do instead", () => {
  const optimizer = new torch.optim.SGD([torch.ones(1).requires_grad_()]);
  assert.throws(() => torch.save(optimizer, at("x")), /save its state_dict\(\)/);
  assert.throws(() => torch.save({ model: optimizer }, at("x")), /at model.*state_dict/);
  assert.throws(() => torch.save({ f: () => 1 }, at("x")), /the function f \(at f\) cannot be saved/);
  assert.throws(() => torch.save({}, ""), /expected a file path/);
  assert.throws(() => torch.save({}, at("no/such/folder/x")), /cannot write .*no folder/);
  assert.equal(fs.existsSync(at("x")), false);
});

test("files that do not load are named with what is wrong", () => {
  assert.throws(() => torch.load(at("missing")), /torch\.load: cannot read .*missing: no such file/);
  assert.throws(() => torch.load(folder), /it is a folder/);
  fs.writeFileSync(at("empty"), "");
  assert.throws(() => torch.load(at("empty")), /empty.*it is empty/);
  torch.save(samples(), at("whole"));
  const bytes = fs.readFileSync(at("whole"));
  for (const length of [4, 20, bytes.length - 1]) {
    fs.writeFileSync(at("cut"), bytes.subarray(0, length));
    assert.throws(
      () => torch.load(at("cut")),
      /torch\.load: .*cut is no file that can be loaded: safetensors/,
    );
  }
  assert.throws(() => torch.load(at("whole"), { weights_only: false }), /weights_only/);
});
