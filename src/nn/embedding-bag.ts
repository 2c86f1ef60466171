/** @file Tables of vectors of which whole bags are looked up and put together. */
import { no_grad } from "../autograd/grad-mode";
import { AssertionError, NotImplementedError } from "../errors";
import { padding_index } from "../ops/layer/embedding";
import { type BagMode, embedding_bag } from "../ops/layer/embedding-bag";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { normal_ } from "./init";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** Keyword arguments of {@link EmbeddingBag}. */
export interface EmbeddingBagOptions extends FactoryOptions {
  /** Rows longer than this are scaled down to it when they are looked up. */
  max_norm?: number | null;
  /** Which norm `max_norm` means. Default: 2. */
  norm_type?: number;
  /** Divides each row's gradient by how often the row came in the batch. */
  scale_grad_by_freq?: boolean;
  /** What becomes of a bag's rows. Default: `"mean"`. */
  mode?: BagMode;
  /** Not offered: gradients are dense. */
  sparse?: boolean;
  /** The table's values, instead of drawing them. */
  _weight?: Tensor | null;
  /** Whether the last offset is the input's length, not the start of a bag. */
  include_last_offset?: boolean;
  /** The row that counts for nothing. */
  padding_idx?: number | null;
}

interface Args extends EmbeddingBagOptions {
  num_embeddings: number;
  embedding_dim: number;
}

const names = [
  "max_norm",
  "norm_type",
  "scale_grad_by_freq",
  "mode",
  "sparse",
  "_weight",
  "include_last_offset",
  "padding_idx",
  "device",
  "dtype",
] as const;

/**
 * Sums, means or maxima of bags of rows of a table, without the rows themselves in between.
 *
 * Input: int64 (B, N), or (N) with `offsets` (B); output (B, embedding_dim). Parameter: `weight`
 * (num_embeddings, embedding_dim), drawn from the standard normal distribution.
 *
 * @example
 * const bag = new nn.EmbeddingBag(10, 3, { mode: "sum" });
 * bag(torch.tensor([1, 2, 4, 5]), torch.tensor([0, 2])).shape; // [2, 3]
 */
export class EmbeddingBag extends Module {
  num_embeddings: number;
  embedding_dim: number;
  max_norm: number | null;
  norm_type: number;
  scale_grad_by_freq: boolean;
  mode: BagMode;
  sparse: boolean;
  include_last_offset: boolean;
  padding_idx: number | null;
  weight: Parameter;

  constructor(num_embeddings: number, embedding_dim: number, options?: EmbeddingBagOptions);
  constructor(
    num_embeddings: number,
    embedding_dim: number,
    max_norm: number | null,
    options?: Omit<EmbeddingBagOptions, "max_norm">,
  );
  constructor(options: Args);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<Args>("EmbeddingBag", ["num_embeddings", "embedding_dim"], names, args);
    this.num_embeddings = check_size("EmbeddingBag", "num_embeddings", bound.num_embeddings);
    this.embedding_dim = check_size("EmbeddingBag", "embedding_dim", bound.embedding_dim);
    this.max_norm = bound.max_norm ?? null;
    this.norm_type = bound.norm_type ?? 2;
    this.scale_grad_by_freq = bound.scale_grad_by_freq ?? false;
    this.mode = bound.mode ?? "mean";
    this.sparse = bound.sparse ?? false;
    this.include_last_offset = bound.include_last_offset ?? false;
    this.padding_idx = padding_index(bound.padding_idx ?? null, this.num_embeddings);
    if (this.sparse) {
      throw new NotImplementedError(
        "EmbeddingBag(): sparse gradients are not offered; leave sparse out, gradients are dense",
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
  }

  /**
   * A table with the given values.
   *
   * @param embeddings (num_embeddings, embedding_dim)
   * @param options.freeze Whether they stay as they are in training. Default: true.
   */
  static from_pretrained(
    embeddings: Tensor,
    options: Omit<EmbeddingBagOptions, "_weight"> & { freeze?: boolean } = {},
  ): EmbeddingBag {
    if (!(embeddings instanceof Tensor) || embeddings.ndim !== 2) {
      throw new AssertionError("Embeddings parameter is expected to be 2-dimensional");
    }
    const { freeze = true, ...rest } = options;
    const [rows, size] = embeddings.shape;
    const made = new EmbeddingBag(rows, size, { ...rest, _weight: embeddings });
    made.weight.requires_grad_(!freeze);
    return made;
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

  override forward(
    input: Tensor,
    offsets?: Tensor | null | { offsets?: Tensor | null; per_sample_weights?: Tensor | null },
    per_sample_weights?: Tensor | null,
  ): Tensor {
    const given =
      offsets instanceof Tensor || offsets === null || offsets === undefined ? { offsets } : offsets;
    return embedding_bag(input, this.weight, {
      offsets: given.offsets ?? null,
      max_norm: this.max_norm,
      norm_type: this.norm_type,
      scale_grad_by_freq: this.scale_grad_by_freq,
      mode: this.mode,
      per_sample_weights:
        per_sample_weights ?? (given as { per_sample_weights?: Tensor | null }).per_sample_weights ?? null,
      include_last_offset: this.include_last_offset,
      padding_idx: this.padding_idx,
    });
  }

  override extra_repr(): string {
    let text = `${this.num_embeddings}, ${this.embedding_dim}`;
    if (this.max_norm !== null) text += `, max_norm=${this.max_norm}`;
    if (this.norm_type !== 2) text += `, norm_type=${this.norm_type}`;
    if (this.scale_grad_by_freq) text += ", scale_grad_by_freq=True";
    text += `, mode='${this.mode}'`;
    if (this.padding_idx !== null) text += `, padding_idx=${this.padding_idx}`;
    return text;
  }
}
