/** @file Numbers, counts, sizes and durations as short text. */

/** Names NaN and the infinities as PyTorch prints them, or `undefined` for a finite number. */
function special(value: number): string | undefined {
  if (Number.isNaN(value)) return "nan";
  if (value === Number.POSITIVE_INFINITY) return "inf";
  if (value === Number.NEGATIVE_INFINITY) return "-inf";
  return undefined;
}

/**
 * A number with a fixed count of significant digits: `0.1234`, `-12.50`, `1.000e-07`; without an exponent from 0.0001 on.
 *
 * @param digits significant digits, 4 unless told
 */
export function significant(value: number, digits = 4): string {
  const name = special(value);
  if (name !== undefined) return name;
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 10 ** Math.max(5, digits)) {
    const text = value.toPrecision(digits);
    return text.includes("e") ? value.toFixed(0) : text;
  }
  return value.toExponential(digits - 1).replace(/e([+-])(\d)$/, "e$10$2");
}

/** Like {@link significant}, without digits that say nothing: `0.001`, `12`, `0.6931`. */
export function compact(value: number, digits = 4): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  const [mantissa = "", exponent] = significant(value, digits).split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}

/** A metric in a progress line: whole and short numbers as they are, others with 4 significant digits. */
export function metric_text(value: number): string {
  const plain = String(value);
  return special(value) ?? (plain.length <= 6 ? plain : significant(value));
}

/** A whole number with commas: `1,234,567`. */
export function count_text(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

/** A size in bytes with its unit (1 KB is 1,024 bytes): `512 B`, `1.5 KB`, `3.2 GB`. */
export function bytes_text(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${size} B` : `${size < 100 ? size.toFixed(1) : size.toFixed(0)} ${units[unit]}`;
}

/** Seconds as `mm:ss` or `h:mm:ss`; `?` when unknown. */
export function duration_text(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "?";
  const whole = Math.floor(seconds);
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Terminal columns that a text takes: Chinese and full-width characters take two, combining marks none. */
export function text_width(text: string): number {
  let width = 0;
  for (const character of text) {
    if (WIDE.test(character)) width += 2;
    else if (!/\p{Mn}/u.test(character)) width += 1;
  }
  return width;
}

/** Pads text with spaces on the right to a width in terminal columns. */
export function pad_end(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - text_width(text)));
}

/** Pads text with spaces on the left to a width in terminal columns. */
export function pad_start(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - text_width(text))) + text;
}
