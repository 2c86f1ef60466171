/** @file Tables of vectors that are looked up by number. */
import { no_grad } from "../autograd/grad-mode";
import { AssertionError, NotImplementedError } from "../errors";
import { embedding, padding_index } from "../ops/layer/embedding";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { normal_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** Keyword arguments of {@link Embedding}. */
export interface EmbeddingOptions extends FactoryOptions {
  /** The row that starts as zeros and gets no gradient. Negative ones count from the end. */
  padding_idx?: number | null;
  /** Rows longer than this are scaled down to it when they are looked up. */
  max_norm?: number | null;
  /** Which norm `max_norm` means. Default: 2. */
  norm_type?: number;
  /** Divides each row's gradient by how often the row came in the batch. */
  scale_grad_by_freq?: boolean;
  /** Not offered: gradients are dense. */
  sparse?: boolean;
  /** The table's values, instead of drawing them. */
  _weight?: Tensor | null;
  /** Whether `_weight` stays as it is. */
  _freeze?: boolean;
}

interface EmbeddingArgs extends EmbeddingOptions {
  num_embeddings: number;
  embedding_dim: number;
}

/** Keyword arguments of {@link Embedding.from_pretrained}. */
export interface PretrainedOptions
  extends Pick<EmbeddingOptions, "padding_idx" | "max_norm" | "norm_type" | "scale_grad_by_freq" | "sparse"> {
  /** Whether the table stays as it is in training. Default: true. */
  freeze?: boolean;
}

const names = [
  "padding_idx",
  "max_norm",
  "norm_type",
  "scale_grad_by_freq",
  "sparse",
  "_weight",
  "_freeze",
  "device",
  "dtype",
] as const;

/**
 * A table of `num_embeddings` vectors of size `embedding_dim`.
 *
 * Input: int64 of any shape (*), output (*, embedding_dim). Parameter: `weight` (num_embeddings, embedding_dim), drawn from
 * the standard normal distribution.
 *
 * @example
 * const embedding = new nn.Embedding(10000, 100, { padding_idx: 0 });
 * embedding(torch.tensor([[1, 2, 0]])).shape; // [1, 3, 100]
 */
export class Embedding extends Module {
  num_embeddings: number;
  embedding_dim: number;
  padding_idx: number | null;
  max_norm: number | null;
  norm_type: number;
  scale_grad_by_freq: boolean;
  sparse: boolean;
  weight: Parameter;

  constructor(num_embeddings: number, embedding_dim: number, options?: EmbeddingOptions);
  constructor(
    num_embeddings: number,
    embedding_dim: number,
    padding_idx: number | null,
    options?: Omit<EmbeddingOptions, "padding_idx">,
  );
  constructor(options: EmbeddingArgs);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<EmbeddingArgs>("Embedding", ["num_embeddings", "embedding_dim"], names, args);
    this.num_embeddings = check_size("Embedding", "num_embeddings", bound.num_embeddings);
    this.embedding_dim = check_size("Embedding", "embedding_dim", bound.embedding_dim);
    this.padding_idx = padding_index(bound.padding_idx ?? null, this.num_embeddings);
    this.max_norm = bound.max_norm ?? null;
    this.norm_type = bound.norm_type ?? 2;
    this.scale_grad_by_freq = bound.scale_grad_by_freq ?? false;
    this.sparse = bound.sparse ?? false;
    if (this.sparse) {
      throw new NotImplementedError(
        "Embedding(): sparse gradients are not offered; leave sparse out, gradients are dense",
      );
    }
    const shape = [this.num_embeddings, this.embedding_dim];
    const given = bound._weight ?? null;
    if (given === null) {
      this.weight = empty_parameter(shape, bound.dtype);
      this.reset_parameters();
    } else {
      if (given.shape.join() !== shape.join()) {
        throw new AssertionError("Shape of weight does not match num_embeddings and embedding_dim");
      }
      this.weight = new Parameter(given);
    }
    if (bound._freeze) this.weight.requires_grad_(false);
  }

  /**
   * A table with the given values, for vectors that were trained before.
   *
   * @param embeddings (num_embeddings, embedding_dim)
   * @param freeze Whether they stay as they are in training. Default: true.
   */
  static from_pretrained(embeddings: Tensor, options?: PretrainedOptions): Embedding;
  static from_pretrained(
    embeddings: Tensor,
    freeze: boolean,
    options?: Omit<PretrainedOptions, "freeze">,
  ): Embedding;
  static from_pretrained(...args: unknown[]): Embedding {
    const bound = bind_layer<PretrainedOptions & { embeddings: Tensor }>(
      "from_pretrained",
      ["embeddings"],
      ["freeze", "padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse"],
      args,
    );
    const { embeddings, freeze = true, ...rest } = bound;
    if (!(embeddings instanceof Tensor) || embeddings.ndim !== 2) {
      throw new AssertionError("Embeddings parameter is expected to be 2-dimensional");
    }
    const [rows, size] = embeddings.shape;
    return new Embedding(rows, size, { ...rest, _weight: embeddings, _freeze: freeze });
  }

  /** Draws the table anew; the padding row becomes zeros. */
  reset_parameters(): void {
    normal_(this.weight);
    const { padding_idx } = this;
    if (padding_idx === null) return;
    no_grad(() => {
      const row = this.weight.select(0, padding_idx);
      row._assign(zeros_like(row));
    });
  }

  override forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type, scale_grad_by_freq } = this;
    return embedding(input, this.weight, padding_idx, max_norm, norm_type, scale_grad_by_freq);
  }

  override extra_repr(): string {
    let text = `${this.num_embeddings}, ${this.embedding_dim}`;
    if (this.padding_idx !== null) text += `, padding_idx=${this.padding_idx}`;
    if (this.max_norm !== null) text += `, max_norm=${this.max_norm}`;
    if (this.norm_type !== 2) text += `, norm_type=${this.norm_type}`;
    if (this.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
    return text;
  }
}
