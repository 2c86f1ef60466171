/** @file What is known about the name at a place of a cell: its type and its documentation. */
import type { InspectionResult } from "./cell-compiler";
import type { CompilerHost, Earlier } from "./compiler-host";
import { widen } from "./narrow-text";

interface Part {
  text: string;
}

/** Where a type's name comes from, as the compiler writes it before names that the cell does not import. */
const IMPORTED = /\bimport\("[^"]*"\)\./g;

/** No more lines of a declaration are shown. */
const MOST_LINES = 80;

/**
 * Looks at the offset, then just before it, then at the function whose arguments it is in.
 *
 * @param sources Set for the more detailed level, which adds the declaration: the cells' own text by name.
 */
export function inspectionAt(
  host: CompilerHost,
  declarations: Earlier,
  code: string,
  offset: number,
  sources: ReadonlyMap<string, string> | null,
): InspectionResult {
  for (const place of placesToLook(code, offset)) {
    const info = host.inspect(declarations, code, place);
    if (!info?.displayParts?.length) continue;
    const shown = withoutAlias(join(info.displayParts));
    // What nothing is known about.
    if (shown === "any") continue;
    const behind = host.background(place);
    const signature = (
      shown.startsWith("class ") ? [shown, ...behind.constructors].join("\n") : shown
    ).replace(IMPORTED, "");
    const documentation = join(info.documentation) || behind.documentation;
    const tags = (
      info.tags?.length ? info.tags : documentation === behind.documentation ? behind.tags : []
    ).map((tag) => ({ name: tag.name, text: join(tag.text).trim() }));
    const textTags = tags.map((tag) => `@${tag.name} ${tag.text}`.trim()).join("\n");
    const markdownTags = tags
      .map((tag) =>
        tag.name === "example" ? `**Example**\n${fence(tag.text)}` : `*@${tag.name}* ${tag.text}`.trim(),
      )
      .join("\n\n");
    const source = sources && sourceOf(host, place, sources);
    return {
      found: true,
      text: paragraphs(signature, documentation, textTags, source),
      markdown: paragraphs(block(signature), documentation, markdownTags, source && block(source)),
    };
  }
  return { found: false, text: "", markdown: "" };
}

/** How a name came to be global or imported is of no interest, and the marks of replaced declarations are ours. */
function withoutAlias(text: string): string {
  const lines = text
    .replace(/^\(alias\) /, "")
    .replace(/\$replaced\d+/g, " (declared earlier)")
    .split("\n");
  const last = lines.at(-1) ?? "";
  if (lines.length > 1 && /^(?:export(?: namespace)?|import) /.test(last)) lines.pop();
  return lines.join("\n").replace(/^export namespace /, "namespace ");
}

function sourceOf(host: CompilerHost, place: number, sources: ReadonlyMap<string, string>): string {
  const found = host.definition?.(place);
  if (!found) return "";
  const text = (found.isEarlier && sources.get(found.name)) || found.text;
  const lines = text.split(/\r?\n/);
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), "…"].join("\n") : text;
}

function paragraphs(...parts: (string | null)[]): string {
  return widen(parts.filter(Boolean).join("\n\n"));
}

function block(text: string): string {
  return `\`\`\`typescript\n${text}\n\`\`\``;
}

function join(parts: readonly Part[] | undefined): string {
  return (parts ?? []).map((part) => part.text).join("");
}

function fence(text: string): string {
  return text.includes("```") ? text : block(text);
}

/** Offsets of names: at the cursor, before it, and before each open parenthesis to the left, nearest first. */
function placesToLook(code: string, offset: number): number[] {
  const isName = (at: number): boolean => /[\p{ID_Continue}$]/u.test(code[at] ?? "");
  const places: number[] = [];
  if (isName(offset)) places.push(offset);
  if (offset > 0 && isName(offset - 1)) places.push(offset - 1);
  let depth = 0;
  for (let at = offset - 1; at >= 0; at--) {
    if (code[at] === ")") depth++;
    else if (code[at] === "(" && depth-- === 0) {
      depth = 0;
      let before = at - 1;
      while (before >= 0 && /\s/.test(code[before])) before--;
      if (before >= 0 && isName(before)) places.push(before);
    }
  }
  return places;
}
