/** @file How Python writes values, for the texts of layers. */

/** A whole number, a fraction, None, a boolean, text without quotes, or a tuple of them. */
export function python_text(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    return `(${value.map(python_text).join(", ")}${value.length === 1 ? "," : ""})`;
  }
  return String(value);
}

/** A number that is a float in Python: 2.0, 0.0001, 1e-05. */
export function float_text(value: number): string {
  if (Number.isInteger(value)) return `${value}.0`;
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

/** The kind of a value as messages name it. */
export function kind_of(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? value.constructor.name : typeof value;
}
