/** @file How the cost of LSTM training grows with the number of steps, sequences and units. */
import { type Figures, measure_row } from "./measure";
import type { Peer } from "./peer";
import { exponent } from "./statistics";

type Dimension = "T" | "B" | "H";

const base = { B: 32, T: 50, I: 100, H: 128 };
const values: Record<Dimension, number[]> = {
  T: [12, 25, 50, 100, 200],
  B: [8, 16, 32, 64, 128],
  H: [32, 64, 128, 256, 512],
};

export interface Sweep {
  dimension: Dimension;
  values: number[];
  rows: Figures[];
  /** Exponents of the power laws that fit the times best, over all values and over the larger half. */
  exponents: { ours: number; ours_large: number; torch?: number; torch_large?: number };
}

/** LSTM forward+backward with one dimension varied. */
export async function sweep(dimension: Dimension, peer: Peer | null, repeats: number): Promise<Sweep> {
  const rows: Figures[] = [];
  for (const value of values[dimension]) {
    const shape = { ...base, [dimension]: value };
    rows.push(
      await measure_row(
        {
          name: `sweep-${dimension}${value}`,
          title: `LSTM forward+backward, B${shape.B} T${shape.T} I${shape.I} H${shape.H}`,
          spec: { kind: "recurrent", arguments: { cell: "LSTM", backward: true, ...shape } },
        },
        peer,
        repeats,
      ),
    );
  }
  const x = values[dimension];
  const large = Math.floor(x.length / 2);
  const ours = rows.map((row) => row.ours.median);
  const exponents: Sweep["exponents"] = {
    ours: exponent(x, ours),
    ours_large: exponent(x.slice(large), ours.slice(large)),
  };
  if (peer !== null) {
    const torch = rows.map((row) => row.torch?.median as number);
    exponents.torch = exponent(x, torch);
    exponents.torch_large = exponent(x.slice(large), torch.slice(large));
  }
  return { dimension, values: x, rows, exponents };
}
