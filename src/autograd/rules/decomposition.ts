/** @file Gradient rules of inverses, determinants, factorizations and linear systems. */
import type { Handle } from "../../backend/handle";
import { inv, solve } from "../../ops/decomposition";
import { mul, neg } from "../../ops/elementwise";
import { matmul } from "../../ops/linalg";
import { transpose, unsqueeze } from "../../ops/movement";
import { tril } from "../../ops/triangles";
import { Tensor } from "../../tensor";
import type { Context, Rule } from "../node";

type Saved<S extends readonly Tensor[]> = Context<S>;

const turned = (x: Tensor): Tensor => transpose(x, -2, -1);

export const decomposition: Record<string, Rule> = {
  inv: {
    name: "LinalgInvEx",
    backward: (g: Tensor, { saved: [y] }: Saved<readonly [Tensor]>) => [
      neg(matmul(matmul(turned(y), g), turned(y))),
    ],
  },
  det: {
    name: "LinalgDet",
    backward: (g: Tensor, { saved: [x, y] }: Saved<readonly [Tensor, Tensor]>) => {
      const scale = unsqueeze(unsqueeze(mul(g, y), -1), -1);
      return [mul(scale, turned(inv(x)))];
    },
  },
  solve: {
    name: "LinalgSolveEx",
    backward: (g: Tensor, { saved: [a, x] }: Saved<readonly [Tensor, Tensor]>) => {
      const gb = solve(turned(a), g);
      return [neg(matmul(gb, turned(x))), gb];
    },
  },
  cholesky: {
    name: "LinalgCholeskyEx",
    // Murray, Differentiation of the Cholesky decomposition (2016), equation 9.
    backward: (g: Tensor, { saved: [lower] }: Saved<readonly [Tensor]>) => {
      const inner = matmul(turned(lower), g);
      const half = mul(tril(inner).add(tril(inner, -1)), 0.5);
      const inverse = inv(lower);
      const whole = matmul(matmul(turned(inverse), half), inverse);
      return [mul(whole.add(turned(whole)), 0.5)];
    },
  },
  svdvals: {
    name: "LinalgSvd",
    backward: (g: Tensor, { attrs: { u, v } }: Context<[], { u: Handle; v: Handle }>) => [
      matmul(mul(new Tensor(u), unsqueeze(g, -2)), turned(new Tensor(v))),
    ],
  },
};
