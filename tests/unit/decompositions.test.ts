/** @file Singular and eigen vectors: their signs are those of PyTorch (decompositions.py made the table), and errors' words. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import torch, { type Tensor } from "../../src/index";
import { sanitized } from "./sanitizers";

interface Case {
  readonly seed: number;
  readonly dtype: "float32" | "float64";
  readonly shape: [number, number];
  readonly U: string;
  readonly Vh: string;
  readonly eighL?: string;
  readonly eighU?: string;
}

const file = join(__dirname, "..", "..", "..", "tests", "unit", "decompositions.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

function assert_signs(x: Tensor, expected: string, what: string): void {
  const values = x.tolist() as number[];
  assert.equal(values.length, expected.length);
  const found = values.map((value, i) => (expected[i] === "0" ? "0" : value > 0 ? "+" : "-"));
  assert.equal(found.join(""), expected, what);
}

describe("decompositions", () => {
  it("give vectors the signs that PyTorch gives them", () => {
    for (const { seed, dtype, shape, U, Vh, eighL, eighU } of cases) {
      torch.manual_seed(seed);
      const A = torch.randn(...shape, { dtype: torch[dtype] });
      const [left, S, right] = torch.linalg.svd(A);
      const what = `${dtype} ${shape.join("x")}`;
      assert_signs(left.select(0, 0), U, `U of ${what}`);
      assert_signs(right.select(1, 0), Vh, `Vh of ${what}`);
      const k = Math.min(...shape);
      const again = left
        .narrow(1, 0, k)
        .mul(S)
        .matmul(right.narrow(0, 0, k));
      const close = dtype === "float32" ? 1e-4 : 1e-12;
      assert.ok(torch.allclose(again, A, { atol: close, rtol: 0 }), what);
      for (const [side, signs] of [
        ["L", eighL],
        ["U", eighU],
      ] as const) {
        if (signs === undefined) continue;
        const [values, vectors] = torch.linalg.eigh(A, side);
        assert_signs(vectors.select(0, 0), signs, `eigh ${side} of ${what}`);
        const whole = side === "L" ? A.tril().add(A.tril(-1).t()) : A.triu().add(A.triu(1).t());
        assert.ok(torch.allclose(vectors.mul(values).matmul(vectors.t()), whole, { atol: close, rtol: 0 }));
      }
    }
  });

  it("work for entries of any size, repeated values and batches", () => {
    const { float32 } = torch;
    const upper = torch.tensor([3, 4, 0, 5], { dtype: float32 }).view(2, 2);
    const symmetric = torch.tensor([2, 1, 1, 2], { dtype: float32 }).view(2, 2);
    for (const scale of [1e-37, 1e-20, 1, 1e20, 1e37]) {
      const [U, S, Vh] = torch.linalg.svd(upper.mul(scale));
      assert.ok(torch.allclose(S.div(scale), torch.tensor([6.7082, 2.23607]), { rtol: 1e-4 }), String(scale));
      assert.ok(torch.allclose(U.matmul(U.t()), torch.eye(2), { atol: 1e-5 }));
      assert.ok(torch.allclose(Vh.matmul(Vh.t()), torch.eye(2), { atol: 1e-5 }));
      const [values] = torch.linalg.eigh(symmetric.mul(scale));
      assert.ok(torch.allclose(values.div(scale), torch.tensor([1, 3], { dtype: float32 }), { rtol: 1e-4 }));
    }
    const same = torch.ones(3, 40, 40);
    assert.ok(torch.allclose(torch.linalg.svd(same)[1].select(1, 0), torch.ones(3).mul(40), { rtol: 1e-4 }));
    assert.deepEqual(torch.linalg.svd(torch.zeros(2, 3))[1].tolist(), [0, 0]);
    const [values, vectors] = torch.linalg.eigh(torch.eye(30).expand(2, 30, 30));
    assert.deepEqual([...values.shape], [2, 30]);
    assert.ok(torch.allclose(vectors.matmul(vectors.mT), torch.eye(30).expand(2, 30, 30)));
  });

  it("refuse NaN by name, with the place in the batch", () => {
    const bad = torch.zeros(3, 2, 2);
    bad.select(0, 1).fill_(Number.NaN);
    assert.throws(
      () => torch.linalg.svd(bad),
      /linalg\.svd: \(Batch element 1\): .* contained non-finite values/,
    );
    assert.throws(() => torch.svd(bad.select(0, 1)), /linalg\.svd: The algorithm failed to converge/);
    assert.ok(
      torch.linalg
        .svdvals(torch.full([2, 2], Number.POSITIVE_INFINITY))
        .isnan()
        .all()
        .item(),
    );
    assert.ok(torch.linalg.eigvalsh(bad.select(0, 1)).isnan().all().item());
  });

  const program = {
    name: "decompositions",
    sources: [join("tests", "native", "decompositions.cc")],
    says: /worst difference/,
  };
  sanitized("Address", program);
  sanitized("UndefinedBehavior", program);
});
