/** @file Sizes and numbers beyond all bounds: an Error that says what was asked for, at once, and never the end of the process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import torch, { F, nn } from "../../src/index";

const cases: Readonly<Record<string, () => unknown>> = {
  "a size beyond int32": () => torch.zeros(2 ** 32),
  "elements beyond all memory": () => torch.zeros(2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1),
  "random numbers": () => torch.randn(2 ** 33),
  "a broadcast": () => torch.broadcast_to(torch.ones(1, 5), [1, 2 ** 31, 5]),
  repetitions: () => torch.ones(3).repeat(2 ** 31 - 1, 2 ** 31 - 1),
  "an identity": () => torch.eye(2 ** 31),
  padding: () => F.pad(torch.ones(2), [2 ** 33, 0]),
  classes: () => F.one_hot(torch.tensor([2 ** 40])),
  "counts of a large number": () => torch.bincount(torch.tensor([1, 2 ** 31 - 1])),
  "counts of a number beyond int32": () => torch.bincount(torch.tensor([1, 2 ** 40])),
  "adaptive means": () => F.adaptive_avg_pool2d(torch.ones(1, 1, 4, 4), 2 ** 31),
  "adaptive maxima": () => F.adaptive_max_pool2d(torch.ones(1, 1, 4, 4), 2 ** 31 - 1),
  "a resized image": () => F.interpolate(torch.ones(1, 1, 4, 4), { size: 2 ** 33 }),
  "contracted dimensions": () => torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), 2 ** 31),
  "fewer than no contracted dimensions": () => torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), -1),
  "an index beyond int32": () => torch.ones(3).index_select(0, torch.tensor([2 ** 40])),
  "a word beyond int32": () => new nn.Embedding(3, 2).forward(torch.tensor([2 ** 32])),
  "a length of nothing": () => nn.utils.rnn.pack_padded_sequence(torch.ones(4, 2, 3), [2, 0]),
  "a length beyond the batch": () => nn.utils.rnn.pack_padded_sequence(torch.ones(4, 2, 3), [2 ** 31, 1]),
  "a label beyond int32": () => F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 2 ** 32])),
};

for (const [name, call] of Object.entries(cases)) {
  test(`${name}: an Error at once`, () => {
    const begun = process.cpuUsage();
    assert.throws(
      call,
      (error: Error) => error instanceof Error && !/undefined|is not a function/.test(error.message),
    );
    const { user, system } = process.cpuUsage(begun);
    assert.ok(user + system < 5e6, `${(user + system) / 1e6} s of the processor`);
  });
}
