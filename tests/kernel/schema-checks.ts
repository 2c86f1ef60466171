/** @file What the schemas of messages are made of: checks that tell what is wrong with a value, or null. */

export type Check = (value: unknown) => string | null;
export type Shape = Record<string, Check>;

export const said = (value: unknown) => JSON.stringify(value)?.slice(0, 80) ?? String(value);
export const typed =
  (type: string): Check =>
  (value) =>
    typeof value === type ? null : `${said(value)} is no ${type}`;

export const string = typed("string");
export const boolean = typed("boolean");
export const integer: Check = (value) => (Number.isInteger(value) ? null : `${said(value)} is no integer`);
export const list =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return `${said(value)} is no list`;
    return value.map(item).find((problem) => problem !== null) ?? null;
  };
export const strings = list(string);
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const anyObject: Check = (value) => (isObject(value) ? null : `${said(value)} is no object`);
export const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value) ? null : `${said(value)} is none of ${values.join(", ")}`;
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);

/** All fields of a shape, and no others. */
export function object(shape: Shape): Check {
  return (value) => {
    if (!isObject(value)) return `${said(value)} is no object`;
    for (const [name, check] of Object.entries(shape)) {
      const problem = check(value[name]);
      if (problem) return `${name}: ${problem}`;
    }
    const extra = Object.keys(value).find((name) => !(name in shape));
    return extra === undefined ? null : `${extra} is not in the specification`;
  };
}
