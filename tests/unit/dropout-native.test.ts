/** @file Dropout's native masks come from the same stream as those drawn in JavaScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { F } from "../../src/index";
import { default_generator, fill_bernoulli } from "../../src/random";

for (const [dtype, count] of [
  [torch.float32, 1000],
  [torch.float64, 5003],
  [torch.float32, 100],
] as const) {
  test(`${count} elements of ${dtype}: the mask and all draws after it are those of the plain generator`, () => {
    for (const before of [0, 1, 623, 624, 700]) {
      torch.manual_seed(count + before);
      for (let i = 0; i < before; i++) default_generator.next_int32();
      const start = default_generator.clone();
      const dropped = F.dropout(torch.ones([count], { dtype }), 0.3).typed_array() as Float32Array;
      const expected = fill_bernoulli(start, count, 0.7);
      assert.deepEqual(
        Array.from(dropped, (value) => (value === 0 ? 0 : 1)),
        Array.from(expected),
      );
      assert.ok(dropped.every((value) => value === 0 || Math.abs(value - 1 / 0.7) < 1e-6));
      for (let i = 0; i < 1500; i++) assert.equal(default_generator.next_int32(), start.next_int32());
    }
  });
}
