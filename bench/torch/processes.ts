/** @file What takes a fresh process for each sample: the start, and the peak of memory. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Figures } from "./measure";
import { Peer } from "./peer";
import { median, quantile } from "./statistics";

function ours<T>(script: string, ...words: string[]): T {
  const output = execFileSync(process.execPath, [join(__dirname, script), ...words], { encoding: "utf8" });
  return JSON.parse(output.trim()) as T;
}

/** Load of the library and a first tensor, within the process, Node's or Python's own start left out. */
export async function measure_start(
  python: string | null,
  threads: number,
  repeats: number,
): Promise<Figures> {
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < repeats; i++) {
    mine.push(ours<{ seconds: number }>("process-start.js").seconds);
    if (python === null) continue;
    const { peer, greeting } = await Peer.start(python, threads);
    theirs.push(greeting.import_seconds);
    peer.stop();
  }
  const figures: Figures = {
    name: "start",
    title: "start: load of the library and a first tensor",
    target: 1,
    ours: { median: median(mine), samples: mine },
  };
  if (python === null) return figures;
  const ratios = mine.map((each, i) => each / theirs[i]);
  const ratio = { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
  const fastest = Math.min(...mine) / Math.min(...theirs);
  return { ...figures, fastest, torch: { median: median(theirs), samples: theirs }, ratio };
}

/** Peak of resident memory in bytes. */
export interface Memory {
  steps: number;
  ours: number;
  torch?: number;
}

/** Section 2's training, many steps without a pause, each side in a process that does nothing else. */
export async function measure_memory(python: string | null, threads: number): Promise<Memory> {
  const steps = 500;
  const shape = { V: 10000, E: 100, H: 128, B: 32, T: 50 };
  const { bytes } = ours<{ bytes: number }>("process-memory.js", JSON.stringify({ ...shape, steps }));
  if (python === null) return { steps, ours: bytes };
  const { peer } = await Peer.start(python, threads);
  await peer.make("memory", { kind: "training", arguments: shape });
  await peer.run("memory", steps);
  const torch = await peer.peak();
  peer.stop();
  return { steps, ours: bytes, torch };
}
