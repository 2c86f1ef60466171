/** @file Option values as Python prints them. */

/** A number as Python's `repr` writes it, but for the `.0` of whole floats, which JavaScript cannot tell from ints. */
function number_text(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [mantissa, exponent] = value.toExponential().split("e");
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  return String(value);
}

/** Python's text for numbers, booleans, null (None), strings, and arrays of them (tuples). */
export function repr(value: unknown): string {
  if (typeof value === "number") return number_text(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `(${value.map(repr).join(", ")}${value.length === 1 ? "," : ""})`;
  return String(value);
}
