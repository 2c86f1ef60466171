"""PyTorch's side of the benchmarks: answers commands in JSON, one per line, so that samples of both sides can alternate.

make {name, kind, ...}   makes a piece of work
run {name, times}        runs it `times` times; answers with the seconds that took
check {name}             a number that tells whether both sides compute the same
drop {name}              forgets it
"""

import json
import resource
import sys
import time

started = time.perf_counter()
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence  # noqa: E402

torch.zeros(2)
import_seconds = time.perf_counter() - started


class Recurrent:
    """One recurrent layer, forward or forward and backward with the input's gradient."""

    def __init__(self, cell, B, T, I, H, backward, bidirectional=False, lengths=None, nonlinearity=None):  # noqa: E741
        torch.manual_seed(0)
        options = {"nonlinearity": nonlinearity} if nonlinearity else {}
        self.layer = getattr(nn, cell)(I, H, batch_first=True, bidirectional=bidirectional, **options)
        self.input = torch.randn(B, T, I)
        self.lengths = None if lengths is None else torch.tensor(lengths)
        self.backward = backward
        self.output = None
        width = H * (2 if bidirectional else 1)
        rows = B * T if lengths is None else sum(lengths)
        self.grad = torch.ones(B, T, width) if lengths is None else torch.ones(rows, width)
        if backward:
            self.input.requires_grad_()

    def run(self, times):
        for _ in range(times):
            if not self.backward:
                with torch.no_grad():
                    self.output = self.forward()
                continue
            self.input.grad = None
            for parameter in self.layer.parameters():
                parameter.grad = None
            self.output = self.forward()
            self.output.backward(self.grad)

    def forward(self):
        if self.lengths is None:
            return self.layer(self.input)[0]
        packed = pack_padded_sequence(self.input, self.lengths, batch_first=True, enforce_sorted=False)
        return self.layer(packed)[0].data

    def check(self):
        self.run(1)
        return (self.input.grad if self.backward else self.output).abs().sum().item()


class Classifier(nn.Module):
    """The tutorial's LSTM classifier."""

    def __init__(self, V, E, H, classes):
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.lstm = nn.LSTM(E, H, batch_first=True)
        self.fc = nn.Linear(H, classes)

    def forward(self, x):
        _, (hidden, _) = self.lstm(self.embedding(x))
        return self.fc(hidden[-1])


class Training:
    """Whole training steps of the tutorial's classifier; never compiled here."""

    def __init__(self, V, E, H, B, T, fused=None, compiled=False):
        torch.manual_seed(0)
        self.model = Classifier(V, E, H, 2)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001, fused=fused)
        self.batches = [(torch.randint(0, V, (B, T)), torch.randint(0, 2, (B,))) for _ in range(8)]
        self.at = 0
        self.loss = None

    def run(self, times):
        for _ in range(times):
            x, y = self.batches[self.at % len(self.batches)]
            self.at += 1
            self.optimizer.zero_grad()
            self.loss = self.criterion(self.model(x), y)
            self.loss.backward()
            self.optimizer.step()

    def check(self):
        self.run(8)
        return self.loss.item()


class Small:
    """Small operations, and a chain of them; never compiled here."""

    def __init__(self, op, grad=False, compiled=False):
        a = torch.full((32, 32), 0.5, requires_grad=grad)
        b = torch.full((32, 32), 0.25)
        one = torch.ones(1)
        target = torch.zeros(32, dtype=torch.int64)

        def back(loss):
            if grad:
                a.grad = None
                loss.backward()
            return loss.detach()

        def chain():
            y = a
            for _ in range(5):
                y = y.matmul(b).add(a).tanh().mul(0.5)
            return y.sum()

        self.call = {
            "mul": lambda: a.mul(b),
            "matmul": lambda: a.matmul(b),
            "index": lambda: a[3],
            "sum": lambda: a.sum(),
            "softmax": lambda: a.softmax(-1),
            "relu": lambda: a.relu(),
            "cat": lambda: torch.cat([a, b], 0),
            "stack": lambda: torch.stack([a, b], 0),
            "item": lambda: one.item(),
            "chain": lambda: back(chain()),
            "entropy": lambda: back(nn.functional.cross_entropy(a, target)),
        }[op]

    def run(self, times):
        call = self.call
        for _ in range(times):
            self.last = call()

    def check(self):
        self.run(1)
        return self.last if isinstance(self.last, float) else self.last.sum().item()


class Add:
    """A small operation, whose cost is its dispatch."""

    def __init__(self, grad):
        self.a = torch.ones(32, 128, requires_grad=grad)
        self.b = torch.ones(32, 128)
        self.sum = None

    def run(self, times):
        a, b = self.a, self.b
        for _ in range(times):
            self.sum = a.add(b)

    def check(self):
        self.run(1)
        return self.sum.sum().item()


class CRF(nn.Module):
    """A linear-chain CRF over padded batches, its time loop in PyTorch's operations on the whole batch."""

    def __init__(self, tags):
        super().__init__()
        self.start_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.end_transitions = nn.Parameter(torch.empty(tags).uniform_(-0.1, 0.1))
        self.transitions = nn.Parameter(torch.empty(tags, tags).uniform_(-0.1, 0.1))

    def forward(self, emissions, tags, mask):
        """Sum of the log likelihoods; emissions (time, batch, tags)."""
        steps = emissions.shape[0]
        each = torch.arange(tags.shape[1])
        weight = mask.to(emissions.dtype)
        # The given tags' scores need no loop.
        score = self.start_transitions[tags[0]] + (emissions.gather(2, tags.unsqueeze(2)).squeeze(2) * weight).sum(0)
        score = score + (self.transitions[tags[:-1], tags[1:]] * weight[1:]).sum(0)
        last = tags[mask.long().sum(0) - 1, each]
        score = score + self.end_transitions[last]
        alpha = self.start_transitions + emissions[0]
        for t in range(1, steps):
            after = torch.logsumexp(alpha.unsqueeze(2) + self.transitions, 1) + emissions[t]
            alpha = torch.where(mask[t].unsqueeze(1), after, alpha)
        return (score - torch.logsumexp(alpha + self.end_transitions, 1)).sum()


class Tagger(nn.Module):
    """BiLSTM-CRF."""

    def __init__(self, V, tags, E, H, dropout):
        super().__init__()
        self.embedding = nn.Embedding(V, E, padding_idx=0)
        self.lstm = nn.LSTM(E, H, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(2 * H, tags)
        self.crf = CRF(tags)

    def forward(self, x, lengths, tags, mask):
        packed = pack_padded_sequence(self.dropout(self.embedding(x)), lengths, batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        emissions = self.fc(self.dropout(output))
        return self.crf(emissions.transpose(0, 1), tags.t(), mask.t())


class TitleClassifier(nn.Module):
    """Packed BiLSTM over titles; the last states of both directions say the class."""

    def __init__(self, V, classes, E, H):
        super().__init__()
        self.embedding = nn.Embedding(V, E, padding_idx=0)
        self.lstm = nn.LSTM(E, H, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * H, classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.fc(torch.cat((hidden[-2], hidden[-1]), dim=1))


class Epoch:
    """An epoch over a data set, some batches at a time. `file` holds sequences, targets and the order of the batches."""

    def __init__(self, file, task, V, classes, E, H, dropout=0.0):
        with open(file, encoding="utf-8") as stream:
            data = json.load(stream)
        self.task = task
        self.batches = data["batches"]
        self.sequences = [torch.tensor(sequence) for sequence in data["sequences"]]
        tagging = task == "tagging"
        self.targets = [torch.tensor(tags) for tags in data["targets"]] if tagging else torch.tensor(data["targets"])
        torch.manual_seed(0)
        self.model = Tagger(V, classes, E, H, dropout) if tagging else TitleClassifier(V, classes, E, H)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.001)
        self.criterion = nn.CrossEntropyLoss()
        self.at = 0
        self.loss = None

    def run(self, times):
        for _ in range(times):
            batch = self.batches[self.at % len(self.batches)]
            self.at += 1
            sequences = [self.sequences[i] for i in batch]
            lengths = torch.tensor([len(sequence) for sequence in sequences])
            x = pad_sequence(sequences, batch_first=True)
            self.optimizer.zero_grad()
            if self.task == "tagging":
                tags = pad_sequence([self.targets[i] for i in batch], batch_first=True)
                mask = torch.arange(x.shape[1]) < lengths.unsqueeze(1)
                self.loss = -self.model(x, lengths, tags, mask) / len(batch)
            else:
                self.loss = self.criterion(self.model(x, lengths), self.targets[batch])
            self.loss.backward()
            self.optimizer.step()
            self.loss.item()

    def check(self):
        return self.loss.item()


kinds = {"recurrent": Recurrent, "training": Training, "add": Add, "small": Small, "epoch": Epoch}


def peak_bytes():
    """The process's largest resident size so far."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    work = {}
    print(json.dumps({"version": torch.__version__, "import_seconds": import_seconds}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        name = command.get("name")
        answer = {}
        match command["do"]:
            case "make":
                work[name] = kinds[command["kind"]](**command["arguments"])
            case "run":
                start = time.perf_counter()
                work[name].run(command["times"])
                answer["seconds"] = time.perf_counter() - start
            case "check":
                answer["value"] = work[name].check()
            case "drop":
                del work[name]
            case "peak":
                answer["bytes"] = peak_bytes()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
