/** @file Tagged text: named entities as coloured spans with their labels. */
import { Displayable } from "./contract";
import { escape_html, OUTPUT, PALETTE, shorten, with_alpha } from "./html";

/** A stretch of text with a label; `start` inclusive and `end` exclusive, in UTF-16 units of the text. */
export interface TextSpan {
  start: number;
  end: number;
  label: string;
}

/** A stretch of tokens with a label, `end` exclusive. */
export interface Entity {
  start: number;
  end: number;
  label: string;
}

/** Options of {@link show_entities} and {@link show_spans}. */
export interface TaggedTextOptions {
  title?: string;
  /** Colours by label, as `#rrggbb`; other labels get one by their name. */
  colours?: Readonly<Record<string, string>>;
  /** Text to show for a label: `{ LOC: "地点" }`. */
  labels?: Readonly<Record<string, string>>;
  /** What stands between two tokens; unless told, a space between Latin words and nothing between Chinese ones. */
  separator?: string;
}

/** Usual entity types have the same colour in every output. */
const USUAL: Record<string, number> = {
  PER: 0,
  PERSON: 0,
  NAME: 0,
  NR: 0,
  LOC: 2,
  GPE: 2,
  NS: 2,
  ORG: 1,
  NT: 1,
  TIME: 4,
  DATE: 4,
  T: 4,
  MISC: 5,
  PRODUCT: 6,
};

/** Reads the entities out of BIO, BIOES or BMES tags. A tag that continues nothing starts an entity, as conlleval counts. */
export function entities_of(tags: readonly string[]): Entity[] {
  const entities: Entity[] = [];
  let open: Entity | undefined;
  tags.forEach((tag, i) => {
    const match = /^([BIMESLU])[-_](.+)$/.exec(tag);
    const [kind, label] = match
      ? [match[1] as string, match[2] as string]
      : tag === "O" || tag === ""
        ? ["O", ""]
        : ["I", tag];
    const continues = open !== undefined && open.label === label && "IMEL".includes(kind);
    if (continues && open) open.end = i + 1;
    else if (kind === "O") open = undefined;
    else {
      open = { start: i, end: i + 1, label };
      entities.push(open);
    }
    if ("ESLU".includes(kind)) open = undefined;
  });
  return entities;
}

/** Text with labelled spans. */
export class TaggedText extends Displayable {
  constructor(
    readonly text: string,
    readonly spans: readonly TextSpan[],
    readonly options: Readonly<TaggedTextOptions> = {},
  ) {
    super();
    let end = 0;
    for (const span of spans) {
      if (!(span.start >= end && span.end >= span.start && span.end <= text.length))
        throw new RangeError(
          `tagged text: span ${span.start}…${span.end} (${span.label}) overlaps the one before it or lies outside the text of ${text.length} characters`,
        );
      end = span.end;
    }
  }

  /** `我在[北京/LOC]上学`. */
  toString(): string {
    const marked = this.pieces(
      (text) => text,
      (text, label) => `[${text}/${label}]`,
    ).join("");
    return this.options.title ? `${this.options.title}\n${marked}` : marked;
  }

  to_html(): string {
    const body = this.pieces(
      (text) => `<span>${escape_html(text)}</span>`,
      (text, label) => {
        const colour = this.colour(label);
        const shown = escape_html(shorten(this.options.labels?.[label] ?? label, 40));
        return (
          `<span title="${escape_html(label)}" style="display:inline-block;line-height:1.5;padding:1px 4px 1px 6px;margin:0 2px;border-radius:5px;background-color:${with_alpha(colour, 0.25)}">` +
          `${escape_html(text)}<span style="display:inline-block;font-size:10px;font-weight:bold;line-height:1.4;padding:0 4px;margin:0 0 0 5px;border-radius:3px;vertical-align:middle;background-color:${with_alpha(colour, 0.45)}">${shown}</span></span>`
        );
      },
    ).join("");
    const title = this.options.title
      ? `<div style="font-size:12px;opacity:0.65">${escape_html(this.options.title)}</div>`
      : "";
    return `<div class="torchbook-entities" style="${OUTPUT};font-size:14px;line-height:2.1;white-space:pre-wrap;overflow-wrap:break-word">${title}${body}</div>`;
  }

  private pieces(plain: (text: string) => string, tagged: (text: string, label: string) => string): string[] {
    const pieces: string[] = [];
    let end = 0;
    for (const span of this.spans) {
      if (span.start > end) pieces.push(plain(this.text.slice(end, span.start)));
      pieces.push(tagged(this.text.slice(span.start, span.end), span.label));
      end = span.end;
    }
    if (end < this.text.length) pieces.push(plain(this.text.slice(end)));
    return pieces;
  }

  private colour(label: string): string {
    const given = this.options.colours?.[label];
    if (given !== undefined && /^#[0-9a-f]{6}$/i.test(given)) return given;
    const usual = USUAL[(label.split(".")[0] as string).toUpperCase()];
    let hash = 7;
    for (const character of label) hash = (hash * 31 + (character.codePointAt(0) as number)) % 9973;
    return PALETTE[usual ?? hash % PALETTE.length] as string;
  }
}

/** Shows labelled spans of a text. */
export function show_spans(
  text: string,
  spans: readonly TextSpan[],
  options: TaggedTextOptions = {},
): TaggedText {
  return new TaggedText(
    text,
    [...spans].sort((a, b) => a.start - b.start),
    options,
  );
}

/**
 * Shows the named entities of a tagged sentence.
 *
 * @param tokens characters or words; a string counts as its characters
 * @param tags one BIO, BIOES or BMES tag a token: `["O", "B-LOC", "I-LOC"]`
 * @throws RangeError when there are not as many tags as tokens
 * @example
 * show_entities("我在北京", ["O", "O", "B-LOC", "I-LOC"])
 */
export function show_entities(
  tokens: readonly string[] | string,
  tags: readonly string[],
  options: TaggedTextOptions = {},
): TaggedText {
  const list = typeof tokens === "string" ? [...tokens] : tokens;
  if (list.length !== tags.length)
    throw new RangeError(`show_entities: ${list.length} tokens but ${tags.length} tags`);
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  list.forEach((token, i) => {
    if (i > 0) text += options.separator ?? (needs_space(list[i - 1] as string, token) ? " " : "");
    starts.push(text.length);
    text += token;
    ends.push(text.length);
  });
  const spans = entities_of(tags).map(({ start, end, label }) => ({
    start: starts[start] as number,
    end: ends[end - 1] as number,
    label,
  }));
  return new TaggedText(text, spans, options);
}

/** Latin words need a space between them; single letters are the characters of one word, as in character-level tagging. */
function needs_space(before: string, after: string): boolean {
  const latin = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]/u;
  if (before.length === 1 && after.length === 1) return false;
  return latin.test(before.at(-1) ?? "") && latin.test(after[0] ?? "");
}
