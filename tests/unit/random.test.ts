/** @file The random streams are PyTorch's: fixed draws after fixed seeds, in order. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import torch from "../../src/index";
import {
  fill_bernoulli,
  fill_exponential,
  fill_geometric,
  fill_normal,
  fill_trunc_normal,
  fill_uniform,
  Generator,
  multinomial,
  permutation,
  randint,
  random_int64,
  randperm,
} from "../../src/random";

/** What PyTorch 2 (CPU) draws, in this order, after one `manual_seed`. */
const STREAMS = [
  {
    seed: 0,
    rand_5: [0.4962566, 0.7682218, 0.08847743, 0.1320305, 0.3074228],
    randn_5: [0.5507453, 0.2703641, 0.6472479, 0.2490022, -0.3353951],
    randint: [7, 8, 5, 4, 4, 8, 4, 4],
    randperm: [7, 4, 9, 2, 11, 3, 0, 5, 6, 1, 8, 10],
    bernoulli: [1, 0, 1, 0, 0, 1, 0, 0, 0, 0],
    uniform: [0.2843277, 1.005953, 2.089599, 2.868115, 2.08764, 2.873534],
    normal: [
      2.97023869, 0.480716884, 1.23667407, 1.4879185, 0.785366178, 2.99691319, 0.00257045031, 2.5222218,
      2.23660183, 0.40123105, 0.624443889, 4.83179522, 1.72091937, 0.371930003, -1.15741611, 1.48162103,
      -1.79245448, 1.22710419, 3.20945144, -1.790344,
    ],
    multinomial: [3, 1, 1, 2, 1, 1],
    dropout: [0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1],
    rand_after: [0.9124038, 0.5624194],
    loader: [6, 15, 11, 13, 9, 2, 1, 17, 16, 8, 5, 12, 18, 3, 19, 10, 14, 4, 7, 0],
    split: [3, 7, 5, 6, 2, 8, 1, 9, 4, 0],
  },
  {
    seed: 42,
    rand_5: [0.8822693, 0.915004, 0.3828638, 0.9593056, 0.3904482],
    randn_5: [0.3257519, -0.8676281, 1.523134, 0.6646649, -1.032448],
    randint: [5, 8, 5, 4, 1, 1, 0, 9],
    randperm: [8, 11, 3, 2, 1, 9, 4, 0, 7, 5, 6, 10],
    bernoulli: [1, 0, 0, 0, 0, 1, 0, 0, 0, 1],
    uniform: [-1.985402, 1.215277, -0.04610968, 1.473308, -1.551659, 2.356073],
    normal: [
      0.767347932, -0.945347786, 2.91691542, 4.23840094, 0.308099508, 1.57366562, -0.461684823, 1.34964049,
      -1.18785858, 2.92667723, 0.380939245, 2.14240503, 1.10459089, -2.09370089, 2.513412, 2.55103898,
      5.05307102, 2.96241808, -0.280238032, 0.0183213353,
    ],
    multinomial: [1, 0, 2, 1, 1, 2],
    dropout: [0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1],
    rand_after: [0.8728501, 0.7400529],
    loader: [8, 14, 17, 19, 1, 15, 18, 9, 3, 11, 4, 0, 10, 7, 13, 16, 12, 6, 2, 5],
    split: [6, 3, 0, 8, 1, 4, 5, 2, 7, 9],
  },
];

function close(actual: ArrayLike<number>, expected: number[], tolerance = 1e-6): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * Math.max(1e-3, Math.abs(expected[i]));
    assert.ok(Math.abs(actual[i] - expected[i]) <= bound, `value ${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

const numbers = (values: BigInt64Array): number[] => Array.from(values, Number);

describe("PyTorch's streams", () => {
  for (const stream of STREAMS) {
    it(`draws them in order after seed ${stream.seed}`, () => {
      const g = new Generator().manual_seed(stream.seed);
      close(fill_uniform(g, new Float32Array(5)), stream.rand_5);
      close(fill_normal(g, new Float32Array(5)), stream.randn_5);
      fill_normal(g, new Float32Array(40));
      fill_normal(g, new Float32Array(19));
      assert.deepEqual(numbers(randint(g, 8, 0, 10)), stream.randint);
      assert.deepEqual(numbers(randperm(g, 12)), stream.randperm);
      assert.deepEqual([...fill_bernoulli(g, 10, new Float32Array(10).fill(0.3))], stream.bernoulli);
      close(fill_uniform(g, new Float32Array(6), -2, 3), stream.uniform);
      assert.deepEqual(fill_normal(g, new Float32Array(20), 1, 2), Float32Array.from(stream.normal));
      const weights = Float32Array.of(0.1, 0.2, 0.3, 0.4);
      assert.deepEqual(numbers(multinomial(g, weights, 1, 4, 6, true)), stream.multinomial);
      assert.deepEqual([...fill_bernoulli(g, 20, 0.5)], stream.dropout);
      close(fill_uniform(g, new Float32Array(2)), stream.rand_after);
    });

    it(`orders a shuffled loader and a split as PyTorch after seed ${stream.seed}`, () => {
      const g = new Generator().manual_seed(stream.seed);
      random_int64(g);
      const sampler = new Generator().manual_seed(random_int64(g));
      assert.deepEqual([...permutation(sampler, 20)], stream.loader);
      assert.deepEqual([...permutation(g, 10)], stream.split);
    });
  }

  it("draws the long normal fill, its last block anew", () => {
    const g = new Generator().manual_seed(0);
    fill_uniform(g, new Float32Array(5));
    fill_normal(g, new Float32Array(5));
    const forty = fill_normal(g, new Float32Array(40));
    close([...forty.subarray(0, 3), ...forty.subarray(37)], FORTY);
    const nineteen = fill_normal(g, new Float32Array(19));
    close([...nineteen.subarray(0, 3), ...nineteen.subarray(16)], NINETEEN);
  });
});

const FORTY = [-1.695931, 0.5666506, 0.7935084, 0.4455122, 1.325275, -1.629326];
const NINETEEN = [2.081955, 1.706712, 2.380367, 0.076887, 0.3380058, 0.4544018];

describe("Generator", () => {
  it("is the reference Mersenne Twister", () => {
    // The first output for seed 5489, and the 10000th: the value the C++ standard fixes for mt19937.
    const g = new Generator().manual_seed(5489);
    assert.equal(g.random(), 3499211612);
    for (let i = 2; i < 10000; i++) g.random();
    assert.equal(g.random(), 4123659995);
  });

  it("takes 64-bit and negative seeds, and says them back", () => {
    const g = new Generator();
    assert.equal(g.initial_seed(), 67280421310721);
    assert.equal(g.manual_seed(2n ** 63n).initial_seed(), 2n ** 63n);
    assert.equal(g.manual_seed(-1).initial_seed(), 2n ** 64n - 1n);
    assert.throws(() => g.manual_seed(2n ** 64n), /Overflow/);
    assert.throws(() => g.manual_seed(1.5), /integer/);
    const seed = g.seed();
    const first = g.random();
    assert.equal(new Generator().manual_seed(seed).random(), first);
  });

  it("resumes from a saved state, the cached normal included", () => {
    const g = new Generator().manual_seed(3);
    fill_normal(g, new Float64Array(7));
    const state = g.get_state();
    assert.equal(state.length, 5056);
    const ahead = fill_normal(g, new Float64Array(700));
    const small = fill_normal(g, new Float64Array(3));
    g.manual_seed(9).set_state(state);
    assert.deepEqual(fill_normal(g, new Float64Array(700)), ahead);
    assert.deepEqual(fill_normal(g.clone(), new Float64Array(3)), small);
    assert.throws(() => g.set_state(state.subarray(1)), /5055 bytes/);
    assert.throws(() => g.set_state(new Uint8Array(5056)), /invalid/);
  });
});

describe("distributions", () => {
  it("have their moments at large sizes, in both precisions", () => {
    for (const out of [new Float32Array(200_001), new Float64Array(200_001)]) {
      const g = new Generator().manual_seed(1);
      const moments = (values: ArrayLike<number>): [number, number] => {
        let sum = 0;
        let square = 0;
        for (let i = 0; i < values.length; i++) {
          sum += values[i];
          square += values[i] ** 2;
        }
        const mean = sum / values.length;
        return [mean, Math.sqrt(square / values.length - mean ** 2)];
      };
      close(moments(fill_normal(g, out, 3, 2)), [3, 2], 0.01);
      close(moments(fill_uniform(g, out, -1, 5)), [2, 6 / Math.sqrt(12)], 0.01);
      close(moments(fill_exponential(g, out, 4)), [0.25, 0.25], 0.02);
      close(moments(fill_geometric(g, out, 0.25)), [4, Math.sqrt(12)], 0.02);
    }
  });

  it("draws truncated normals as PyTorch does, by both ways", () => {
    const few = fill_trunc_normal(new Generator().manual_seed(3), new Float64Array(4), 0, 1, -1, 1);
    close(
      [...few],
      [0.8032760780963507, 0.17483339327910358, 0.08897809502587893, -0.6137180077293578],
      1e-12,
    );
    const rare = fill_trunc_normal(new Generator().manual_seed(3), new Float64Array(4), 0, 1, 1, 2);
    close([...rare], [1.0341081956505205, 1.286740226721307, 1.7729149443285843, 1.1749270292812946], 1e-12);
    for (const [mean, a, b, expected] of [
      [1, -1, 4, 1.2904],
      [0, 3, 6, 3.2831],
    ]) {
      const out = fill_trunc_normal(
        new Generator().manual_seed(0),
        new Float32Array(20_000),
        mean,
        mean === 1 ? 2 : 1,
        a,
        b,
      );
      assert.ok(out.every((value) => value >= a && value <= b));
      let sum = 0;
      for (const value of out) sum += value;
      assert.ok(Math.abs(sum / out.length - expected) < 0.03, `mean ${sum / out.length}`);
    }
  });

  it("draws numbers of events and of successes as PyTorch does", () => {
    torch.manual_seed(4);
    const rates = torch.tensor([0, 0.5, 3, 9.5, 10, 40, 1000]);
    assert.deepEqual(torch.poisson(rates).tolist(), [0, 0, 1, 10, 10, 38, 995]);
    const trials = torch.tensor([5, 5, 30, 100, 1000, 7, 3], { dtype: torch.float32 });
    const chances = torch.tensor([0.3, 0.9, 0.5, 0.4, 0.01, 0, 1]);
    assert.deepEqual(torch.binomial(trials, chances).tolist(), [1, 5, 12, 40, 10, 0, 3]);
    assert.throws(() => torch.poisson(torch.tensor([-1.5])), /poisson.*rate/i);
    assert.throws(() => torch.binomial(trials, chances.double()), /binomial.*same dtype/);
  });

  it("keeps integers in range at every width, negative bases too", () => {
    const g = new Generator().manual_seed(0);
    for (const [low, high] of [
      [-5, 5],
      [-(2 ** 40), -(2 ** 40) + 3],
      [0, 2 ** 40],
      [-(2n ** 63n), 2n ** 63n],
    ]) {
      const values = randint(g, 500, low, high);
      assert.ok(values.every((v) => v >= BigInt(low) && v < BigInt(high)));
      assert.ok(new Set(values).size > 2);
    }
    assert.throws(() => randint(g, 1, 3, 3), /from=3 >= to=3/);
  });

  it("samples without replacement, never a zero weight before the others", () => {
    const g = new Generator().manual_seed(0);
    for (let i = 0; i < 50; i++) {
      const picked = numbers(multinomial(g, Float64Array.of(0.5, 0, 3, 1, 0, 0, 0, 2), 2, 4, 3));
      assert.deepEqual(picked.slice(0, 3).sort(), [0, 2, 3]);
      assert.equal(picked[3], 3);
    }
  });

  it("names what is wrong with an argument", () => {
    const g = new Generator();
    const x = new Float32Array(3);
    assert.throws(() => fill_uniform(g, x, 2, 1), /from=2 > to=1/);
    assert.throws(() => fill_normal(g, x, 0, -1), /std >= 0/);
    assert.throws(() => fill_bernoulli(g, 3, 1.5), /p=1.5/);
    assert.throws(() => fill_bernoulli(g, 1, Float32Array.of(-0.5)), /p=-0.5/);
    assert.throws(() => fill_exponential(g, x, 0), /lambda/);
    assert.throws(() => randperm(g, -1), /non-negative, got -1/);
    assert.throws(() => multinomial(g, x, 1, 3, 2, true), /sum of probabilities <= 0/);
    assert.throws(() => multinomial(g, x.fill(1), 1, 3, 4), /without replacement/);
    assert.throws(() => multinomial(g, Float32Array.of(1, Number.NaN), 1, 2, 1), /nan/);
  });
});
