/** @file `npm run bench`: measures the library, and PyTorch beside it when given a Python that has it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Figures } from "./measure";
import { Peer } from "./peer";
import { heading, machine, markdown, row_cells, time_text } from "./report";
import type { Row } from "./rows";
import type { Sweep } from "./sweep";

const usage = `npm run bench -- [options]

Measures the library; with --python, PyTorch too, in turn with it, and prints median ratios with their quartiles.

  --python PATH   a Python that has torch
  --data DIR      folder with weibo_ner/ and thucnews_titles/, for the epochs
  --only A,B      rows whose names begin so; --list prints the names
  --repeats N     samples of each row (15)
  --threads N     threads of both sides (2)
  --json FILE     writes everything, all samples too
  --list          the rows' names`;

function options() {
  return parseArgs({
    options: {
      python: { type: "string" },
      data: { type: "string" },
      only: { type: "string" },
      repeats: { type: "string", default: "15" },
      threads: { type: "string", default: "2" },
      json: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}

interface Results {
  machine: ReturnType<typeof machine>;
  threads: number;
  repeats: number;
  torch: string | null;
  rows: Figures[];
  sweeps: Sweep[];
  loading: { tokenising: number; batching: number; epoch: number; share: number } | null;
  memory: { steps: number; ours: number; torch?: number } | null;
}

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** The rows over data sets, with what tokenising took. */
async function data_rows(folder: string, into: string, wanted: (name: string) => boolean) {
  const { load_titles, load_weibo_ner } = await import("./datasets.js");
  const rows: Row[] = [];
  let tokenising: number | null = null;
  const model = { E: 100, H: 128 };
  if (wanted("weibo")) {
    const { file, V, classes, batches, sequences } = load_weibo_ner(folder, into, 16);
    rows.push({
      name: "weibo",
      title: `epoch of BiLSTM-CRF on weibo_ner (${sequences} sentences, V${V} E100 2×128, batch 16, Adam, dropout 0.5)`,
      target: 0.2,
      spec: { kind: "epoch", arguments: { file, task: "tagging", V, classes, ...model, dropout: 0.5 } },
      whole: batches,
    });
  }
  if (wanted("titles")) {
    const loaded = load_titles(folder, into, 64);
    const { file, V, classes, batches, sequences } = loaded;
    tokenising = loaded.tokenising;
    rows.push({
      name: "titles",
      title: `epoch of packed BiLSTM on thucnews_titles (${sequences} titles, V${V} E100 2×128, batch 64, Adam)`,
      target: 0.65,
      spec: { kind: "epoch", arguments: { file, task: "titles", V, classes, ...model } },
      whole: batches,
    });
  }
  return { rows, tokenising };
}

function print_row(figures: Figures): void {
  const cells = row_cells(figures);
  say(cells.join(" · "));
}

async function main(): Promise<void> {
  const given = options();
  if (given.help) return console.log(usage);
  const threads = Number(given.threads);
  const repeats = Number(given.repeats);
  if (!(Number.isInteger(threads) && threads > 0)) throw new Error("--threads: a number of threads expected");
  if (!(Number.isInteger(repeats) && repeats > 0)) throw new Error("--repeats: a number of samples expected");
  // TensorFlow reads it when it loads, so nothing of the library may be imported before.
  process.env.TF_NUM_INTRAOP_THREADS = `${threads}`;
  const prefixes = given.only?.split(",");
  const wanted = (name: string): boolean => prefixes?.some((prefix) => name.startsWith(prefix)) ?? true;
  const { plain_rows } = await import("./rows.js");
  const dimensions = ["T", "B", "H"] as const;
  if (given.list) {
    const names = plain_rows().map(({ name }) => name);
    return console.log(
      [...names, "weibo", "titles", "start", "memory", "sweep-T", "sweep-B", "sweep-H"].join("\n"),
    );
  }
  const { measure_row } = await import("./measure.js");
  const { sweep } = await import("./sweep.js");
  const { measure_memory, measure_start } = await import("./processes.js");

  const python = given.python ?? null;
  const started = python === null ? null : await Peer.start(python, threads);
  const peer = started?.peer ?? null;
  const folder = mkdtempSync(join(tmpdir(), "torchbook-bench-"));
  const results: Results = {
    machine: machine(),
    threads,
    repeats,
    torch: started?.greeting.version ?? null,
    rows: [],
    sweeps: [],
    loading: null,
    memory: null,
  };
  try {
    const data = given.data === undefined ? null : await data_rows(given.data, folder, wanted);
    for (const row of [...plain_rows().filter(({ name }) => wanted(name)), ...(data?.rows ?? [])]) {
      const figures = await measure_row(row, peer, repeats);
      results.rows.push(figures);
      print_row(figures);
      if (row.name === "titles" && data !== null && row.spec.kind === "epoch") {
        const { batching_seconds } = await import("./work-epoch.js");
        const batching = batching_seconds(row.spec.arguments);
        const tokenising = data.tokenising as number;
        const epoch = figures.ours.median;
        results.loading = {
          tokenising,
          batching,
          epoch,
          share: (tokenising + batching) / (epoch + tokenising),
        };
      }
    }
    if (wanted("start")) {
      results.rows.push(await measure_start(python, threads, repeats));
      print_row(results.rows[results.rows.length - 1]);
    }
    if (wanted("memory")) results.memory = await measure_memory(python, threads);
    for (const dimension of dimensions) {
      if (wanted(`sweep-${dimension}`))
        results.sweeps.push(await sweep(dimension, peer, Math.min(repeats, 15)));
    }
  } finally {
    peer?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  report(results);
  if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(results, null, 1)}\n`);
}

function report({ machine: at, threads, repeats, torch, rows, sweeps, loading, memory }: Results): void {
  const both = torch === null ? "" : `, PyTorch ${torch}`;
  console.log(
    `${at.processor}, ${at.cores} cores, ${at.system}, Node ${at.node}${both}; ${threads} threads each, ` +
      `${repeats} samples; load ${at.load.toFixed(1)} at the start, ${machine().load.toFixed(1)} at the end\n`,
  );
  const head = torch === null ? heading.alone : heading.both;
  if (rows.length > 0) console.log(`${markdown([head, ...rows.map(row_cells)])}\n`);
  if (loading !== null) {
    const { tokenising, batching, share } = loading;
    console.log(
      `Tokenising all titles ${time_text(tokenising)}, batching them ${time_text(batching)}: ${(100 * share).toFixed(1)} % of the ` +
        "epoch with both (wanted: under 10 %)\n",
    );
  }
  if (memory !== null) {
    const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
    const beside = memory.torch === undefined ? "" : `, PyTorch ${mebibytes(memory.torch)}`;
    console.log(
      `Peak of resident memory, ${memory.steps} steps of section 2: ${mebibytes(memory.ours)}${beside}\n`,
    );
  }
  for (const { dimension, values, rows: points, exponents } of sweeps) {
    const lines = points.map((point, i) => [`${values[i]}`, ...row_cells(point).slice(1, 5)]);
    console.log(markdown([[dimension, ...head.slice(1, 5)], ...lines]));
    const beside =
      exponents.torch === undefined
        ? ""
        : `; PyTorch ${exponents.torch.toFixed(2)}, ${exponents.torch_large?.toFixed(2)}`;
    console.log(
      `time ~ ${dimension}^${exponents.ours.toFixed(2)} over all, ${dimension}^${exponents.ours_large.toFixed(2)} over the larger ` +
        `half${beside}\n`,
    );
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
