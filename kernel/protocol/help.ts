/** @file `name?` and `?name`: a cell that asks for help, answered in the pager. */
import type { CellCompiler } from "../compiler/cell-compiler";

const AFTER = /^\s*([\p{L}_$][\p{L}\p{N}_$.]*)\s*(\?{1,2})\s*;?\s*$/u;
const BEFORE = /^\s*(\?{1,2})\s*([\p{L}_$][\p{L}\p{N}_$.]*)\s*;?\s*$/u;

/** What a cell asks help for, if it does only that. */
export function helpQuestion(code: string): { name: string; detail: 0 | 1 } | null {
  const after = AFTER.exec(code);
  if (after) return { name: after[1], detail: after[2].length > 1 ? 1 : 0 };
  const before = BEFORE.exec(code);
  if (before) return { name: before[2], detail: before[1].length > 1 ? 1 : 0 };
  return null;
}

/** The payload of the reply to such a cell. */
export async function helpPayload(
  compiler: CellCompiler,
  { name, detail }: { name: string; detail: 0 | 1 },
): Promise<object> {
  let { found, text, markdown } = await compiler.inspect(name, name.length, detail);
  if (!found) {
    // A name of a type alone means nothing where a value is expected.
    const code = `let _: ${name}`;
    ({ found, text, markdown } = await compiler.inspect(code, code.length, detail));
  }
  const data = found
    ? { "text/plain": text, "text/markdown": markdown }
    : { "text/plain": `nothing is known about ${name}` };
  return { source: "page", data, start: 0 };
}
