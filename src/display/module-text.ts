/** @file A model as a text table of layers, parameter shapes and counts. */
import { shorten } from "./html";
import { folded_children, type Layer, type ModuleTree, module_totals, parameter_count } from "./module-tree";
import { bytes_text, count_text, pad_end, pad_start, text_width } from "./number-text";

/**
 * A summary table: one row per layer, with the shapes of its own parameters, its parameter count with all that it
 * contains, and whether these are trained; totals below.
 *
 * @param options.depth how deep to go; all levels unless told
 */
export function module_summary(root: ModuleTree, options: { depth?: number } = {}): string {
  const rows: string[][] = [];
  const visit = (layer: Layer, depth: number, lead: string, last: boolean): void => {
    const { tree, name, repeats } = layer;
    const branch = depth === 0 ? "" : last ? "└─ " : "├─ ";
    const label = `${name === "" ? "" : `${name}: `}${repeats > 1 ? `${repeats} × ` : ""}${tree.type}`;
    const totals = module_totals(tree);
    const own = tree.params.reduce((sum, parameter) => sum + parameter_count(parameter), 0);
    const shapes = tree.params.map((parameter) => `[${parameter.shape.join(", ")}]`);
    const state =
      totals.total === 0 ? "-" : totals.frozen === 0 ? "yes" : totals.trainable === 0 ? "no" : "partly";
    rows.push([
      lead + branch + shorten(label, 60),
      shorten(
        shapes.length > 3 ? `${shapes.slice(0, 2).join(" ")} … (${shapes.length})` : shapes.join(" "),
        44,
      ) || "-",
      own === 0 && tree.children.length === 0 ? "-" : count_text(totals.total * repeats),
      state,
    ]);
    if (depth >= (options.depth ?? Number.POSITIVE_INFINITY)) return;
    const children = folded_children(tree);
    const indent = depth === 0 ? "" : lead + (last ? "   " : "│  ");
    children.forEach((child, i) => {
      visit(child, depth + 1, indent, i === children.length - 1);
    });
  };
  visit({ tree: root, name: root.name, repeats: 1 }, 0, "", true);

  const heads = ["Layer", "Parameter shapes", "Params", "Trained"];
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => text_width(row[column] as string))),
  );
  const line = (row: string[]) =>
    row
      .map((text, column) => (column === 2 ? pad_start : pad_end)(text, widths[column] as number))
      .join("   ")
      .trimEnd();
  const rule = (mark: string) => mark.repeat(widths.reduce((sum, width) => sum + width, 9));
  const { total, trainable, frozen, parameter_bytes, buffer_bytes } = module_totals(root);
  const lines = [rule("="), line(heads), rule("="), ...rows.map(line), rule("=")];
  lines.push(`Total params: ${count_text(total)}`);
  lines.push(`Trainable params: ${count_text(trainable)}`);
  lines.push(`Frozen params: ${count_text(frozen)}`);
  lines.push(`Params size: ${bytes_text(parameter_bytes)}`);
  if (buffer_bytes > 0) lines.push(`Buffers size: ${bytes_text(buffer_bytes)}`);
  lines.push(rule("="));
  return lines.join("\n");
}
