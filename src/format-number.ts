/** @file Numbers as C and Python write them: correctly rounded with ties to even, two-digit exponents. */

/** JavaScript prints at most this many digits after the point, which is enough to tell a tie exactly. */
const MAX_DIGITS = 100;

function non_finite(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

function is_negative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/**
 * Ties go to the even digit in Python and away from zero in JavaScript, so a tie needs its digits cut.
 * @param exact the value with MAX_DIGITS digits after the point, without an exponent
 */
function round_tie(rounded: string, exact: string, digits: number): string {
  const point = exact.indexOf(".");
  const tail = exact.slice(point + 1 + digits);
  if (!/^50*$/.test(tail)) return rounded;
  const cut = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits);
  return Number(cut[cut.length - 1]) % 2 === 0 ? cut : rounded;
}

/** Python's `f"{value:.{digits}f}"`. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return non_finite(value);
  const size = Math.abs(value);
  let text: string;
  if (size >= 1e21) {
    // toFixed gives up here; such values are whole.
    text = BigInt(size).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  } else {
    text = size.toFixed(digits);
    if (digits < MAX_DIGITS && Number(size.toFixed(digits + 1)) === size) {
      text = round_tie(text, size.toFixed(MAX_DIGITS), digits);
    }
  }
  return is_negative(value) ? `-${text}` : text;
}

/** Python's `f"{value:.{digits}e}"`. */
export function scientific(value: number, digits: number): string {
  if (!Number.isFinite(value)) return non_finite(value);
  const size = Math.abs(value);
  let [mantissa, exponent] = size.toExponential(digits).split("e");
  if (digits < MAX_DIGITS && Number(size.toExponential(digits + 1)) === size) {
    const [exact, exact_exponent] = size.toExponential(MAX_DIGITS).split("e");
    const tied = round_tie(mantissa, exact, digits);
    if (tied !== mantissa) [mantissa, exponent] = [tied, exact_exponent];
  }
  const sign = exponent[0] === "-" ? "-" : "+";
  return `${is_negative(value) ? "-" : ""}${mantissa}e${sign}${exponent.slice(1).padStart(2, "0")}`;
}
