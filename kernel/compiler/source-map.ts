/** @file Reads and writes the mappings of version 3 source maps. */

/** One segment: a generated place and the source place that it came from, all 0-based. */
export interface Segment {
  line: number;
  column: number;
  sourceLine: number;
  sourceColumn: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

/** Takes the inline source map off what TypeScript wrote. */
export function splitSourceMap(text: string): { code: string; mappings: string } {
  const match = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/.exec(text);
  if (!match) return { code: text, mappings: "" };
  const map = JSON.parse(Buffer.from(match[1], "base64").toString("utf8")) as { mappings: string };
  return { code: text.slice(0, match.index), mappings: map.mappings };
}

/** The segments of a `mappings` string that has one source. */
export function decodeMappings(mappings: string): Segment[] {
  const segments: Segment[] = [];
  let sourceLine = 0;
  let sourceColumn = 0;
  mappings.split(";").forEach((text, line) => {
    let column = 0;
    for (const piece of text.split(",")) {
      if (piece === "") continue;
      const numbers = decodeNumbers(piece);
      column += numbers[0];
      if (numbers.length < 4) continue;
      sourceLine += numbers[2];
      sourceColumn += numbers[3];
      segments.push({ line, column, sourceLine, sourceColumn });
    }
  });
  return segments;
}

/** A source map's JSON for segments in any order. */
export function encodeSourceMap(segments: readonly Segment[], source: string): string {
  const sorted = [...segments].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines: string[] = [];
  let sourceLine = 0;
  let sourceColumn = 0;
  let pieces: string[] = [];
  let column = 0;
  const endLine = (): void => {
    lines.push(pieces.join(","));
    pieces = [];
    column = 0;
  };
  let previous: Segment | undefined;
  for (const segment of sorted) {
    if (previous?.line === segment.line && previous.column === segment.column) continue;
    previous = segment;
    while (lines.length < segment.line) endLine();
    pieces.push(
      encodeNumber(segment.column - column) +
        encodeNumber(0) +
        encodeNumber(segment.sourceLine - sourceLine) +
        encodeNumber(segment.sourceColumn - sourceColumn),
    );
    column = segment.column;
    sourceLine = segment.sourceLine;
    sourceColumn = segment.sourceColumn;
  }
  endLine();
  return JSON.stringify({ version: 3, sources: [source], names: [], mappings: lines.join(";") });
}

function decodeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = VALUES.get(digit);
    if (bits === undefined) throw new Error(`Not a source map digit: ${digit}`);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function encodeNumber(number: number): string {
  let value = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = "";
  do {
    const bits = value & 31;
    value >>>= 5;
    text += DIGITS[value > 0 ? bits | 32 : bits];
  } while (value > 0);
  return text;
}
