/** @file An epoch over a data set, some batches at a time: tagging by a BiLSTM-CRF, titles by a packed BiLSTM. */
import { readFileSync } from "node:fs";
import torch, { nn, type Tensor } from "../../src";

export interface EpochArguments {
  /** A {@link Prepared} data set as JSON. */
  file: string;
  task: "tagging" | "titles";
  V: number;
  classes: number;
  E: number;
  H: number;
  dropout?: number;
}

/** A data set in numbers, with the order of its batches. */
export interface Prepared {
  sequences: number[][];
  /** A class for each sequence, or tags for each of its elements. */
  targets: number[] | number[][];
  batches: number[][];
}

class Tagger extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  dropout: nn.Dropout;
  fc: nn.Linear;
  crf: nn.CRF;

  constructor(V: number, tags: number, E: number, H: number, dropout: number) {
    super();
    this.embedding = new nn.Embedding(V, E, { padding_idx: 0 });
    this.lstm = new nn.LSTM(E, H, { batch_first: true, bidirectional: true });
    this.dropout = new nn.Dropout(dropout);
    this.fc = new nn.Linear(2 * H, tags);
    this.crf = new nn.CRF(tags, { batch_first: true });
  }

  override forward(x: Tensor, lengths: Tensor, tags: Tensor, mask: Tensor): Tensor {
    const embedded = this.dropout(this.embedding(x));
    const packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, true, false);
    const [output] = nn.utils.rnn.pad_packed_sequence(this.lstm(packed)[0], true);
    return this.crf(this.fc(this.dropout(output)), tags, mask);
  }
}

class TitleClassifier extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(V: number, classes: number, E: number, H: number) {
    super();
    this.embedding = new nn.Embedding(V, E, { padding_idx: 0 });
    this.lstm = new nn.LSTM(E, H, { batch_first: true, bidirectional: true });
    this.fc = new nn.Linear(2 * H, classes);
  }

  override forward(x: Tensor, lengths: Tensor): Tensor {
    const packed = nn.utils.rnn.pack_padded_sequence(this.embedding(x), lengths, true, false);
    const [, [hidden]] = this.lstm(packed);
    return this.fc(torch.cat([hidden[-2], hidden[-1]], { dim: 1 }));
  }
}

export class Epoch {
  readonly #task: "tagging" | "titles";
  readonly #batches: number[][];
  readonly #sequences: Tensor[];
  readonly #targets: number[] | Tensor[];
  readonly #model: Tagger | TitleClassifier;
  readonly #criterion = new nn.CrossEntropyLoss();
  readonly #optimizer: torch.optim.Adam;
  #at = 0;
  #loss = Number.NaN;

  constructor({ file, task, V, classes, E, H, dropout = 0 }: EpochArguments) {
    const data = JSON.parse(readFileSync(file, "utf8")) as Prepared;
    this.#task = task;
    this.#batches = data.batches;
    this.#sequences = data.sequences.map((sequence) => torch.tensor(sequence));
    this.#targets =
      task === "tagging"
        ? (data.targets as number[][]).map((tags) => torch.tensor(tags))
        : (data.targets as number[]);
    torch.manual_seed(0);
    this.#model =
      task === "tagging" ? new Tagger(V, classes, E, H, dropout) : new TitleClassifier(V, classes, E, H);
    this.#optimizer = new torch.optim.Adam(this.#model.parameters(), { lr: 0.001 });
  }

  /** Batches of the epoch. */
  get length(): number {
    return this.#batches.length;
  }

  /** The numbers of a batch's sequences, padded, and their lengths. */
  batch(at: number): { batch: number[]; x: Tensor; lengths: Tensor } {
    const batch = this.#batches[at % this.length];
    const sequences = batch.map((k) => this.#sequences[k]);
    const lengths = torch.tensor(sequences.map((sequence) => sequence.shape[0]));
    return { batch, x: nn.utils.rnn.pad_sequence(sequences, true), lengths };
  }

  run(times: number): void {
    for (let i = 0; i < times; i++) {
      const { batch, x, lengths } = this.batch(this.#at++);
      this.#optimizer.zero_grad();
      let loss: Tensor;
      if (this.#task === "tagging") {
        const tags = nn.utils.rnn.pad_sequence(
          batch.map((k) => this.#targets[k] as Tensor),
          true,
        );
        const mask = torch.arange(x.shape[1]).lt(lengths.unsqueeze(1));
        loss = (this.#model as Tagger)(x, lengths, tags, mask).neg().div(batch.length);
      } else {
        const y = torch.tensor(batch.map((k) => this.#targets[k] as number));
        loss = this.#criterion((this.#model as TitleClassifier)(x, lengths), y);
      }
      loss.backward();
      this.#optimizer.step();
      this.#loss = loss.item() as number;
    }
  }

  check(): number {
    return this.#loss;
  }
}

/** Seconds for an epoch's batches alone: taken, padded, with lengths. */
export function batching_seconds(spec: EpochArguments): number {
  const epoch = new Epoch(spec);
  epoch.batch(0);
  const start = performance.now();
  for (let i = 0; i < epoch.length; i++) epoch.batch(i);
  return (performance.now() - start) / 1000;
}
