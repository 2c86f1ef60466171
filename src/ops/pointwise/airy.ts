/** @file The Airy function Ai. */
import { none } from "../../args";
import { Tensor } from "../../tensor";
import { expect_tensor, to_floating } from "../value/convert";
import { chebyshev_sum, map_elements } from "./element-map";

// Chebyshev coefficients, fitted in 50 digits, of what multiplies the leading terms of Ai's asymptotic expansions (DLMF 9.7):
// for x >= 2 in u = ζ(2) / ζ(x), for x <= -4 in u² with ζ(4) in place of ζ(2).
const decaying = [
  0.9844053049171552, -0.014792784850104199, 0.0007327177465426715, -6.12595423417825e-5, 6.83476697557269e-6,
  -9.237229735403982e-7, 1.436225340438052e-7, -2.489319422322096e-8, 4.709793440054328e-9,
  -9.583863708112733e-10, 2.0745855483677591e-10, -4.737267332192277e-11, 1.1336099808224236e-11,
  -2.827706782319351e-12, 7.320712095125598e-13, -1.9599793911089723e-13, 5.4101162570683925e-14,
  -1.5356466802223836e-14, 4.472340393300025e-15, -1.3338094674756681e-15, 4.066582046456231e-16,
  -1.265583225645289e-16, 4.015126334015871e-17, -1.2969972135960937e-17,
];
const sine_part = [
  0.9993708890742778, -0.0006216836584374116, 7.181193774368645e-6, -2.316269813501758e-7,
  1.3216283888528755e-8, -1.0938736172758127e-9, 1.1794620737908535e-10, -1.5518841909929856e-11,
  2.386927411492466e-12, -4.16552889201035e-13, 8.071678110741467e-14, -1.708757321110567e-14,
  3.902945148540815e-15, -9.523976784907064e-16, 2.4632810885752603e-16, -6.709077463464858e-17,
  1.913939683718707e-17,
];
const cosine_part = [
  0.06882170556308001, -0.0006089151840832694, 1.3174151014089972e-5, -6.014071912908298e-7,
  4.327537342298499e-8, -4.247731732954726e-9, 5.232285376834493e-10, -7.672290975115024e-11,
  1.2923809452698712e-11, -2.43852975710829e-12, 5.059047237872084e-13, -1.1378513792256329e-13,
  2.7441377308322258e-14, -7.03448211263258e-15, 1.9032114367198917e-15, -5.403040541409308e-16,
  1.6016711026585234e-16, -4.9375274403528065e-17, 1.5773435797781153e-17,
];
/** Ai(0) and Ai'(0). */
const at_zero = 0.3550280538878172;
const slope_at_zero = -0.2588194037928068;
const root_pi = Math.sqrt(Math.PI);
const zeta = (x: number): number => (2 / 3) * x * Math.sqrt(x);

function airy(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x >= 2) {
    const z = zeta(x);
    const scale = Math.exp(-z) / (2 * root_pi * Math.sqrt(Math.sqrt(x)));
    return scale === 0 ? 0 : scale * chebyshev_sum(decaying, (2 * zeta(2)) / z - 1);
  }
  if (x <= -4) {
    const z = zeta(-x);
    const u = zeta(4) / z;
    const t = 2 * u * u - 1;
    const angle = z + Math.PI / 4;
    const wave =
      Math.sin(angle) * chebyshev_sum(sine_part, t) - (Math.cos(angle) * chebyshev_sum(cosine_part, t)) / z;
    return wave / (root_pi * Math.sqrt(Math.sqrt(-x)));
  }
  // The Maclaurin series (DLMF 9.4.1).
  const cube = x * x * x;
  let first = at_zero;
  let second = slope_at_zero * x;
  let sum = first + second;
  for (let k = 3; Math.abs(first) + Math.abs(second) > 1e-18; k += 3) {
    first *= cube / (k * (k - 1));
    second *= cube / (k * (k + 1));
    sum += first + second;
  }
  return sum;
}

/** The Airy function Ai. No gradient flows, as in PyTorch. */
export function airy_ai(input: Tensor, ...more: []): Tensor {
  none("special.airy_ai", more);
  expect_tensor("special.airy_ai", input);
  return new Tensor(map_elements(to_floating(input).handle, airy));
}
