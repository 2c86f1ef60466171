/** @file Tensors as HTML: structure, bounds, elision, special values and escaping. */
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { escape_html } from "../../src/display/html";
import { array_statistics } from "../../src/display/statistics";
import {
  edge_positions,
  MAX_HTML,
  type TensorView,
  tensor_html,
  tensor_summary,
} from "../../src/display/tensor-html";

/** A float32 tensor whose values are a fixed wave with both signs. */
function wave(shape: number[], extra: Partial<TensorView> = {}): TensorView {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.7) * 1.2345);
  return { shape, dtype: "float32", data, ...extra };
}

/** The texts of the value cells in order; gaps have no title. */
function cells(html: string): string[] {
  return [...html.matchAll(/<td title="[^"]*"[^>]*>([^<]*)<\/td>/g)].map((match) => match[1] as string);
}

function balanced(html: string): void {
  const stack: string[] = [];
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z]+\d?)(?:\s[^>]*)?>/g)) {
    if (name === "img" || name === "br") continue;
    if (close) assert.equal(stack.pop(), name, html.slice(0, 200));
    else stack.push(name as string);
  }
  assert.deepEqual(stack, []);
}

test("a small matrix shows every value with four significant digits, and what it is", () => {
  const data = Float32Array.from([0.123456, -1.5, 2.25, 0, 1e-7, 123456]);
  const html = tensor_html({ shape: [2, 3], dtype: "torch.float32", data, requires_grad: true });
  assert.deepEqual(cells(html), ["0.1235", "-1.500", "2.250", "0", "1.000e-07", "1.235e+05"]);
  const probabilities = tensor_html({ shape: [2], dtype: "float32", data: [0.99955, 4.5027e-4] });
  assert.deepEqual(cells(probabilities), ["0.9996", "0.0004503"]);
  for (const part of ["[2, 3]", ">float32<", "[-1.5, 123456]", "mean", "std", "requires_grad=True"])
    assert.ok(html.includes(part), `${part} is missing`);
  balanced(html);
});

test("mean and deviation are PyTorch's, also with a large offset", () => {
  const values = [1e8 + 1, 1e8 + 2, 1e8 + 3, 1e8 + 4];
  const s = array_statistics(Float64Array.from(values));
  assert.equal(s.mean, 1e8 + 2.5);
  assert.ok(Math.abs(s.std - 1.2909944487358056) < 1e-9);
  assert.deepEqual([s.min, s.max, s.min_index, s.max_index, s.whole], [1e8 + 1, 1e8 + 4, 0, 3, true]);
});

test("negative and positive values take different hues, and deeper ones with their size", () => {
  const html = tensor_html({
    shape: [1, 4],
    dtype: "float32",
    data: Float32Array.from([-1, -0.25, 0.25, 1]),
  });
  const colours = [...html.matchAll(/<td title[^>]*background-color:(#\w{6})(\w\w)/g)].map((m) => [
    m[1],
    Number.parseInt(m[2] as string, 16),
  ]) as [string, number][];
  assert.equal(colours.length, 4);
  assert.equal(colours[0]?.[0], colours[1]?.[0]);
  assert.notEqual(colours[0]?.[0], colours[3]?.[0]);
  assert.ok((colours[0]?.[1] as number) > (colours[1]?.[1] as number));
  assert.equal(colours[0]?.[1], colours[3]?.[1]);
});

test("NaN and infinities are counted and shown, and do not disturb range and mean", () => {
  const data = Float32Array.from([Number.NaN, 1, Infinity, -Infinity, 3, Number.NaN]);
  const html = tensor_html({ shape: [2, 3], dtype: "float32", data });
  assert.deepEqual(cells(html), ["nan", "1.", "inf", "-inf", "3.", "nan"]);
  for (const part of ["NaN × 2", "+inf × 1", "−inf × 1", "[1, 3]", "mean 2<"])
    assert.ok(html.includes(part), part);
  const none = tensor_html({
    shape: [2],
    dtype: "float32",
    data: Float32Array.from([Number.NaN, Number.NaN]),
  });
  assert.ok(none.includes("NaN × 2") && !none.includes("mean"));
});

test("large matrices keep their edges and mark what is left out", () => {
  const html = tensor_html(wave([500, 300]));
  const titles = [...html.matchAll(/<td title="\[(\d+), (\d+)\]/g)].map((m) => [Number(m[1]), Number(m[2])]);
  assert.ok(titles.some(([r, c]) => r === 0 && c === 0));
  assert.ok(titles.some(([r, c]) => r === 499 && c === 299));
  assert.ok(!titles.some(([r]) => r === 250) && !titles.some(([, c]) => c === 150));
  for (const mark of ["…", "⋮", "⋱"]) assert.ok(html.includes(mark));
  balanced(html);
});

test("each cell's title is its index and exact value", () => {
  const view = wave([3, 2, 4, 5]);
  for (const [, index, value] of tensor_html(view).matchAll(/<td title="\[([\d, ]+)\] = ([^"]+)"/g)) {
    const flat = (index as string)
      .split(", ")
      .reduce((at, i, dim) => at * (view.shape[dim] as number) + Number(i), 0);
    assert.equal(Number(value), view.data[flat]);
  }
});

test("higher ranks are panels labelled as the library indexes", () => {
  const html = tensor_html(wave([2, 3, 4, 2, 5]));
  assert.ok(html.includes("[0, 0, 0, :, :]") && html.includes("[1, 2, 3, :, :]"));
  assert.match(html, /\d+ of 24 panels shown/);
  balanced(html);
  const small = tensor_html(wave([2, 3, 4]));
  assert.equal(cells(small).length, 24);
  assert.ok(!small.includes("panels shown"));
});

test("scalars, vectors, empty tensors", () => {
  assert.ok(tensor_html({ shape: [], dtype: "float32", data: Float32Array.of(0.5) }).includes(">0.5<"));
  assert.ok(tensor_html({ shape: [], dtype: "int64", data: BigInt64Array.of(7n) }).includes(">7<"));
  assert.ok(tensor_html({ shape: [], dtype: "bool", data: Uint8Array.of(1) }).includes(">True<"));
  assert.equal(cells(tensor_html(wave([1]))).length, 1);
  assert.equal(cells(tensor_html(wave([25]))).length, 25);
  for (const shape of [[0], [0, 3], [2, 0, 4]]) {
    const html = tensor_html(wave(shape));
    assert.ok(html.includes("empty") && html.includes(`[${shape.join(", ")}]`));
  }
});

test("bool has two tones and int64 keeps all digits", () => {
  const bool = tensor_html({ shape: [2, 2], dtype: "bool", data: Uint8Array.of(1, 0, 0, 1) });
  assert.deepEqual(cells(bool), ["True", "False", "False", "True"]);
  assert.equal(
    new Set([...bool.matchAll(/<td title[^>]*background-color:(#\w+)/g)].map((m) => m[1])).size,
    2,
  );
  assert.ok(bool.includes("2 of 4 True"));
  const data = BigInt64Array.of(9223372036854775807n, -9223372036854775808n);
  const big = tensor_html({ shape: [2], dtype: "int64", data });
  assert.deepEqual(cells(big), ["9223372036854775807", "-9223372036854775808"]);
  assert.ok(big.includes("[-9223372036854775808, 9223372036854775807]"));
});

test("the size is bounded whatever the tensor", () => {
  const wide = new BigInt64Array(40_000).fill(-9223372036854775808n);
  const double = new Float64Array(40_000).fill(-1.23456789012345e-300);
  const shapes = [
    [40_000],
    [200, 200],
    [1, 40_000],
    [40_000, 1],
    [10, 4, 1000],
    [8, 5, 10, 10, 10],
    [2, 2, 2, 2, 2, 5, 5, 50],
  ];
  shapes.push(
    Array.from({ length: 14 }, () => 2),
    [...Array.from({ length: 300 }, () => 1), 3],
  );
  for (const shape of shapes) {
    for (const view of [
      { shape, dtype: "int64", data: wide },
      { shape, dtype: "float64", data: double },
    ]) {
      const html = tensor_html(view);
      assert.ok(html.length <= MAX_HTML, `${shape}: ${html.length}`);
      assert.ok(cells(html).length > 0);
      balanced(html);
    }
  }
  assert.ok(
    tensor_html(wave([2], { grad_fn: "x".repeat(1e5), type_name: "y".repeat(1e5) })).length < MAX_HTML,
  );
});

test("a million elements take less than a second", () => {
  const start = performance.now();
  tensor_html(wave([100, 100, 100]));
  tensor_html({ shape: [1000, 1000], dtype: "int64", data: new BigInt64Array(1_000_000) });
  assert.ok(performance.now() - start < 2000);
});

test("nothing in the output can run, load or break out", () => {
  const evil = `"><script>alert(1)</script>`;
  const html = tensor_html(wave([2, 2], { grad_fn: evil, dtype: evil, type_name: evil }));
  assert.ok(!/<script|<style|javascript:|https?:|url\(/i.test(html));
  balanced(html);
  assert.equal(escape_html(`<&"'>\0`), "&lt;&amp;&quot;&#39;&gt;\ufffd");
});

test("colours survive the sanitizer of an untrusted notebook: hexadecimal only", () => {
  assert.ok(!/rgba?\(|var\(|hsl/.test(tensor_html(wave([4, 4, 4]))));
});

test("the summary is one line", () => {
  const line = tensor_summary(wave([32, 10], { grad_fn: "AddBackward0" }));
  assert.match(
    line,
    /^Tensor float32 \[32, 10\] {2}n=320 \(1\.3 KB\) {2}range \[-1\.23\d*, 1\.23\d*\] {2}mean .* std .* grad_fn=<AddBackward0>$/,
  );
  assert.equal(tensor_summary({ shape: [], dtype: "float32", data: [2.5] }), "Tensor float32 []  2.500");
  assert.ok(tensor_summary(wave([3], { data: new Float32Array(3) })).includes("all zeros"));
});

test("a single item is never replaced by a mark", () => {
  assert.deepEqual(edge_positions(5, 4), [0, 1, 2, 3, 4]);
  assert.deepEqual(edge_positions(6, 4), [0, 1, -1, 4, 5]);
  assert.deepEqual(edge_positions(0, 4), []);
});
