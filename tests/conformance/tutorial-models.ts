/** @file The tutorial's models and data set, as its five sections define them. */
import torch, { Dataset, jieba, nn, type Tensor } from "../../src/index";

/** Section 1: a recurrent network that looks at the last step. */
export class SimpleRNN extends nn.Module {
  rnn: nn.RNN;
  fc: nn.Linear;

  constructor(input_size: number, hidden_size: number, output_size: number) {
    super();
    this.rnn = new nn.RNN(input_size, hidden_size, { batch_first: true });
    this.fc = new nn.Linear(hidden_size, output_size);
  }

  override forward(x: Tensor): Tensor {
    const [out] = this.rnn(x);
    return this.fc(out[":, -1, :"]);
  }
}

/** Sections 2 and 5: an LSTM's last hidden state says the class. */
export class LSTMClassifier extends nn.Module {
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

/** Section 3: the last hidden states of both directions. */
export class BiLSTM extends nn.Module {
  embedding: nn.Embedding;
  bilstm: nn.LSTM;
  fc: nn.Linear;

  constructor(vocab_size: number, embed_dim: number, hidden_dim: number, num_classes: number) {
    super();
    this.embedding = new nn.Embedding(vocab_size, embed_dim);
    this.bilstm = new nn.LSTM(embed_dim, hidden_dim, { batch_first: true, bidirectional: true });
    this.fc = new nn.Linear(hidden_dim * 2, num_classes);
  }

  override forward(x: Tensor): Tensor {
    const [, [hidden]] = this.bilstm(this.embedding(x));
    return this.fc(torch.cat([hidden[-2], hidden[-1]], { dim: 1 }));
  }
}

/** Section 4: scores of the tags for every step. */
export class BiLSTM_CRF extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  hidden2tag: nn.Linear;

  constructor(vocab_size: number, tagset_size: number, embed_dim: number, hidden_dim: number) {
    super();
    this.embedding = new nn.Embedding(vocab_size, embed_dim);
    this.lstm = new nn.LSTM(embed_dim, Math.floor(hidden_dim / 2), {
      num_layers: 1,
      bidirectional: true,
      batch_first: true,
    });
    this.hidden2tag = new nn.Linear(hidden_dim, tagset_size);
  }

  override forward(x: Tensor): Tensor {
    const [lstm_out] = this.lstm(this.embedding(x));
    return this.hidden2tag(lstm_out);
  }
}

/** Section 5: texts as word indices of one length. */
export class TextDataset extends Dataset<[Tensor, Tensor]> {
  /** @param hmm Whether jieba's HMM step finds words that its dictionary lacks. */
  constructor(
    private readonly texts: readonly string[],
    private readonly labels: readonly number[],
    private readonly word2idx: Readonly<Record<string, number>>,
    private readonly hmm: boolean,
    private readonly max_len = 50,
  ) {
    super();
  }

  override __len__(): number {
    return this.texts.length;
  }

  override __getitem__(idx: number): [Tensor, Tensor] {
    const words = [...jieba.cut(this.texts[idx], { HMM: this.hmm })];
    const indices = words.map((word) => this.word2idx[word] ?? 0).slice(0, this.max_len);
    while (indices.length < this.max_len) indices.push(0);
    return [torch.tensor(indices), torch.tensor(this.labels[idx])];
  }
}
