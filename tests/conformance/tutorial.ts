/** @file The tutorial in numbers: random streams, initial weights, orders, outputs and loss curves of its five sections. */
import * as fs from "node:fs";
import * as path from "node:path";
import torch, { DataLoader, nn, optim, random_split, type Tensor, TensorDataset } from "../../src/index";
import { NotOffered, type Report } from "./report";
import { BiLSTM, BiLSTM_CRF, LSTMClassifier, SimpleRNN, TextDataset } from "./tutorial-models";
import { difference, type Json, type Tolerance, Values } from "./values";

type Nested = number | readonly Nested[] | { readonly [name: string]: Nested };
type Entries = Record<string, Nested>;

const of_floats: Tolerance = { relative: 1e-5, absolute: 1e-6 };
const of_losses: Tolerance = { relative: 1e-4, absolute: 1e-4 };

const exact: Tolerance = { relative: 0, absolute: 0 };

const flat = (tensor: Tensor): number[] => Array.from(tensor.detach().typed_array(), Number);

/** The random streams, in the order in which they were drawn. */
function streams(): Entries {
  const entries: Entries = {};
  entries.rand_5 = flat(torch.rand(5));
  entries.randn_5 = flat(torch.randn(5));
  entries.randn_40 = flat(torch.randn(40));
  entries.randn_19 = flat(torch.randn(19));
  entries.randint_0_10_8 = flat(torch.randint(0, 10, [8]));
  entries.randperm_12 = flat(torch.randperm(12));
  entries["bernoulli_0.3_10"] = flat(torch.bernoulli(torch.full([10], 0.3)));
  entries["uniform_-2_3_6"] = flat(torch.empty(6).uniform_(-2, 3));
  entries.normal_1_2_20 = flat(torch.empty(20).normal_(1, 2));
  entries.multinomial = flat(torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 6, { replacement: true }));
  entries["dropout_p0.5_ones_20"] = flat(nn.functional.dropout(torch.ones(20), 0.5));
  entries.rand_after = flat(torch.rand(2));
  return entries;
}

function parameters(module: InstanceType<typeof nn.Module>): Record<string, number[]> {
  const named: Record<string, number[]> = {};
  for (const [name, parameter] of module.named_parameters()) named[name] = flat(parameter);
  return named;
}

function initial_weights(): Entries {
  const linear = new nn.Linear(4, 3);
  const entries: Entries = {
    linear_4_3_weight: flat(linear.weight),
    linear_4_3_bias: flat(linear.bias as Tensor),
  };
  entries.embedding_5_3 = flat(new nn.Embedding(5, 3).weight);
  entries.lstm_2_2_bidir = parameters(new nn.LSTM(2, 2, { bidirectional: true }));
  entries.gru_2_2 = parameters(new nn.GRU(2, 2));
  entries.xavier_uniform_3_3 = flat(nn.init.xavier_uniform_(torch.empty(3, 3)));
  entries.kaiming_normal_4_5 = flat(nn.init.kaiming_normal_(torch.empty(4, 5)));
  entries.orthogonal_3_3_abs = flat(nn.init.orthogonal_(torch.empty(3, 3)).abs());
  return entries;
}

function orders(): Entries {
  const twenty = new TensorDataset(torch.arange(20));
  const batches: number[][] = [];
  for (const [batch] of new DataLoader(twenty, { batch_size: 6, shuffle: true })) batches.push(flat(batch));
  const ten = Array.from({ length: 10 }, (_, i) => i);
  const parts = random_split(ten, [7, 3]).map((part) => [...part]);
  return { dataloader_shuffle_20_bs6: batches, "random_split_10_[7,3]": parts };
}

type Classifier = InstanceType<typeof nn.Module> & ((x: Tensor) => Tensor);

/** Trains as the tutorial does and returns the loss of every batch. */
function train(model: Classifier, batches: () => Iterable<readonly Tensor[]>, epochs: number): number[] {
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x, y] of batches()) {
      optimizer.zero_grad();
      const loss = criterion(model(x), y);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
  }
  return losses;
}

function section_1(): Entries {
  const model = new SimpleRNN(100, 128, 2);
  const output = model(torch.randn(32, 10, 100));
  return { s1_shape: output.shape, s1_output: flat(output) };
}

function section_2(): Entries {
  const model = new LSTMClassifier(10000, 100, 128, 2);
  const data = new TensorDataset(torch.randint(0, 10000, [96, 20]), torch.randint(0, 2, [96]));
  const loader = new DataLoader(data, { batch_size: 32 });
  return { s2_losses_10_epochs_bs32_noshuffle: train(model, () => loader, 10) };
}

function section_3(): Entries {
  const model = new BiLSTM(1000, 100, 128, 2);
  const data = new TensorDataset(torch.randint(0, 1000, [64, 15]), torch.randint(0, 2, [64]));
  const loader = new DataLoader(data, { batch_size: 16, shuffle: true });
  return { s3_losses_5_epochs_bs16_shuffle: train(model, () => loader, 5) };
}

function section_4(): Entries {
  const model = new BiLSTM_CRF(5000, 10, 100, 256);
  const output = model(torch.randint(0, 5000, [4, 12]));
  return { s4_shape: output.shape, s4_first_20: flat(output).slice(0, 20) };
}

const word2idx = { 这个: 1, 产品: 2, 很: 3, 好: 4, 质量: 5, 太: 6, 差: 7, 了: 8 };

function classifier(): LSTMClassifier {
  return new LSTMClassifier(Object.keys(word2idx).length + 1, 50, 64, 2);
}

/** Section 5's losses. */
function section_5(hmm: boolean): number[] {
  const data = new TextDataset(["这个产品很好", "质量太差了"], [1, 0], word2idx, hmm);
  const loader = new DataLoader(data, { batch_size: 2, shuffle: true });
  return train(classifier(), () => loader, 10);
}

/** What is made after one seeding each, with the names of the results. */
const steps: readonly (readonly [names: readonly string[], make: () => Entries])[] = [
  [
    [
      "rand_5",
      "randn_5",
      "randn_40",
      "randn_19",
      "randint_0_10_8",
      "randperm_12",
      "bernoulli_0.3_10",
      "uniform_-2_3_6",
      "normal_1_2_20",
      "multinomial",
      "dropout_p0.5_ones_20",
      "rand_after",
    ],
    streams,
  ],
  [
    [
      "linear_4_3_weight",
      "linear_4_3_bias",
      "embedding_5_3",
      "lstm_2_2_bidir",
      "gru_2_2",
      "xavier_uniform_3_3",
      "kaiming_normal_4_5",
      "orthogonal_3_3_abs",
    ],
    initial_weights,
  ],
  [["dataloader_shuffle_20_bs6", "random_split_10_[7,3]"], orders],
  [["s1_shape", "s1_output"], section_1],
  [["s2_losses_10_epochs_bs32_noshuffle"], section_2],
  [["s3_losses_5_epochs_bs16_shuffle"], section_3],
  [["s4_shape", "s4_first_20"], section_4],
  [["s5_jieba_default_losses_10_epochs"], () => ({ s5_jieba_default_losses_10_epochs: section_5(true) })],
  [["s5_no_hmm_losses_10_epochs"], () => ({ s5_no_hmm_losses_10_epochs: section_5(false) })],
];

/** Where and how `actual` differs from `expected`: integers exactly, other numbers within the tolerance. */
function nested_difference(actual: Nested | undefined, expected: Json, tolerance: Tolerance): string | null {
  if (typeof expected === "number") {
    const value = typeof actual === "number" ? actual : Number.NaN;
    const allowed = tolerance.absolute + tolerance.relative * Math.abs(expected);
    const same = Number.isInteger(expected) && Number.isInteger(value) ? value === expected : false;
    return same || Math.abs(value - expected) <= allowed ? null : `${String(actual)} for ${expected}`;
  }
  if (expected === null || typeof expected !== "object") return `no way to compare ${String(expected)}`;
  if (typeof actual !== "object") return `${String(actual)} for ${JSON.stringify(expected).slice(0, 80)}`;
  const wanted = Object.keys(expected);
  const got = Object.keys(actual);
  if (wanted.join() !== got.join()) {
    return Array.isArray(expected)
      ? `${got.length} values for ${wanted.length}`
      : `names ${got} for ${wanted}`;
  }
  for (const key of wanted) {
    const found = nested_difference(
      (actual as Record<string, Nested>)[key],
      (expected as Record<string, Json>)[key],
      tolerance,
    );
    if (found !== null) return `[${key}] ${found}`;
  }
  return null;
}

function run_seed(seed: string, expected: Record<string, Json>, report: Report): void {
  const left = new Set(Object.keys(expected));
  for (const [names, make] of steps) {
    const wanted = names.filter((name) => left.delete(name));
    if (wanted.length === 0) continue;
    let entries: Entries | null = null;
    let failure: unknown;
    try {
      torch.manual_seed(BigInt(seed));
      entries = make();
    } catch (error) {
      failure = error;
    }
    for (const name of wanted) {
      report.check(`seed ${seed} ${name}`, () => {
        if (entries === null) throw failure;
        return nested_difference(
          entries[name],
          expected[name],
          name.includes("losses") ? of_losses : of_floats,
        );
      });
    }
  }
  for (const name of left) {
    report.add(`seed ${seed} ${name}`, "failed", "the runner does not know how this was made");
  }
}

/** The weights that PyTorch had after training load by name. */
function check_trained(folder: string, seed: string, report: Report): void {
  const file = path.join(folder, "tutorial.safetensors");
  const prefix = `seed${seed}.s5_trained.`;
  if (fs.existsSync(file)) {
    const values = new Values(file);
    const names = values.names().filter((name) => name.startsWith(prefix));
    if (names.length > 0) {
      report.check(`seed ${seed} tutorial.safetensors`, () => {
        const state = Object.fromEntries(
          names.map((name) => [name.slice(prefix.length), values.tensor(name)]),
        );
        return load_difference(state);
      });
    }
  }
  const saved = path.join(folder, `s5_seed${seed}.pt`);
  if (fs.existsSync(saved)) {
    report.check(`seed ${seed} s5_seed${seed}.pt`, () => {
      const { load } = torch as unknown as { load?: (file: string) => Record<string, Tensor> };
      if (load === undefined) throw new NotOffered("torch.load");
      return load_difference(load(saved));
    });
  }
}

/** Loads a state dict into a model of section 5, strictly, and compares what the model has then. */
function load_difference(state: Record<string, Tensor>): string | null {
  const model = classifier();
  model.load_state_dict(state as never);
  for (const [name, parameter] of model.named_parameters()) {
    const found = difference(parameter, state[name], exact);
    if (found !== null) return `${name}: ${found}`;
  }
  return null;
}

export async function run(folder: string, report: Report, only: string | undefined): Promise<boolean> {
  const file = path.join(folder, "tutorial.json");
  if (!fs.existsSync(file)) return false;
  const { seeds } = JSON.parse(fs.readFileSync(file, "utf8")) as {
    seeds: Record<string, Record<string, Json>>;
  };
  for (const [seed, expected] of Object.entries(seeds)) {
    if (only !== undefined && seed !== only) continue;
    run_seed(seed, expected, report);
    check_trained(folder, seed, report);
  }
  return true;
}
