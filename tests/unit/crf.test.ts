/** @file The conditional random field against the sum over all tag sequences. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { no_grad } from "../../src/autograd/grad-mode";
import { float64 } from "../../src/dtype";
import torch, { nn, type Tensor } from "../../src/index";

const tags = 3;
const lengths = [4, 2, 1];
const time = 4;
const double = { dtype: float64 };

interface Case {
  crf: nn.CRF;
  emissions: Tensor;
  gold: Tensor;
  mask: Tensor;
}

/** A batch of random scores, `spread` apart; with `forbid`, some transitions at -10000. */
function make(batch_first: boolean, spread: number, forbid = false): Case {
  const crf = new nn.CRF(tags, { batch_first, ...double });
  const scores = torch.randn(tags, tags, double).mul(spread).typed_array() as Float64Array;
  if (forbid) for (const k of [0, 1, 5]) scores[k] = -10000;
  crf.transitions.data = torch.tensor(scores).reshape(tags, tags);
  const [outer, inner] = batch_first ? [lengths.length, time] : [time, lengths.length];
  const place = (i: number, j: number): [b: number, t: number] => (batch_first ? [i, j] : [j, i]);
  const grid = (value: (b: number, t: number) => number | boolean): Tensor =>
    torch.tensor(
      Array.from({ length: outer }, (_, i) => Array.from({ length: inner }, (_, j) => value(...place(i, j)))),
    );
  const emissions = torch
    .randn(outer, inner, tags, double)
    .mul(spread)
    .clone()
    .detach()
    .clone()
    .requires_grad_();
  return {
    crf,
    emissions,
    gold: grid((b, t) => (t < lengths[b] ? (b + 2 * t) % tags : -100)),
    mask: grid((b, t) => t < lengths[b]),
  };
}

/** Every tag sequence of sequence `b` with its score. */
function enumerate({ crf, emissions }: Case, b: number): { path: number[]; score: number }[] {
  const e = emissions.tolist() as number[][][];
  const start = crf.start_transitions.tolist() as number[];
  const end = crf.end_transitions.tolist() as number[];
  const transitions = crf.transitions.tolist() as number[][];
  const at = (t: number): number[] => (crf.batch_first ? e[b][t] : e[t][b]);
  let all = at(0).map((score, k) => ({ path: [k], score: score + start[k] }));
  for (let t = 1; t < lengths[b]; t++) {
    all = all.flatMap(({ path, score }) =>
      at(t).map((emission, k) => ({
        path: [...path, k],
        score: score + transitions[path[path.length - 1]][k] + emission,
      })),
    );
  }
  return all.map(({ path, score }) => ({ path, score: score + end[path[path.length - 1]] }));
}

function log_sum_exp(values: readonly number[]): number {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

const near = (a: number, b: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)), `${a} instead of ${b}`);

describe("nn.CRF", () => {
  for (const batch_first of [false, true]) {
    for (const [spread, forbid] of [
      [1, false],
      [60, true],
    ] as const) {
      const about = `${batch_first ? "batch" : "time"} first, scores ${spread} apart`;

      it(`log likelihood, best path and marginals equal those of all sequences (${about})`, () => {
        torch.manual_seed(3);
        const given = make(batch_first, spread, forbid);
        const { crf, emissions, gold, mask } = given;
        const likelihood = crf(emissions, gold, mask, "none").tolist() as number[];
        const [paths, scores] = crf.viterbi_decode(emissions, mask);
        const marginals = crf.marginals(emissions, mask).tolist() as number[][][];
        lengths.forEach((length, b) => {
          const all = enumerate(given, b);
          const partition = log_sum_exp(all.map(({ score }) => score));
          const path = Array.from({ length }, (_, t) => (b + 2 * t) % tags);
          near(
            likelihood[b],
            (all.find((one) => one.path.join() === path.join())?.score ?? Number.NaN) - partition,
          );
          const best = all.reduce((a, one) => (one.score > a.score ? one : a));
          assert.deepEqual(paths[b], best.path);
          near(scores[b], best.score);
          for (let t = 0; t < time; t++) {
            for (let k = 0; k < tags; k++) {
              const expected =
                t < length
                  ? all.reduce(
                      (sum, one) => sum + (one.path[t] === k ? Math.exp(one.score - partition) : 0),
                      0,
                    )
                  : 0;
              near(batch_first ? marginals[b][t][k] : marginals[t][b][k], expected);
            }
          }
        });
        assert.deepEqual(crf.decode(emissions, mask), paths);
      });

      it(`gradients equal differences (${about})`, () => {
        torch.manual_seed(4);
        const { crf, emissions, gold, mask } = make(batch_first, spread, forbid);
        const weights = torch.tensor([0.5, -2, 1.5], double);
        const loss = (): Tensor => crf(emissions, gold, { mask, reduction: "none" }).mul(weights).sum();
        loss().backward();
        for (const leaf of [emissions, ...crf.parameters()]) {
          const values = leaf.typed_array() as Float64Array;
          const at = (k: number, by: number): number => {
            leaf.data = torch
              .tensor(values.map((value, i) => (i === k ? value + by : value)))
              .reshape(leaf.shape);
            return no_grad(() => loss().item());
          };
          const found = leaf.grad?.typed_array() as Float64Array;
          values.forEach((_, k) => {
            const numeric = (at(k, 1e-5) - at(k, -1e-5)) / 2e-5;
            assert.ok(Math.abs(found[k] - numeric) < 1e-5, `${found[k]}, by differences ${numeric}`);
          });
          at(0, 0);
        }
      });
    }
  }

  it("keeps exact where the likely beginnings and rests do not meet", () => {
    const crf = new nn.CRF(2, double);
    crf.transitions.data = torch
      .tensor([
        [-2000, -1000],
        [0, -3000],
      ])
      .double();
    const emissions = torch
      .tensor([[[0, -900]], [[-5000, 0]]])
      .double()
      .requires_grad_();
    const loss = crf(emissions, torch.tensor([[0], [1]]));
    near(loss.item(), 0);
    loss.backward();
    for (const value of emissions.grad?.typed_array() ?? []) near(Number(value), 0);
    for (const value of crf.transitions.grad?.typed_array() ?? []) near(Number(value), 0);
  });

  it("reduces as asked", () => {
    torch.manual_seed(5);
    const { crf, emissions, gold, mask } = make(true, 1);
    const each = crf(emissions, gold, mask, "none").tolist() as number[];
    const total = each.reduce((a, b) => a + b, 0);
    near(crf(emissions, gold, mask).item(), total);
    near(crf(emissions, gold, mask, "mean").item(), total / 3);
    near(crf(emissions, gold, { mask, reduction: "token_mean" }).item(), total / 7);
  });

  it("works without a mask, in float32, with integer masks", () => {
    const crf = new nn.CRF(5);
    assert.equal(String(crf), "CRF(num_tags=5)");
    assert.deepEqual(
      crf.named_parameters().map(([name]) => name),
      ["start_transitions", "end_transitions", "transitions"],
    );
    const emissions = torch.randn(6, 2, 5);
    const gold = torch.randint(0, 5, [6, 2]);
    const full = crf(emissions, gold);
    const ones = crf(emissions, gold, torch.ones(6, 2));
    assert.equal(full.item(), ones.item());
    assert.ok(full.item() < 0);
    assert.equal(nn.utils.deepcopy(crf)(emissions, gold).item(), full.item());
    assert.deepEqual(
      crf.decode(emissions).map((path) => path.length),
      [6, 6],
    );
  });

  it("learns to tag", () => {
    torch.manual_seed(6);
    const crf = new nn.CRF(2, true);
    const gold = torch.tensor([[0, 1, 0, 1, 0]]);
    const emissions = torch.zeros(1, 5, 2);
    for (let i = 0; i < 60; i++) {
      crf.zero_grad();
      crf(emissions, gold).neg().backward();
      no_grad(() => {
        for (const parameter of crf.parameters()) parameter.add_((parameter.grad as Tensor).mul(-0.5));
      });
    }
    assert.deepEqual(crf.decode(emissions), [[0, 1, 0, 1, 0]]);
  });

  it("refuses what does not fit", () => {
    const crf = new nn.CRF(3, { batch_first: true });
    const emissions = torch.zeros(2, 4, 3);
    const gold = torch.zeros(2, 4).long();
    const mask = (rows: number[][]): Tensor => torch.tensor(rows);
    const refusals: [() => unknown, RegExp][] = [
      [() => crf(torch.zeros(4, 3), gold), /emissions must have dimension of 3, got 2/],
      [() => crf(torch.zeros(2, 4, 5), gold), /expected last dimension of emissions is 3, got 5/],
      [
        () => crf(emissions, torch.zeros(2, 3).long()),
        /first two dimensions of emissions and tags must match/,
      ],
      [() => crf(emissions, gold, torch.ones(4, 2)), /first two dimensions of emissions and mask must match/],
      [() => crf(emissions, torch.zeros(2, 4)), /tags must be integers/],
      [() => crf(emissions, gold.add(3)), /tag 3 of sequence 0 at time step 0 is out of range/],
      [
        () =>
          crf.decode(
            emissions,
            mask([
              [0, 1, 1, 1],
              [1, 1, 1, 1],
            ]),
          ),
        /mask of the first timestep must all be on/,
      ],
      [
        () =>
          crf.decode(
            emissions,
            mask([
              [1, 0, 1, 1],
              [1, 1, 1, 1],
            ]),
          ),
        /without gaps/,
      ],
      [() => crf(emissions, gold, null, "max" as never), /invalid reduction: max/],
      [() => new nn.CRF(0), /invalid number of tags: 0/],
      [() => crf(emissions.double(), gold), /convert one of them/],
    ];
    for (const [call, message] of refusals) assert.throws(call, message);
  });
});
