/**
 * @file Run by memory.test: trains section 2's model in one synchronous loop and prints its resident memory in MiB.
 *
 * No dispose, tidy or await: the collector alone frees the tensors.
 */
import torch, { nn, type Tensor } from "../../src";

class LSTMClassifier extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(vocab_size: number, embed_dim: number, hidden_dim: number, num_classes: number) {
    super();
    this.embedding = new nn.Embedding(vocab_size, embed_dim);
    this.lstm = new nn.LSTM(embed_dim, hidden_dim, { batch_first: true });
    this.fc = new nn.Linear(hidden_dim, num_classes);
  }

  override forward(x: Tensor): Tensor {
    const [, [hidden]] = this.lstm(this.embedding(x));
    return this.fc(hidden[-1]);
  }
}

const [steps, warm_up] = process.argv.slice(2).map(Number);
const mebibytes = (): number => process.memoryUsage.rss() / 2 ** 20;

torch.manual_seed(0);
const model = new LSTMClassifier(10000, 100, 128, 2);
const criterion = new nn.CrossEntropyLoss();
const optimizer = new torch.optim.Adam(model.parameters(), { lr: 0.001 });
const x = torch.randint(0, 10000, [2, 5]);
const y = torch.tensor([0, 1]);

let start = 0;
let most = 0;
let last = Number.NaN;
for (let step = 0; step < steps; step++) {
  optimizer.zero_grad();
  const loss = criterion(model(x), y);
  loss.backward();
  optimizer.step();
  if (step + 1 === warm_up) start = mebibytes();
  if (step >= warm_up && step % 100 === 0) most = Math.max(most, mebibytes());
  if (step + 1 === steps) last = loss.item();
}
console.log(JSON.stringify({ start, end: mebibytes(), most, loss: last }));
