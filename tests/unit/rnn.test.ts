/** @file Recurrent layers: shapes, gradients, packed batches, initial states, errors. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grad } from "../../src/autograd/grad";
import { no_grad } from "../../src/autograd/grad-mode";
import { memory_stats } from "../../src/backend/engine";
import { float64 } from "../../src/dtype";
import torch, { nn, type Tensor } from "../../src/index";

const { pack_padded_sequence, pad_packed_sequence } = nn.utils.rnn;
const double = { dtype: float64 };

function close(actual: Tensor, expected: Tensor, tolerance = 1e-9): void {
  assert.deepEqual(actual.shape, expected.shape);
  const a = actual.typed_array();
  const b = expected.typed_array();
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    assert.ok(Math.abs(x - y) <= tolerance * (1 + Math.abs(y)), `element ${i}: ${x} instead of ${y}`);
  }
}

/** Compares the gradients of `loss` with central differences at a few elements of each leaf. */
function check_gradients(leaves: readonly Tensor[], loss: () => Tensor): void {
  const found = grad(loss(), leaves);
  leaves.forEach((leaf, n) => {
    const values = leaf.typed_array() as Float64Array;
    const analytic = found[n].typed_array() as Float64Array;
    const at = (data: Float64Array): number => {
      leaf.data = torch.tensor(data).reshape(leaf.shape);
      return no_grad(() => loss().item());
    };
    for (let k = 0; k < values.length; k += Math.max(1, Math.floor(values.length / 5))) {
      const step = 1e-6;
      const shifted = (by: number): Float64Array => values.map((value, i) => (i === k ? value + by : value));
      const numeric = (at(shifted(step)) - at(shifted(-step))) / (2 * step);
      assert.ok(
        Math.abs(numeric - analytic[k]) < 1e-6 * (1 + Math.abs(numeric)),
        `leaf ${n} element ${k}: ${analytic[k]}, by differences ${numeric}`,
      );
    }
    at(values);
  });
}

const kinds = {
  "RNN tanh": (options: object) => new nn.RNN(3, 4, { ...double, ...options }),
  "RNN relu": (options: object) => new nn.RNN(3, 4, { nonlinearity: "relu", ...double, ...options }),
  LSTM: (options: object) => new nn.LSTM(3, 4, { ...double, ...options }),
  "LSTM projected": (options: object) => new nn.LSTM(3, 4, { proj_size: 2, ...double, ...options }),
  GRU: (options: object) => new nn.GRU(3, 4, { ...double, ...options }),
};

/** Outputs and states as one list, whatever the kind. */
function run(layer: nn.RNNBase, input: unknown, hx?: unknown): Tensor[] {
  const forward = layer as unknown as (input: unknown, hx?: unknown) => [Tensor, Tensor | Tensor[]];
  const [output, state] = forward(input, hx);
  return [output, ...(Array.isArray(state) ? state : [state])];
}

function initial(layer: nn.RNNBase, batch: number): { leaves: Tensor[]; hx: unknown } {
  const states = layer.num_layers * (layer.bidirectional ? 2 : 1);
  const width = layer.proj_size || layer.hidden_size;
  const h = torch.randn(states, batch, width, double).requires_grad_();
  if (layer.mode !== "LSTM") return { leaves: [h], hx: h };
  const c = torch.randn(states, batch, layer.hidden_size, double).requires_grad_();
  return { leaves: [h, c], hx: [h, c] };
}

describe("recurrent layers", () => {
  for (const [name, make] of Object.entries(kinds)) {
    it(`${name}: gradients of input, states and weights equal differences`, () => {
      torch.manual_seed(1);
      for (const options of [
        {},
        { bidirectional: true, batch_first: true },
        { num_layers: 2, bidirectional: true, batch_first: true, bias: false },
      ]) {
        const layer = make(options);
        const x = torch.randn(...(layer.batch_first ? [2, 4, 3] : [4, 2, 3]), double).requires_grad_();
        const { leaves, hx } = initial(layer, 2);
        const weights = run(layer, x, hx).map((output) => torch.randn(output.shape, double));
        check_gradients([x, ...leaves, ...layer.parameters()], () =>
          run(layer, x, hx)
            .map((output, i) => output.mul(weights[i]).sum())
            .reduce((a, b) => a.add(b)),
        );
      }
    });

    it(`${name}: a packed batch gives what each sequence gives alone, gradients too`, () => {
      torch.manual_seed(2);
      const layer = make({ num_layers: 2, bidirectional: true, batch_first: true });
      const lengths = [2, 5, 1, 5];
      const x = torch.randn(4, 5, 3, double).requires_grad_();
      const { leaves, hx } = initial(layer, 4);
      const packed = pack_padded_sequence(x, lengths, { batch_first: true, enforce_sorted: false });
      const [output, ...states] = run(layer, packed, hx);
      const [padded, found] = pad_packed_sequence(output as never, { batch_first: true });
      assert.deepEqual(found.tolist(), lengths);
      const alone = lengths.map((length, b) => {
        const pick = (state: Tensor): Tensor => state.narrow(1, b, 1);
        const own = Array.isArray(hx) ? (hx as Tensor[]).map(pick) : pick(hx as Tensor);
        return run(layer, x.narrow(0, b, 1).narrow(1, 0, length), own);
      });
      alone.forEach(([out, ...ends], b) => {
        close(padded.narrow(0, b, 1).narrow(1, 0, lengths[b]), out);
        for (const [k, end] of ends.entries()) close(states[k].narrow(1, b, 1), end);
      });
      close(padded.narrow(0, 0, 1).narrow(1, 2, 3), torch.zeros(1, 3, padded.shape[2], double));
      const square = (tensors: readonly Tensor[]): Tensor =>
        tensors.map((tensor) => tensor.mul(tensor).sum()).reduce((a, b) => a.add(b));
      const inputs = [x, ...leaves, ...layer.parameters()];
      const together = grad(square([padded, ...states]), inputs);
      const apart = grad(square(alone.flat()), inputs);
      for (const [k, expected] of apart.entries()) close(together[k], expected);
    });

    it(`${name}: no_grad gives the same numbers and keeps nothing`, () => {
      const layer = make({ num_layers: 2 });
      const x = torch.randn(5, 2, 3, double);
      const recorded = run(layer, x);
      const plain = no_grad(() => run(layer, x));
      for (const [k, expected] of recorded.entries()) close(plain[k], expected);
      assert.ok(recorded.every((tensor) => tensor.requires_grad));
      assert.ok(plain.every((tensor) => !tensor.requires_grad));
    });
  }

  it("shapes of outputs and states are PyTorch's", () => {
    const x = torch.randn(7, 2, 3);
    const [out, [h, c]] = new nn.LSTM(3, 4, 3, { bidirectional: true })(x);
    assert.deepEqual(
      [out.shape, h.shape, c.shape],
      [
        [7, 2, 8],
        [6, 2, 4],
        [6, 2, 4],
      ],
    );
    const [first, hidden] = new nn.GRU(3, 4, { batch_first: true })(x);
    assert.deepEqual(
      [first.shape, hidden.shape],
      [
        [7, 2, 4],
        [1, 7, 4],
      ],
    );
    const [alone, end] = new nn.RNN(3, 4, 2)(x.select(1, 0));
    assert.deepEqual(
      [alone.shape, end.shape],
      [
        [7, 4],
        [2, 4],
      ],
    );
    const [projected, [ph, pc]] = new nn.LSTM(3, 4, { proj_size: 2 })(x);
    assert.deepEqual(
      [projected.shape, ph.shape, pc.shape],
      [
        [7, 2, 2],
        [1, 2, 2],
        [1, 2, 4],
      ],
    );
    assert.deepEqual(new nn.LSTM(3, 4)(torch.randn(7, 0, 3))[0].shape, [7, 0, 4]);
  });

  it("the batch may come first or second, sequences without batch too", () => {
    const layer = new nn.LSTM(3, 4, { bidirectional: true, ...double });
    const first = new nn.LSTM(3, 4, { bidirectional: true, batch_first: true, ...double });
    first.load_state_dict(layer.state_dict());
    const x = torch.randn(5, 2, 3, double);
    const [out, [h]] = layer(x);
    const [out_first, [h_first]] = first(x.transpose(0, 1));
    close(out_first.transpose(0, 1), out);
    close(h_first, h);
    close(layer(x.select(1, 1))[0], out.select(1, 1));
  });

  it("cells step as layers do", () => {
    const x = torch.randn(4, 2, 3, double);
    for (const [layer, cell] of [
      [
        new nn.RNN(3, 5, { nonlinearity: "relu", ...double }),
        new nn.RNNCell(3, 5, { nonlinearity: "relu", ...double }),
      ],
      [new nn.GRU(3, 5, double), new nn.GRUCell(3, 5, double)],
      [new nn.LSTM(3, 5, double), new nn.LSTMCell(3, 5, double)],
    ] as const) {
      cell.load_state_dict(
        Object.fromEntries(
          Object.entries(layer.state_dict()).map(([name, value]) => [name.replace("_l0", ""), value]),
        ),
      );
      const [output] = run(layer, x);
      const step = cell as unknown as (x: Tensor, state?: unknown) => Tensor | Tensor[];
      let state: Tensor | Tensor[] | undefined;
      for (let t = 0; t < 4; t++) {
        state = step(x.select(0, t), state);
        close(Array.isArray(state) ? state[0] : state, output.select(0, t));
      }
    }
  });

  it("names, order and initial range of the parameters", () => {
    const layer = new nn.LSTM(3, 4, 2, { bidirectional: true });
    const names = layer.named_parameters().map(([name]) => name);
    assert.deepEqual(names.slice(0, 8), [
      "weight_ih_l0",
      "weight_hh_l0",
      "bias_ih_l0",
      "bias_hh_l0",
      "weight_ih_l0_reverse",
      "weight_hh_l0_reverse",
      "bias_ih_l0_reverse",
      "bias_hh_l0_reverse",
    ]);
    assert.deepEqual(layer.weight_ih_l1_reverse.shape, [16, 8]);
    for (const parameter of layer.parameters()) {
      assert.ok(Array.from(parameter.typed_array() as Float32Array).every((value) => Math.abs(value) <= 0.5));
    }
    assert.equal(
      String(new nn.LSTM(3, 4, { num_layers: 2, dropout: 0.5 })),
      "LSTM(3, 4, num_layers=2, dropout=0.5)",
    );
    assert.equal(
      String(new nn.GRU(3, 4, { bias: false, batch_first: true })),
      "GRU(3, 4, bias=False, batch_first=True)",
    );
    assert.equal(String(new nn.LSTM(3, 4, { proj_size: 2 })), "LSTM(3, 4, proj_size=2)");
  });

  it("copies are layers of their own", () => {
    const x = torch.randn(4, 2, 3, double);
    for (const make of Object.values(kinds)) {
      const layer = make({ num_layers: 2, bidirectional: true });
      const copy = nn.utils.deepcopy<nn.RNNBase>(layer);
      close(run(copy, x)[0], run(layer, x)[0]);
      no_grad(() => copy.weight_ih_l0.mul_(2));
      assert.notDeepEqual(run(copy, x)[0].tolist(), run(layer, x)[0].tolist());
    }
  });

  it("drops between layers while training only", () => {
    const layer = new nn.GRU(3, 8, { num_layers: 2, dropout: 0.5 });
    const x = torch.randn(4, 2, 3);
    assert.notDeepEqual(layer(x)[0].tolist(), layer(x)[0].tolist());
    layer.eval();
    assert.deepEqual(layer(x)[0].tolist(), layer(x)[0].tolist());
    layer.train();
    layer.dropout = 1;
    const [out] = layer(x);
    assert.ok(Number.isFinite(out.sum().item()));
  });

  it("refuses what does not fit, in PyTorch's words", () => {
    const layer = new nn.LSTM(3, 4);
    const x = torch.randn(5, 2, 3);
    const h = torch.zeros(1, 2, 4);
    const refusals: [() => unknown, RegExp][] = [
      [
        () => layer(torch.randn(5, 2, 4)),
        /input\.size\(-1\) must be equal to input_size\. Expected 3, got 4/,
      ],
      [() => layer(torch.randn(5)), /LSTM: Expected input to be 2D or 3D, got 1D instead/],
      [() => layer(x, [torch.zeros(1, 3, 4), h]), /Expected hidden\[0\] size \[1, 2, 4\], got \[1, 3, 4\]/],
      [() => layer(x, [h, torch.zeros(2, 2, 4)]), /Expected hidden\[1\] size \[1, 2, 4\], got \[2, 2, 4\]/],
      [() => layer(x, [h.select(0, 0), h]), /hx and cx should also be 3-D but got \(2-D, 3-D\) tensors/],
      [() => layer(x, h as never), /hx must be a pair of Tensors/],
      [() => layer(torch.ones(5, 2, 3, double)), /input dtype .* does not match weight dtype/],
      [() => new nn.GRU(3, 4)(x, torch.zeros(2, 4)), /hx should also be 3-D but got 2-D tensor/],
      [() => new nn.RNN(3, 4)(x, torch.zeros(1, 2, 5)), /Expected hidden size \[1, 2, 4\], got \[1, 2, 5\]/],
      [() => layer(torch.randn(0, 2, 3)), /Expected sequence length to be larger than 0/],
      [() => layer("text" as never), /must be Tensor, not string/],
      [() => new nn.LSTM(3, 0), /hidden_size must be greater than zero/],
      [() => new nn.LSTM(3, 4, { proj_size: 4 }), /proj_size has to be smaller than hidden_size/],
      [() => new nn.LSTM(3, 4, { dropout: 2 }), /dropout should be a number in range \[0, 1\]/],
      [() => new nn.RNN(3, 4, { nonlinearity: "gelu" as never }), /Unknown nonlinearity 'gelu'/],
      [() => new nn.LSTM(3, 4, { hidden: 5 } as never), /unexpected keyword argument 'hidden'/],
    ];
    for (const [call, message] of refusals) assert.throws(call, message);
  });

  it("refuses a second derivative only where one is taken", () => {
    const layer = new nn.GRU(3, 4, double);
    const x = torch.randn(2, 1, 3, double).requires_grad_();
    const [dx] = grad(layer(x)[0].sum(), x, { create_graph: true });
    assert.ok(dx.requires_grad);
    assert.throws(() => dx.sum().backward(), /gradients of gradients do not go through/);
  });

  it("frees its temporaries at once", () => {
    const layer = new nn.LSTM(8, 8, { bidirectional: true });
    const x = torch.randn(20, 4, 8);
    const step = (): void => layer(x)[0].sum().backward();
    step();
    const before = memory_stats().live;
    for (let i = 0; i < 3; i++) step();
    // Without `release` each step would leave about 2000 handles for the collector.
    assert.ok(memory_stats().live - before < 400, `${memory_stats().live - before} more handles`);
  });
});
