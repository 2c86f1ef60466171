/** @file Positions in text: Jupyter counts code points, JavaScript counts UTF-16 units. */

/** Converts an offset in code points to one in UTF-16 units; beyond the end counts as the end. */
export function toUtf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let n = 0; n < codePoints && offset < text.length; n++) {
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Converts an offset in UTF-16 units to one in code points. */
export function toCodePointOffset(text: string, utf16: number): number {
  let count = 0;
  for (let offset = 0; offset < utf16 && offset < text.length; count++) {
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1;
  }
  return count;
}
