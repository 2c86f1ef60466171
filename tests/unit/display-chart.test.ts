/** @file Curves, tagged text and matrices. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  entities_of,
  JUPYTER_DISPLAY,
  plot_curve,
  show_entities,
  show_matrix,
  show_spans,
} from "../../src/display";
import { linear_axis, log_axis } from "../../src/display/axis";

const labels = (axis: { ticks: { label: string }[] }) => axis.ticks.map((tick) => tick.label);

test("ticks are round numbers within the range", () => {
  assert.deepEqual(labels(linear_axis(1, 10, 9, { whole: true })), [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
  ]);
  assert.deepEqual(labels(linear_axis(1, 3, 9, { whole: true })), ["1", "2", "3"]);
  assert.deepEqual(labels(linear_axis(0, 1, 5)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.deepEqual(labels(linear_axis(-0.03, 0.03, 3)), ["-0.02", "0", "0.02"]);
  assert.deepEqual(labels(linear_axis(0, 40_000, 4)), ["0", "10k", "20k", "30k", "40k"]);
  assert.deepEqual(labels(log_axis(1e-4, 1, 5)), ["0.0001", "0.001", "0.01", "0.1", "1"]);
  for (const [low, high] of [
    [5, 5],
    [0, 0],
    [1e-12, 2e-12],
    [-1e9, 1e9],
  ] as const)
    assert.ok(linear_axis(low, high, 5).ticks.length >= 2, `${low} ${high}`);
});

test("a curve is HTML, SVG and text", () => {
  const curve = plot_curve(
    { loss: [0.9, 0.5, 0.3], val_loss: [1, 0.8, 0.7] },
    { title: "损失 <1>", x_label: "轮", y_label: "loss" },
  );
  const bundle = curve[JUPYTER_DISPLAY]();
  const html = String(bundle["text/html"]);
  const svg = String(bundle["image/svg+xml"]);
  assert.equal(svg.match(/<path/g)?.length, 2);
  assert.ok(svg.includes("损失 &lt;1&gt;") && html.includes("损失 &lt;1&gt;") && !html.includes("<1>"));
  assert.ok(!/<svg|<style|<script|https?:/.test(html));
  const image = Buffer.from(/base64,([^"]+)/.exec(html)?.[1] ?? "", "base64").toString();
  assert.equal(image.match(/<path/g)?.length, 2);
  const text = inspect(curve);
  assert.ok(text.startsWith("损失 <1>\n") && text.includes("* loss (last 0.3)   o val_loss (last 0.7)"));
  assert.equal(text, bundle["text/plain"]);
});

test("a falling line falls, in the picture and in the text", () => {
  const curve = plot_curve([3, 2, 1], { y_label: "loss" });
  const ys = [...(/d="([^"]+)"/.exec(curve.to_svg())?.[1]?.matchAll(/[ML][\d.]+ ([\d.]+)/g) ?? [])].map((m) =>
    Number(m[1]),
  );
  assert.equal(ys.length, 3);
  assert.ok((ys[0] as number) < (ys[1] as number) && (ys[1] as number) < (ys[2] as number));
  const rows = String(curve)
    .split("\n")
    .filter((line) => /[│┤].*\*/.test(line))
    .map((line) => line.indexOf("*"));
  assert.ok(rows.length >= 5);
  rows.forEach((at, i) => {
    assert.ok(i === 0 || at > (rows[i - 1] as number), String(curve));
  });
});

test("NaN and infinity are gaps; nothing to show is said", () => {
  const svg = plot_curve({ loss: [1, 2, Number.NaN, 3, Infinity, 4, 5] }).to_svg();
  assert.equal(/d="([^"]+)"/.exec(svg)?.[1]?.match(/M/g)?.length, 3);
  assert.ok(!/NaN|Infinity/.test(svg));
  const nothing: Record<string, number[]>[] = [{}, { loss: [] }, { loss: [Number.NaN] }];
  for (const empty of nothing) {
    const curve = plot_curve(empty);
    assert.ok(String(curve).includes("no values") && curve.to_html().includes("no values"));
  }
  assert.ok(!/NaN/.test(plot_curve({ loss: [2] }).to_svg()));
});

test("long series are thinned and smoothed, keeping their extremes", () => {
  const values = Float32Array.from(
    { length: 100_000 },
    (_, i) => Math.exp(-i / 2e4) + (i === 51_234 ? 9 : 0),
  );
  const curve = plot_curve({ loss: values });
  assert.ok(curve.to_html().length < 60_000);
  assert.equal(curve.to_svg().match(/<path/g)?.length, 2);
  const raw = /d="([^"]+)"/.exec(curve.to_svg())?.[1] as string;
  const ys = [...raw.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((m) => Number(m[1]));
  assert.ok(Math.min(...ys) < 45, "the peak is drawn");
  assert.equal(plot_curve({ loss: values }, { smoothing: false }).to_svg().match(/<path/g)?.length, 1);
});

test("a log scale leaves out what is not positive; pairs give their own x", () => {
  const curve = plot_curve(
    {
      a: [
        [0, 1],
        [10, 0.01],
        [20, 0],
        [30, 0.0001],
      ],
    },
    { log: true },
  );
  assert.equal(/d="([^"]+)"/.exec(curve.to_svg())?.[1]?.match(/[ML]/g)?.length, 3);
  assert.deepEqual(curve.series[0]?.x, [0, 10, 20, 30]);
  assert.deepEqual(plot_curve({ tolist: () => [3, 4n] }).series[0]?.y, [3, 4]);
  assert.deepEqual(plot_curve({ loss: [{ item: () => 0.5 }, 1] }).series[0]?.y, [0.5, 1]);
});

test("BIO, BIOES, BMES and broken tags", () => {
  const read = (tags: string) =>
    entities_of(tags.split(" ")).map(({ start, end, label }) => `${label}${start}-${end}`);
  assert.deepEqual(read("O B-LOC I-LOC O B-PER B-PER"), ["LOC1-3", "PER4-5", "PER5-6"]);
  assert.deepEqual(read("S-LOC B-PER I-PER E-PER B-PER E-PER"), ["LOC0-1", "PER1-4", "PER4-6"]);
  assert.deepEqual(read("B-ORG M-ORG E-ORG O"), ["ORG0-3"]);
  assert.deepEqual(read("I-LOC I-LOC I-PER O I-PER"), ["LOC0-2", "PER2-3", "PER4-5"]);
  assert.deepEqual(read("O LOC LOC O"), ["LOC1-3"]);
  assert.deepEqual(entities_of([]), []);
});

test("entities in Chinese text", () => {
  const tagged = show_entities("我在北京", ["O", "O", "B-LOC", "I-LOC"], { labels: { LOC: "地点" } });
  assert.equal(String(tagged), "我在[北京/LOC]");
  assert.equal(inspect(tagged), "我在[北京/LOC]");
  assert.match(
    tagged.to_html(),
    /<span>我在<\/span><span title="LOC"[^>]*>北京<span[^>]*>地点<\/span><\/span>/,
  );
  const words = show_entities(
    ["Barack", "Obama", "在", "Paris", "2015", "."],
    ["B-PER", "I-PER", "O", "B-LOC", "O", "O"],
  );
  assert.equal(String(words), "[Barack Obama/PER]在[Paris/LOC] 2015.");
  assert.equal(String(show_entities("", [])), "");
  assert.throws(() => show_entities("我在", ["O"]), /2 tokens but 1 tags/);
});

test("tagged text is escaped, colours are checked, spans are checked", () => {
  const html = show_entities(["<script>", "x"], ["B-<i>", "O"], {
    colours: { "<i>": "red;background:url(x)" },
  }).to_html();
  assert.ok(!/<script|<i>|url\(/.test(html));
  assert.equal(
    String(
      show_spans("我爱北京天安门", [
        { start: 4, end: 7, label: "LOC" },
        { start: 2, end: 4, label: "GPE" },
      ]),
    ),
    "我爱[北京/GPE][天安门/LOC]",
  );
  assert.throws(
    () =>
      show_spans("abc", [
        { start: 0, end: 2, label: "a" },
        { start: 1, end: 3, label: "b" },
      ]),
    /overlaps/,
  );
  assert.throws(() => show_spans("abc", [{ start: 0, end: 9, label: "a" }]), RangeError);
});

test("a matrix with names, as HTML and as an aligned table", () => {
  const matrix = show_matrix(
    [
      [50, 3],
      [4, 43],
    ],
    { title: "混淆矩阵", rows: ["负", "正"], cols: ["负", "<正>"], row_label: "真实", col_label: "预测" },
  );
  assert.equal(String(matrix), "混淆矩阵\n      预测\n真实  负  <正>\n负    50     3\n正     4    43");
  const html = matrix.to_html();
  assert.ok(html.includes("&lt;正&gt;") && html.includes(">50</td>"));
  assert.throws(() => show_matrix([[1], [1, 2]]), /row 1 has 2 values/);
  assert.throws(() => show_matrix([[1]], { rows: ["a", "b"] }), /2 row names for 1 row/);
  assert.equal(show_matrix({ tolist: () => [[1, 2]] }).values[0]?.[1], 2);
  assert.ok(
    show_matrix([[Number.NaN, -1]])
      .to_html()
      .includes(">nan</td>"),
  );
  assert.equal(
    String(
      show_matrix([
        [0.3441, -0.02],
        [-0.0002, 0],
      ]),
    ),
    "       0       1\n0  0.344  -0.020\n1  0.000   0.000",
  );
  assert.match(show_matrix([[1234.5, 1e-7]]).to_html(), /: 1.000e-07".*>0<|: 1e-07".*>0</);
  const large = show_matrix(Array.from({ length: 200 }, () => new Float32Array(200))).to_html();
  assert.ok(large.length < 120_000 && large.includes("⋮"));
  assert.ok(show_matrix([]).to_html().includes("empty"));
});
