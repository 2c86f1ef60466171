/** @file What each of the tutorial's notebooks must show after it has run, whoever ran it. */
import assert from "node:assert/strict";
import { type ExecutedCell, printed, shown } from "./executed-notebook";

/** The losses that PyTorch prints for the tutorial's section 5 after `torch.manual_seed(0)`. */
const PYTORCH_LOSSES = [
  ...["0.7055", "0.6964", "0.6932", "0.6940", "0.6958"],
  ...["0.6962", "0.6957", "0.6947", "0.6938", "0.6933"],
];

/** Checks the outputs of a notebook that has been run from its first cell to its last. */
export function checkNotebook(name: string, cells: ExecutedCell[]): void {
  checkRun(cells);
  checkTensors(cells);
  const own = CHECKS[name];
  assert.ok(own, `${name} has no checks: say here what it must show`);
  own(cells);
}

const CHECKS: Record<string, (cells: ExecutedCell[]) => void> = {
  "01-rnn": (cells) => {
    assert.ok(shown(cells, "tensor").length > 0, "a tensor is shown as a table");
    assert.match(allPrinted(cells), /^\[32, 2\]$/m, "the tutorial's output shape");
    checkModel(cells, "SimpleRNN", ["RNN", "Linear"], 29_698);
    checkTraining(cells, 1);
    assert.ok(percentage(cells, "准确率") >= 85);
  },
  "02-lstm": (cells) => {
    assert.ok(shown(cells, "tensor").length > 0, "a tensor is shown as a table");
    checkModel(cells, "LSTMClassifier", ["Embedding", "LSTM", "Linear"], 1_118_018);
    checkTraining(cells, 1);
    assert.ok(percentage(cells, "准确率") >= 80);
  },
  "03-bilstm": (cells) => {
    checkModel(cells, "BiLSTM", ["Embedding", "LSTM", "Linear"], 185_379);
    checkTraining(cells, 2);
    assert.ok(percentage(cells, "双向") >= 90);
  },
  "04-ner": (cells) => {
    const model = checkModel(cells, "BiLSTM_CRF", ["Embedding", "LSTM", "Linear", "CRF"]);
    assert.match(model, /\(crf\): CRF\(num_tags=\d+/);
    checkTraining(cells, 1);
    assert.ok(percentage(cells, "F1") >= 80);
    assert.equal(shown(cells, "matrix").length, 1, "the transition scores");
    const afterTraining = cells.slice(cells.findIndex((cell) => shown([cell], "progress").length > 0));
    const tagged = shown(afterTraining, "entities");
    assert.ok(tagged.length >= 3, "new sentences are tagged");
    for (const { text, html } of tagged) {
      const entities = [...text.matchAll(/\[([^[\]/]+)\/(PER|LOC|ORG)\]/g)];
      assert.ok(entities.length > 0, `no entity in ${text}`);
      for (const [, words = "", label = ""] of entities)
        assert.ok(html.includes(words) && html.includes(`title="${label}"`), `${words} is not in the HTML`);
    }
    const all = tagged.map(({ text }) => text).join("\n");
    for (const entity of ["[赵敏/PER]", "[南京/LOC]", "[青岛大学/ORG]"]) assert.ok(all.includes(entity), all);
  },
  "05-text-classification": (cells) => {
    const losses = [...allPrinted(cells).matchAll(/^Epoch (\d+), Loss: (\d\.\d{4})$/gm)];
    assert.deepEqual(
      losses.map(([, epoch, loss]) => `${epoch}: ${loss}`),
      PYTORCH_LOSSES.map((loss, i) => `${i + 1}: ${loss}`),
    );
    checkModel(cells, "ReviewClassifier", ["Embedding", "LSTM", "Dropout", "Linear"]);
    checkTraining(cells, 1);
    assert.ok(percentage(cells, "准确率") >= 85);
    const predictions = [...allPrinted(cells).matchAll(/^(好评|差评)（好评的概率 (\d+\.\d)%）\s+(\S.*)$/gm)];
    assert.ok(predictions.length >= 3, "new reviews are judged");
    const judged = new Set(predictions.map(([, judgement]) => judgement));
    assert.equal(judged.size, 2, "good and bad reviews are told apart");
  },
};

/** Every cell ran, in order, and none failed. */
function checkRun(cells: ExecutedCell[]): void {
  assert.ok(cells.length > 3);
  for (const { index, outputs } of cells)
    for (const output of outputs) {
      if (output.type === "error") assert.fail(`cell ${index}: ${output.ename}: ${output.evalue}`);
      if (output.type === "stream") assert.equal(output.name, "stdout", `cell ${index}: ${output.text}`);
    }
  assert.deepEqual(
    cells.map((cell) => cell.execution_count),
    cells.map((_, i) => i + 1),
  );
}

/** A tensor comes as a table that says shape and dtype, and as PyTorch's text. */
function checkTensors(cells: ExecutedCell[]): void {
  for (const { html, text } of shown(cells, "tensor")) {
    assert.match(text, /^tensor\([[\-\d]/);
    assert.match(html, /<table.*<td/s);
    assert.match(html, />\[[\d, ]*\]<\/span>/, "the shape");
    assert.match(html, />(float32|int64|bool)<\/span>/, "the dtype");
  }
}

/** The model's layers and number of parameters, as HTML and as PyTorch's text, which is given back. */
function checkModel(cells: ExecutedCell[], type: string, layers: string[], count?: number): string {
  const model = shown(cells, "module").find(({ text }) => text.startsWith(`${type}(\n`));
  assert.ok(model, `${type} is shown`);
  for (const layer of layers) {
    assert.match(model.text, new RegExp(`^ +\\(\\w+\\): ${layer}\\(`, "m"));
    assert.ok(model.html.includes(`<b>${layer}</b>`), layer);
  }
  const total = /<b>([\d,]+)<\/b> parameters/.exec(model.html)?.[1];
  assert.ok(total, "the number of parameters");
  if (count !== undefined) assert.equal(total, count.toLocaleString("en-US"));
  return model.text;
}

/** So many trainings ran to their end, each with a progress line, a curve, and a loss that fell to less than half. */
function checkTraining(cells: ExecutedCell[], times: number): void {
  const trained = cells.filter((cell) => shown([cell], "progress").length > 0);
  assert.equal(trained.length, times, "cells that train");
  for (const cell of trained) {
    const lines = shown([cell], "progress");
    assert.equal(lines.length, 1, "one line, updated in place");
    const [, done, all] = /100%\|█+\| (\d+)\/(\d+) \[/.exec(lines[0]?.text ?? "") ?? [];
    assert.ok(done && done === all, lines[0]?.text);
    const last = Number(/loss=([\d.e+-]+)/.exec(lines[0]?.text ?? "")?.[1]);
    assert.ok(last >= 0, lines[0]?.text);

    const { html = "", svg = "" } = shown([cell], "curve").at(-1) ?? {};
    assert.match(svg, /^<svg /, "a curve");
    const [first, final] = /loss: (\S+) → ([^;"]+)/.exec(html)?.slice(1).map(Number) ?? [];
    assert.equal(final, last, "the curve ends where the line does");
    assert.ok((final as number) < (first as number) / 2, `the loss falls: ${first} → ${final}`);
    const heights = [...svg.matchAll(/<circle [^>]*cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    assert.equal(heights.length, Number(all), "one point an epoch");
    assert.ok((heights.at(-1) as number) > (heights[0] as number), "drawn as falling");
  }
}

function allPrinted(cells: ExecutedCell[]): string {
  return cells.map(printed).join("");
}

/** The percentage that is printed last after a word: `测试集准确率：94.1%`. */
function percentage(cells: ExecutedCell[], word: string): number {
  const found = [...allPrinted(cells).matchAll(new RegExp(`${word}[^\\d\\n]*([\\d.]+)%`, "g"))].at(-1);
  assert.ok(found, `${word} is printed`);
  return Number(found[1]);
}
