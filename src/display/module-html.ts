/** @file A model as an expandable HTML tree of its layers, with parameter counts, shapes and totals. */
import { chip, escape_html, HUE, MONOSPACE, MUTED, NEUTRAL, OUTPUT, shorten, with_alpha } from "./html";
import {
  folded_children,
  type Layer,
  type ModuleTree,
  module_totals,
  type ParameterInfo,
  parameter_count,
} from "./module-tree";
import { bytes_text, count_text } from "./number-text";

/** Layers shown at most; the rest are counted. */
const MAX_LAYERS = 150;
/** Trees up to this size are shown open all the way down. */
const OPEN_LAYERS = 24;

/** A model as a self-contained HTML fragment: layers in `<details>`, each with its parameter count, then the totals. */
export function module_html(root: ModuleTree): string {
  const totals = module_totals(root);
  let layers = 0;
  const count_layers = (tree: ModuleTree): number =>
    folded_children(tree).reduce((sum, layer) => sum + count_layers(layer.tree), 1);
  const all_open = count_layers(root) <= OPEN_LAYERS;

  const node = (layer: Layer, depth: number): string => {
    layers += 1;
    const { tree } = layer;
    const own = module_totals(tree).total * layer.repeats;
    const line = layer_line(layer, own, totals.total);
    const details = [...tree.params, ...(tree.buffers ?? []).map((buffer) => ({ ...buffer, buffer: true }))]
      .map(parameter_line)
      .join("");
    let inner = "";
    let left_out = 0;
    for (const child of folded_children(tree)) {
      if (layers < MAX_LAYERS) inner += node(child, depth + 1);
      else left_out += 1;
    }
    if (left_out > 0) inner += `<div style="${MUTED}">… ${count_text(left_out)} more</div>`;
    const indent = `margin:0 0 0 7px;padding:0 0 0 12px;border-left:1px solid ${NEUTRAL}`;
    if (details === "" && inner === "") return `<div style="padding:0 0 0 13px">${line}</div>`;
    const parameters =
      details === ""
        ? ""
        : inner === "" || depth > 0
          ? details
          : `<div style="margin:0 0 2px 0">${details}</div>`;
    // A layer's own tensors are folded away; the structure is what one looks for first.
    const open = inner !== "" && (depth < 2 || all_open) ? " open" : "";
    return `<details${open}><summary style="cursor:pointer">${line}</summary><div style="${indent}">${parameters}${inner}</div></details>`;
  };

  const tree = node({ tree: root, name: root.name, repeats: 1 }, 0);
  return `<div class="torchbook-module" style="${OUTPUT};${MONOSPACE};font-size:12px;line-height:1.7;max-width:760px">${tree}${totals_line(root, totals)}</div>`;
}

function layer_line(layer: Layer, own: number, total: number): string {
  const { tree, name, repeats } = layer;
  const label = name === "" ? "" : `<span style="${MUTED}">${escape_html(shorten(name, 60))}: </span>`;
  const times = repeats > 1 ? `${repeats} × ` : "";
  const extra = tree.extra_repr ? `(${escape_html(shorten(tree.extra_repr, 160))})` : "";
  const share = total > 0 ? own / total : 0;
  const bar =
    `<span style="float:right;width:60px;height:7px;margin:7px 0 0 8px;border-radius:3px;background-color:#8888882e">` +
    `<span style="display:block;width:${(100 * share).toFixed(1)}%;height:7px;border-radius:3px;background-color:${with_alpha(HUE.negative, 0.75)}"></span></span>`;
  const count =
    own === 0
      ? `<span style="float:right;margin:0 68px 0 16px;opacity:0.4">–</span>`
      : `${bar}<span style="float:right;margin:0 0 0 16px">${count_text(own)}</span>`;
  return `${count}${label}${times}<b>${escape_html(shorten(tree.type, 80))}</b>${extra}`;
}

function parameter_line(parameter: ParameterInfo & { buffer?: boolean }): string {
  const state = parameter.buffer ? "buffer" : parameter.trainable ? "" : "frozen";
  const mark = state === "" ? "" : chip(state, state === "frozen" ? HUE.negative : "#888888");
  return (
    `<div style="padding:0 0 0 13px"><span style="float:right;margin:0 68px 0 16px;${MUTED}">${count_text(parameter_count(parameter))}</span>` +
    `<span style="${MUTED}">${escape_html(shorten(parameter.name, 80))} [${parameter.shape.join(", ")}] ${escape_html(parameter.dtype.replace(/^torch\./, ""))}</span> ${mark}</div>`
  );
}

function totals_line(root: ModuleTree, totals: ReturnType<typeof module_totals>): string {
  const { total, trainable, frozen, parameter_bytes, buffer_bytes } = totals;
  const parts = [
    `<b>${count_text(total)}</b> parameters`,
    ...(frozen === 0 && total > 0
      ? ["all trainable"]
      : [`${count_text(trainable)} trainable`, `${count_text(frozen)} frozen`]),
    bytes_text(parameter_bytes) + (buffer_bytes > 0 ? ` + ${bytes_text(buffer_bytes)} buffers` : ""),
  ];
  if (root.training !== undefined) parts.push(root.training ? "train mode" : "eval mode");
  return `<div style="margin:6px 0 0 0;padding:4px 0 0 13px;border-top:1px solid ${NEUTRAL}">${parts.join(` <span style="${MUTED}">·</span> `)}</div>`;
}
