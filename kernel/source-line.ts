/** @file A line of source, cut to what is near a place in it where it is long: front ends wrap it, and no caret would stand right. */

/** The most characters of a line that are shown. */
const WIDTH = 100;
/** How many of them come before the place. */
const BEFORE = 60;

/**
 * Cuts a long line; what is left out is told by `…`.
 *
 * @param column Where the place is, from 0.
 * @returns The text that is shown, and where the place is in it.
 */
export function shortenLine(text: string, column: number): { text: string; column: number } {
  if (text.length <= WIDTH) return { text, column };
  let start = Math.max(0, Math.min(column - BEFORE, text.length - WIDTH));
  let end = start + WIDTH;
  if (isSecondHalf(text, start)) start++;
  if (isSecondHalf(text, end)) end--;
  const head = start > 0 ? "…" : "";
  const tail = end < text.length ? "…" : "";
  return { text: head + text.slice(start, end) + tail, column: column - start + head.length };
}

/** Whether a character that takes two units, such as an emoji, is cut in two here. */
function isSecondHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000;
}
