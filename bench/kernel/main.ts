/** @file `npm run bench:kernel`: measures every kernel of this machine, alternating, and prints a table with ratios. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { BenchClient } from "./client";
import { convert, notebookSample } from "./notebook";
import { measureSession, measureStart, ROWS, type Sample } from "./rows";
import { findKernels, type KernelSpec } from "./specs";
import { figuresOf, formatTable } from "./table";

const HELP = `npm run bench:kernel -- [options]

Measures torchbook, ipykernel and every other TypeScript kernel that is found: their kernelspecs, tslab in node_modules,
deno on the path. Kernels take turns in every run. Figures are minimum / median; (n ×) is the minimum over ipykernel's.

  --kernels a,b   only these            --starts N    fresh starts each (default 7)
  --runs N        sessions each (3)     --only a,b    of start, session, nbconvert
  --json FILE     writes all samples    --losses N    runs nbconvert N times on torchbook alone and counts lost output
  --rows a,b      of a session's rows only those with one of these texts in their name; 200 cells are queued all the same
  --python PATH   a Python with ipykernel and torch, which shows ipykernel's first tensor
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kernels: { type: "string" },
      runs: { type: "string", default: "3" },
      starts: { type: "string", default: "7" },
      only: { type: "string", default: "start,session,nbconvert" },
      json: { type: "string" },
      rows: { type: "string" },
      losses: { type: "string" },
      python: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(HELP);
  const wanted = values.kernels?.split(",");
  const kernels = findKernels().filter(({ name }) => !wanted || wanted.includes(name));
  if (values.losses) return losses(kernels[0], Number(values.losses));
  console.log(`kernels: ${kernels.map(({ name, argv }) => `${name} (${argv[0]})`).join(", ")}`);
  const samples = new Map<string, Map<string, Sample[]>>(Object.keys(ROWS).map((row) => [row, new Map()]));
  const taker = (spec: KernelSpec) => (row: string, sample: Sample) => {
    const of = samples.get(row) as Map<string, Sample[]>;
    of.set(spec.name, [...(of.get(spec.name) ?? []), sample]);
  };
  const only = values.only.split(",");
  const rows = values.rows?.split(",") ?? [""];
  const isWanted = (row: string) => rows.some((text) => row.includes(text));
  const say = (text: string) => process.stderr.write(`${text}\n`);
  for (let run = 0; run < (only.includes("start") ? Number(values.starts) : 0); run++) {
    say(`start ${run + 1} of ${values.starts}`);
    for (const tensor of [false, true]) {
      for (const spec of kernels) {
        const started = tensor && values.python ? withPython(spec, values.python) : spec;
        await measureStart(() => BenchClient.start(started), taker(spec), tensor);
      }
    }
  }
  for (let run = 0; run < (only.includes("session") ? Number(values.runs) : 0); run++) {
    for (const spec of kernels) {
      say(`session ${run + 1} of ${values.runs}: ${spec.name}`);
      await measureSession(() => BenchClient.ready(spec), taker(spec), isWanted);
    }
  }
  for (let run = 0; run < (only.includes("nbconvert") ? Number(values.runs) : 0); run++) {
    say(`nbconvert ${run + 1} of ${values.runs}`);
    for (const spec of kernels) {
      const sample = await notebookSample(spec);
      if (sample !== null) taker(spec)("nbconvert --execute of 5 cells", sample);
    }
  }
  const names = kernels.map(({ name }) => name);
  console.log(formatTable(ROWS, names, samples, "python3"));
  if (values.json) {
    const rows = Object.entries(ROWS).map(([row, unit]) => ({
      row,
      unit,
      kernels: Object.fromEntries(
        names.map((name) => {
          const of = samples.get(row)?.get(name) ?? [];
          return [name, { ...figuresOf(of), samples: of }];
        }),
      ),
    }));
    const about = { node: process.version, platform: process.platform, date: new Date().toISOString() };
    const file = resolve(process.env.INIT_CWD ?? process.cwd(), values.json);
    writeFileSync(file, `${JSON.stringify({ about, rows }, null, 2)}\n`);
  }
}

/** ipykernel in another Python; other kernels as they are. */
function withPython(spec: KernelSpec, python: string): KernelSpec {
  return spec.name === "python3" ? { ...spec, argv: [python, ...spec.argv.slice(1)] } : spec;
}

async function losses(spec: KernelSpec, runs: number): Promise<void> {
  let lost = 0;
  for (let run = 0; run < runs; run++) if (!(await convert(spec))?.right) lost++;
  console.log(`${spec.name}: ${lost} of ${runs} runs of nbconvert --execute lost output`);
  if (lost > 0) process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
