/** @file The rows of the table: what is measured, and which ratio to PyTorch is wanted. */
import type { WorkSpec } from "./work";
import type { RecurrentArguments } from "./work-recurrent";

export interface Row {
  /** What `--only` takes. */
  name: string;
  title: string;
  /** The ratio to PyTorch that is to be reached; none for rows that only inform. */
  target?: number;
  spec: WorkSpec;
  /** Batches of a whole epoch: the samples are parts of it then, and the table shows their sum. */
  whole?: number;
}

const shapes = {
  "b32-t50": { B: 32, T: 50, I: 100, H: 128 },
  "b32-t50-bi": { B: 32, T: 50, I: 100, H: 128, bidirectional: true },
  "b64-t50": { B: 64, T: 50, I: 50, H: 64 },
  "b64-t100": { B: 64, T: 100, I: 256, H: 512 },
  "b32-t10": { B: 32, T: 10, I: 100, H: 128 },
} as const;

const targets: Record<keyof typeof shapes, number> = {
  "b32-t50": 0.72,
  "b32-t50-bi": 0.7,
  "b64-t50": 0.65,
  "b64-t100": 0.75,
  "b32-t10": 0.7,
};

type ShapeName = keyof typeof shapes;

function describe({ B, T, I, H, ...rest }: (typeof shapes)[ShapeName]): string {
  return `B${B} T${T} I${I} H${H}${"bidirectional" in rest ? ", bidirectional" : ""}`;
}

function recurrent(name: string, title: string, target: number | undefined, given: RecurrentArguments): Row {
  return { name, title, target, spec: { kind: "recurrent", arguments: given } };
}

/** Lengths from 5 to 150 in no order: the same every time (a linear congruential generator). */
export function random_lengths(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return 5 + Math.floor((state / 2 ** 31) * 146);
  });
}

function layers(): Row[] {
  const names = Object.keys(shapes) as ShapeName[];
  const { "b32-t50": plain } = shapes;
  const lengths = random_lengths(64);
  const packed = { B: 64, T: Math.max(...lengths), I: 100, H: 128, bidirectional: true, lengths };
  return [
    ...names.map((name) =>
      recurrent(`lstm-${name}`, `LSTM forward+backward, ${describe(shapes[name])}`, targets[name], {
        cell: "LSTM",
        backward: true,
        ...shapes[name],
      }),
    ),
    ...names.map((name) =>
      recurrent(`lstm-no-grad-${name}`, `LSTM forward, no_grad, ${describe(shapes[name])}`, 0.7, {
        cell: "LSTM",
        backward: false,
        ...shapes[name],
      }),
    ),
    recurrent("gru", `GRU forward+backward, ${describe(plain)}`, 0.75, {
      cell: "GRU",
      backward: true,
      ...plain,
    }),
    recurrent("rnn", `RNN (tanh) forward+backward, ${describe(plain)}`, 0.75, {
      cell: "RNN",
      backward: true,
      ...plain,
    }),
    recurrent("rnn-relu", `RNN (relu) forward+backward, ${describe(plain)}`, 0.75, {
      cell: "RNN",
      nonlinearity: "relu",
      backward: true,
      ...plain,
    }),
    recurrent("packed", "packed LSTM forward+backward, lengths 5–150, B64 I100 2×H128", 0.6, {
      cell: "LSTM",
      backward: true,
      ...packed,
    }),
    recurrent("packed-gru", "the same, GRU", undefined, { cell: "GRU", backward: true, ...packed }),
  ];
}

function steps(): Row[] {
  const second = { V: 10000, E: 100, H: 128, B: 32, T: 50 };
  const fifth = { V: 9, E: 50, H: 64, B: 2, T: 50 };
  const beside = { fused: ", PyTorch with Adam(fused=True)", compiled: ", our model with torch.compile" };
  const training = (name: string, title: string, given: typeof second, way?: keyof typeof beside): Row => ({
    name,
    title: `${title}${way === undefined ? "" : beside[way]}`,
    target: way === undefined ? 0.6 : undefined,
    spec: { kind: "training", arguments: way === undefined ? given : { ...given, [way]: true } },
  });
  return [
    training("step-2", "training step of section 2 (V10000 E100 H128 B32 T50, Adam)", second),
    training("step-2-fused", "the same", second, "fused"),
    training("step-2-compiled", "the same", second, "compiled"),
    training("step-5", "training step of section 5 (V9 E50 H64 B2 T50, Adam)", fifth),
    training("step-5-fused", "the same", fifth, "fused"),
    training("step-5-compiled", "the same", fifth, "compiled"),
  ];
}

function small(): Row[] {
  return [
    {
      name: "add",
      title: "a.add(b), 32×128, no grad",
      target: 2,
      spec: { kind: "add", arguments: { grad: false } },
    },
    {
      name: "add-grad",
      title: "a.add(b), 32×128, with grad",
      target: 2,
      spec: { kind: "add", arguments: { grad: true } },
    },
    ...(["mul", "matmul", "index", "sum", "softmax", "relu", "cat", "stack", "item"] as const).map((op) => ({
      name: `small-${op}`,
      title: `${op === "item" ? "item() of one number" : `${op}, 32×32`}, no grad`,
      spec: { kind: "small", arguments: { op } } as const,
    })),
    ...[false, true].map((grad) => ({
      name: `entropy${grad ? "-grad" : ""}`,
      title: `cross entropy, 32×32${grad ? ", forward+backward" : ", no grad"}`,
      spec: { kind: "small", arguments: { op: "entropy", grad } } as const,
    })),
    ...[false, true].flatMap((grad) =>
      [false, true].map((compiled) => ({
        name: `chain${grad ? "-grad" : ""}${compiled ? "-compiled" : ""}`,
        title: `chain of 21 operations, 32×32, ${grad ? "forward+backward" : "no grad"}${compiled ? ", with torch.compile" : ""}`,
        spec: { kind: "small", arguments: { op: "chain", grad, compiled } } as const,
      })),
    ),
  ];
}

/** All rows that need no data. */
export function plain_rows(): Row[] {
  return [...layers(), ...steps(), ...small()];
}
