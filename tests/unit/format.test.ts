/** @file Tensor text is PyTorch's, to the character. */

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { format_tensor, get_printoptions, set_printoptions } from "../../src/format";
import { fixed, scientific } from "../../src/format-number";

function floats(values: number[], shape = [values.length]): string {
  return format_tensor({ shape, dtype: "float32", data: Float32Array.from(values) });
}

function ints(values: number[], shape = [values.length]): string {
  return format_tensor({ shape, dtype: "int64", data: BigInt64Array.from(values, BigInt) });
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

afterEach(() => set_printoptions({ profile: "default" }));

describe("numbers", () => {
  it("round as Python's format, ties to even", () => {
    const cases: [number, number, string, string][] = [
      [0.125, 2, "0.12", "1.25e-01"],
      [0.375, 2, "0.38", "3.75e-01"],
      [2.5, 0, "2", "2e+00"],
      [0.03125, 4, "0.0312", "3.1250e-02"],
      [333.125, 4, "333.1250", "3.3312e+02"],
      [1.005, 2, "1.00", "1.00e+00"],
      [-0, 1, "-0.0", "-0.0e+00"],
      [9.99999, 4, "10.0000", "1.0000e+01"],
      [1e22, 1, "10000000000000000000000.0", "1.0e+22"],
      [5e-324, 3, "0.000", "4.941e-324"],
      [Number.NaN, 3, "nan", "nan"],
      [Number.NEGATIVE_INFINITY, 3, "-inf", "-inf"],
    ];
    for (const [value, digits, plain, exponent] of cases) {
      assert.equal(fixed(value, digits), plain);
      assert.equal(scientific(value, digits), exponent);
    }
  });
});

describe("format_tensor", () => {
  it("prints scalars, empties and whole floats", () => {
    assert.equal(ints([7], []), "tensor(7)");
    assert.equal(floats([-0], []), "tensor(-0.)");
    assert.equal(floats([1, 2, 3]), "tensor([1., 2., 3.])");
    assert.equal(floats([]), "tensor([])");
    assert.equal(floats([], [2, 0, 3]), "tensor([], size=(2, 0, 3))");
    assert.equal(ints([]), "tensor([], dtype=torch.int64)");
    assert.equal(ints([], [0, 4]), "tensor([], size=(0, 4), dtype=torch.int64)");
  });

  it("chooses one notation for all values", () => {
    assert.equal(floats([0, 0.25, 1]), "tensor([0.0000, 0.2500, 1.0000])");
    assert.equal(floats([1e-5, 1]), "tensor([1.0000e-05, 1.0000e+00])");
    assert.equal(floats([1e10, 1]), "tensor([1.0000e+10, 1.0000e+00])");
    assert.equal(floats([0.1, 22.25, -333.125]), "tensor([ 1.0000e-01,  2.2250e+01, -3.3312e+02])");
    assert.equal(floats([1000, 1]), "tensor([1000.,    1.])");
    assert.equal(floats([1001, 1]), "tensor([1.0010e+03, 1.0000e+00])");
    assert.equal(floats([1.5, Number.NaN, Number.POSITIVE_INFINITY]), "tensor([1.5000,    nan,    inf])");
    assert.equal(floats([1, Number.NaN, -Infinity, 20]), "tensor([ 1., nan, -inf, 20.])");
    assert.equal(floats([Number.NaN, 0]), "tensor([nan, 0.])");
    assert.equal(floats([-1, 0, -0]), "tensor([-1.,  0., -0.])");
  });

  it("names a dtype that is not the default", () => {
    const data = Int32Array.of(1, -20);
    assert.equal(
      format_tensor({ shape: [2], dtype: "int32", data }),
      "tensor([  1, -20], dtype=torch.int32)",
    );
    const bools = Uint8Array.of(1, 0);
    assert.equal(format_tensor({ shape: [2], dtype: "bool", data: bools }), "tensor([ True, False])");
    const doubles = Float64Array.of(0.1);
    assert.equal(
      format_tensor({ shape: [1], dtype: "float64", data: doubles }),
      "tensor([0.1000], dtype=torch.float64)",
    );
    assert.equal(
      format_tensor({ shape: [1], dtype: "float64", data: doubles, default_dtype: "float64" }),
      "tensor([0.1000])",
    );
    const big = BigInt64Array.of(-9223372036854775808n, 9007199254740993n);
    assert.equal(
      format_tensor({ shape: [2], dtype: "int64", data: big }),
      "tensor([-9223372036854775808,     9007199254740993])",
    );
  });

  it("says what autograd knows, on a line of its own where it would not fit", () => {
    const one = { shape: [2], dtype: "float32", data: Float32Array.of(1, 2) };
    assert.equal(
      format_tensor({ ...one, suffix: { requires_grad: true, parameter: true } }),
      "Parameter containing:\ntensor([1., 2.], requires_grad=True)",
    );
    assert.equal(
      format_tensor({ ...one, suffix: { requires_grad: true, grad_fn: "MulBackward0" } }),
      "tensor([1., 2.], grad_fn=<MulBackward0>)",
    );
    const eight = { shape: [8], dtype: "float32", data: Float32Array.from(range(8), (i) => i / 8) };
    assert.equal(
      format_tensor({ ...eight, suffix: { grad_fn: "MulBackward0" } }),
      "tensor([0.0000, 0.1250, 0.2500, 0.3750, 0.5000, 0.6250, 0.7500, 0.8750],\n       grad_fn=<MulBackward0>)",
    );
  });

  it("wraps long rows under their bracket", () => {
    assert.equal(
      ints(range(30)),
      "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n" +
        "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])",
    );
    assert.equal(ints([-1, 20, 300, 4], [2, 2]), "tensor([[ -1,  20],\n        [300,   4]])");
    assert.equal(ints(range(4), [1, 2, 1, 2]), "tensor([[[[0, 1]],\n\n         [[2, 3]]]])");
  });

  it("summarises above the threshold, with widths of the shown values only", () => {
    assert.equal(ints(range(1001)), "tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    const rows = ints(range(1200), [300, 4]).split("\n");
    assert.equal(rows.length, 7);
    assert.equal(rows[0], "tensor([[   0,    1,    2,    3],");
    assert.equal(rows[3], "        ...,");
    const deep = ints(new Array(8 * 8 * 8 * 8).fill(0), [8, 8, 8, 8]);
    assert.ok(deep.startsWith("tensor([[[[0, 0, 0,  ..., 0, 0, 0],\n          [0, 0, 0,"));
    assert.ok(deep.includes("\n\n\n        ...,\n\n\n        [[["));
    assert.ok(deep.includes("\n\n         ...,\n\n         [["));
    const hidden = new Array(2000).fill(1);
    hidden[1000] = 123456;
    assert.equal(ints(hidden), "tensor([1, 1, 1,  ..., 1, 1, 1])");
  });

  it("obeys set_printoptions", () => {
    set_printoptions({ precision: 2 });
    assert.equal(floats([1.12345]), "tensor([1.12])");
    set_printoptions({ profile: "default", threshold: 5, edgeitems: 2 });
    assert.equal(ints(range(10)), "tensor([0, 1,  ..., 8, 9])");
    set_printoptions({ profile: "default", sci_mode: true });
    assert.equal(floats([1.5, 2]), "tensor([1.5000e+00, 2.0000e+00])");
    assert.equal(floats([0, 0]), "tensor([0., 0.])");
    set_printoptions({ sci_mode: false });
    assert.equal(floats([1e-6, 1.5]), "tensor([    0.0000,     1.5000])");
    set_printoptions();
    assert.equal(get_printoptions().sci_mode, null);
    assert.throws(() => set_printoptions({ precision: -1 }), /precision/);
    assert.throws(() => set_printoptions({ profile: "tiny" as "short" }), /tiny/);
  });
});
