/** @file Texts of types as V8 keeps them in one byte a character: the few others, all in comments, are written by their numbers. */

/** A control character that no text has. */
const MARK = "\u0080";
const STRINGS_AND_COMMENTS =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/.*/g;
const WIDE = /[\u0100-\uffff]/;

/** Makes a file of declarations narrow; one that has wide characters elsewhere than in comments stays as it is. */
export function narrow(text: string): string {
  if (!WIDE.test(text)) return text;
  const made = text.replace(STRINGS_AND_COMMENTS, (part) =>
    part.startsWith("/")
      ? part.replace(/[\u0100-\uffff]/g, (one) => MARK + one.charCodeAt(0).toString(16).padStart(4, "0"))
      : part,
  );
  // A string that was made of a wide one stays wide, whatever it holds.
  return WIDE.test(made) ? text : Buffer.from(made, "latin1").toString("latin1");
}

/** Gives a part of such a text its characters back. */
export function widen(text: string): string {
  return text.replace(/\u0080([0-9a-f]{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
