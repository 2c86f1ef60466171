/** @file Measures one row: samples of both sides in turn. */
import type { Peer } from "./peer";
import type { Row } from "./rows";
import { median, quantile } from "./statistics";
import { make_work } from "./work";

/** What was measured of a row. Times are of one run of its work, in seconds; with `whole`, of the whole epoch. */
export interface Figures {
  name: string;
  title: string;
  target?: number;
  ours: { median: number; samples: number[] };
  torch?: { median: number; samples: number[] };
  /** Ours over PyTorch's, of samples taken one after the other. */
  ratio?: { median: number; low: number; high: number };
  /** Ratio of both sides' fastest samples: what is left of it where other work disturbs the machine. */
  fastest?: number;
  /** A number that both sides computed. */
  check?: { ours: number; torch: number };
}

/** How long a sample should take, in seconds: long beside the clock, short beside a change of the machine's load. */
const sample_seconds = 0.03;

/** For about how long each side runs before it is measured: the first calls are slower (compiled code, memory, sleeping threads). */
const warm_up_seconds = 0.5;

/** Both sides' threads spin a little after their work; nobody is to pay for the other's. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

export async function measure_row(row: Row, peer: Peer | null, repeats: number): Promise<Figures> {
  const { name, title, target } = row;
  const ours = make_work(row.spec);
  const once = (times: number): number => {
    const start = performance.now();
    ours.run(times);
    return (performance.now() - start) / 1000;
  };
  await peer?.make(name, row.spec);
  const parts = row.whole === undefined ? 0 : Math.max(1, Math.floor(row.whole / repeats));
  if (parts === 0) {
    for (let i = 0; i < 3; i++) once(1);
    await peer?.run(name, 3);
  }
  const first = parts > 0 ? 0 : once(1);
  const estimate = parts > 0 || peer === null ? first : await peer.run(name, 1);
  const times = parts || Math.max(1, Math.min(20000, Math.round(sample_seconds / Math.max(estimate, 1e-7))));
  if (parts === 0) {
    // As often on both sides: what a training has come to is compared.
    const warm_up = times * Math.ceil(warm_up_seconds / Math.max(times * estimate, 1e-3));
    once(warm_up);
    await peer?.run(name, warm_up);
  }
  const count = row.whole === undefined ? repeats : Math.ceil(row.whole / times);
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < count; i++) {
    const now = row.whole === undefined ? times : Math.min(times, row.whole - i * times);
    const turns = [
      async () => mine.push(once(now) / now),
      async () => peer && theirs.push((await peer.run(name, now)) / now),
    ];
    // Who comes first alternates.
    for (const turn of i % 2 === 0 ? turns : turns.reverse()) {
      await settle();
      await turn();
    }
  }
  const summary = (samples: number[]): { median: number; samples: number[] } => ({
    median:
      row.whole === undefined
        ? median(samples)
        : samples.reduce(
            (sum, each, i) => sum + each * Math.min(times, (row.whole as number) - i * times),
            0,
          ),
    samples,
  });
  const figures: Figures = { name, title, target, ours: summary(mine) };
  if (peer === null) return figures;
  const ratios = mine.map((each, i) => each / theirs[i]);
  const check = { ours: ours.check(), torch: await peer.check(name) };
  await peer.drop(name);
  return {
    ...figures,
    torch: summary(theirs),
    fastest: Math.min(...mine) / Math.min(...theirs),
    ratio: { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) },
    check,
  };
}
