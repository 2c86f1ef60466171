/** @file Gradient rules of linear layers and embeddings. */
import type { Handle } from "../../backend/handle";
import { product } from "../../ops/algebra/linalg";
import { embedding_grad, take_embeddings } from "../../ops/layer/embedding";
import { sum_dims, sum_to_size } from "../../ops/reduction/reduce";
import type { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Two = Context<readonly [Tensor, Tensor]>;

export const linear: Record<string, Rule> = {
  linear: {
    name: "Addmm",
    backward: (g: Tensor, { needs, saved: [x, weight], shapes }: Two) => [
      needs[0] && product(g, weight),
      needs[1] && product(g, x, true),
      needs[2] && sum_to_size(sum_dims(g, [0], false), shapes[2]),
    ],
  },
  embedding: {
    name: "Embedding",
    backward: (g: Tensor, { attrs, shapes }: Context<[], Handle>) => [embedding_grad(g, attrs, shapes[0][0])],
  },
  embedding_grad: {
    name: "EmbeddingDense",
    backward: (g: Tensor, { attrs }: Context<[], Handle>) => [take_embeddings(g, attrs)],
  },
};
