/** @file Functions whose gradients are compared with differences: special functions and matrices, and the numbers for all. */
import torch, { type Tensor } from "../../src/index";

export interface Case {
  readonly name: string;
  /** Inputs, of shape (2, 3) where a plain list of six stands. */
  readonly inputs: readonly (readonly number[] | readonly (readonly number[])[])[];
  readonly f: (...inputs: Tensor[]) => Tensor;
  /** Whether gradients of gradients are checked too; they are unless the function has none of interest. */
  readonly twice?: boolean;
}

export const any = [0.3, -1.2, 2.1, -0.7, 1.6, -2.4];
export const other = [1.4, 0.6, -0.8, 2.2, -1.9, 0.9];
export const positive = [0.3, 1.2, 2.1, 0.7, 1.6, 2.4];
export const unit = [0.3, -0.2, 0.5, -0.7, 0.6, -0.4];
export const above_one = [1.3, 1.2, 2.1, 1.7, 1.6, 2.4];
export const fraction = [0.3, 0.2, 0.5, 0.7, 0.6, 0.4];
export const row = [[0.4, -1.1, 1.7]];
export const with_zero = [0, -1.2, 2.1, -0.7, 0, 0];

export const one = (name: string, inputs: readonly number[], f: (x: Tensor) => Tensor): Case => ({
  name,
  inputs: [inputs],
  f,
});

/** Matrices: square, positive definite, symmetric, tall and wide ones. */
const square = [
  [2, 0.3, -0.5],
  [0.1, -1.5, 0.4],
  [-0.2, 0.6, 1.8],
];
const definite = [
  [2, 0.3, -0.5],
  [0.3, 1.5, 0.4],
  [-0.5, 0.4, 1.8],
];
const tall = [
  [1.2, 0.3],
  [-0.4, 0.9],
  [0.7, -1.1],
];
const wide = [
  [1.2, 0.3, 0.5],
  [-0.4, 0.9, -0.7],
];
const { linalg, special } = torch;
const both = (parts: readonly Tensor[]): Tensor => torch.cat(parts.map((part) => part.reshape(-1)));
const symmetric = (x: Tensor): Tensor => x.add(x.mT).mul(0.5);
const order = torch.tensor(2.5, { dtype: torch.float64 });

export const special_cases: Case[] = [
  one("i0", any, (x) => x.i0()),
  one("i0e", any, (x) => special.i0e(x)),
  one("i1", any, (x) => special.i1(x)),
  one("i1e", any, (x) => special.i1e(x)),
  one("bessel_j0", any, (x) => special.bessel_j0(x)),
  one("bessel_j1", any, (x) => special.bessel_j1(x)),
  one("bessel_y0", positive, (x) => special.bessel_y0(x)),
  one("bessel_y1", positive, (x) => special.bessel_y1(x)),
  one("modified_bessel_i0", any, (x) => special.modified_bessel_i0(x)),
  one("modified_bessel_i1", any, (x) => special.modified_bessel_i1(x)),
  one("modified_bessel_k0", positive, (x) => special.modified_bessel_k0(x)),
  one("modified_bessel_k1", positive, (x) => special.modified_bessel_k1(x)),
  one("erfcx", any, (x) => special.erfcx(x)),
  one("log_ndtr", any, (x) => special.log_ndtr(x)),
  one("ndtri", fraction, (x) => special.ndtri(x)),
  one("ndtr", any, (x) => special.ndtr(x)),
  one("entr", positive, (x) => special.entr(x)),
  { name: "xlog1py", inputs: [any, positive], f: (a, b) => special.xlog1py(a, b) },
  one("igamma", positive, (x) => torch.igamma(order, x)),
  one("igammac", positive, (x) => torch.igammac(order, x)),
  one("zeta", positive, (x) => special.zeta(3, x)),
  one("mvlgamma", above_one, (x) => x.mvlgamma(3)),
  one("frexp", any, (x) => x.frexp().mantissa),
  { name: "nextafter", inputs: [any, other], f: (a, b) => torch.nextafter(a, b), twice: false },
  {
    name: "what is drawn, to the distribution",
    inputs: [any],
    f: (x) => {
      torch.manual_seed(0);
      return torch.normal(x.mul(0), 1);
    },
    twice: false,
  },
  one("angle", any, (x) => x.angle().add(x)),
];

export const matrix_cases: Case[] = [
  { name: "inv", inputs: [square], f: (x) => linalg.inv(x) },
  { name: "det", inputs: [square], f: (x) => linalg.det(x) },
  { name: "slogdet", inputs: [square], f: (x) => linalg.slogdet(x).logabsdet },
  { name: "solve", inputs: [square, tall], f: (a, b) => linalg.solve(a, b) },
  { name: "solve from the right", inputs: [square, wide], f: (a, b) => linalg.solve(a, b, { left: false }) },
  {
    name: "solve_triangular",
    inputs: [square, tall],
    f: (a, b) => linalg.solve_triangular(a.triu(), b, { upper: true }),
  },
  {
    name: "solve_triangular with ones",
    inputs: [square, wide],
    f: (a, b) => linalg.solve_triangular(a, b, { upper: false, left: false, unitriangular: true }),
  },
  { name: "cholesky", inputs: [definite], f: (x) => linalg.cholesky(symmetric(x)) },
  { name: "cholesky_solve", inputs: [tall, square], f: (b, x) => torch.cholesky_solve(b, x.tril()) },
  { name: "cholesky_inverse", inputs: [square], f: (x) => torch.cholesky_inverse(x.triu(), true) },
  { name: "matrix_sqrth", inputs: [definite], f: (x) => linalg.matrix_sqrth(symmetric(x)) },
  { name: "lu", inputs: [square], f: (x) => both(linalg.lu(x).slice(1)) },
  { name: "lu of tall ones", inputs: [tall], f: (x) => linalg.lu_factor(x).LU },
  { name: "lu of wide ones", inputs: [wide], f: (x) => linalg.lu_factor(x).LU },
  {
    name: "lu_solve",
    inputs: [square, tall],
    f: (x, b) => {
      const { LU, pivots } = linalg.lu_factor(x);
      return linalg.lu_solve(LU, pivots, b, { adjoint: true });
    },
  },
  { name: "qr", inputs: [tall], f: (x) => both(linalg.qr(x)) },
  { name: "qr of wide ones", inputs: [wide], f: (x) => both(linalg.qr(x)) },
  {
    name: "householder_product",
    inputs: [tall, [[0.4, 0.7]]],
    f: (x, t) => linalg.householder_product(x, t.reshape(-1)),
  },
  { name: "eigh", inputs: [definite], f: (x) => both(linalg.eigh(symmetric(x))) },
  { name: "svd of tall ones", inputs: [tall], f: (x) => both(linalg.svd(x, false)) },
  { name: "svd of wide ones", inputs: [wide], f: (x) => both(linalg.svd(x, false)) },
  { name: "pinv of tall ones", inputs: [tall], f: (x) => linalg.pinv(x) },
  { name: "pinv of wide ones", inputs: [wide], f: (x) => linalg.pinv(x) },
  { name: "polar", inputs: [tall], f: (x) => both(linalg.polar(x)) },
  { name: "polar of square ones", inputs: [square], f: (x) => both(linalg.polar(x)) },
  { name: "matrix_exp", inputs: [square], f: (x) => linalg.matrix_exp(x) },
  { name: "lstsq", inputs: [tall, [[0.3], [1.2], [-0.7]]], f: (a, b) => linalg.lstsq(a, b).solution },
  { name: "tensorinv", inputs: [square], f: (x) => linalg.tensorinv(x.reshape(3, 3, 1), 1) },
];
