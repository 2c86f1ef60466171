/** @file float32 log, sine and cosine with the very roundings of PyTorch's vectorised normal fill. */

// PyTorch's AVX2 build takes Cephes' single-precision polynomials and fuses multiply-adds. The exact functions
// differ in the last bit for a sixth of all normals, and by far more where a mean nearly cancels the value.
// A float32 product is exact in float64, so `fround(a * b + c)` is a fused multiply-add.

const { fround } = Math;

const SQRT_HALF = fround(Math.SQRT1_2);
const LN2_HIGH = 0.693359375;
const LN2_LOW = fround(-2.1219444e-4);
const L0 = fround(7.0376836292e-2);
const L1 = fround(-1.151461031e-1);
const L2 = fround(1.167699874e-1);
const L3 = fround(-1.2420140846e-1);
const L4 = fround(1.4249322787e-1);
const L5 = fround(-1.6668057665e-1);
const L6 = fround(2.0000714765e-1);
const L7 = fround(-2.4999993993e-1);
const L8 = fround(3.3333331174e-1);

const FOUR_OVER_PI = fround(4 / Math.PI);
// Minus pi/4 in three parts, so that the reduction below loses no bits.
const QUARTER_1 = -0.78515625;
const QUARTER_2 = fround(-2.4187564849853516e-4);
const QUARTER_3 = fround(-3.774894977445941e-8);
const S0 = fround(-1.9515295891e-4);
const S1 = fround(8.3321608736e-3);
const S2 = fround(-1.6666654611e-1);
const C0 = fround(2.443315711809948e-5);
const C1 = fround(-1.388731625493765e-3);
const C2 = fround(4.166664568298827e-2);

const float_bits = new Float32Array(1);
const int_bits = new Int32Array(float_bits.buffer);

/** log(x) of a positive normal float32. */
export function log_float(x: number): number {
  float_bits[0] = x;
  let exponent = (int_bits[0] >>> 23) - 126;
  int_bits[0] = (int_bits[0] & 0x7fffff) | 0x3f000000;
  let m = float_bits[0];
  if (m < SQRT_HALF) {
    exponent -= 1;
    m = fround(fround(m - 1) + m);
  } else {
    m = fround(m - 1);
  }
  const z = fround(m * m);
  let y = fround(L0 * m + L1);
  y = fround(y * m + L2);
  y = fround(y * m + L3);
  y = fround(y * m + L4);
  y = fround(y * m + L5);
  y = fround(y * m + L6);
  y = fround(y * m + L7);
  y = fround(y * m + L8);
  y = fround(y * m);
  y = fround(y * z + fround(exponent * LN2_LOW));
  y = fround(y - z * 0.5);
  return fround(exponent * LN2_HIGH + fround(m + y));
}

/** Where `sin_cos_float` leaves its results; a fresh pair per call would cost more than the sines. */
export const sin_cos = { sin: 0, cos: 0 };

/** Puts sin(x) and cos(x) of a float32 x in [0, 8192) into `sin_cos`. */
export function sin_cos_float(x: number): void {
  const octant = (Math.trunc(fround(x * FOUR_OVER_PI)) + 1) & ~1;
  let r = fround(octant * QUARTER_1 + x);
  r = fround(octant * QUARTER_2 + r);
  r = fround(octant * QUARTER_3 + r);
  const z = fround(r * r);
  let c = fround(C0 * z + C1);
  c = fround(c * z + C2);
  c = fround(c * z);
  c = fround(c * z - z * 0.5);
  c = fround(c + 1);
  let s = fround(S0 * z + S1);
  s = fround(s * z + S2);
  s = fround(s * z);
  s = fround(s * r + r);
  const swapped = (octant & 2) !== 0;
  const sin = swapped ? c : s;
  const cos = swapped ? s : c;
  sin_cos.sin = octant & 4 ? -sin : sin;
  sin_cos.cos = (octant - 2) & 4 ? cos : -cos;
}
