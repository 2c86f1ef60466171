/** @file Rich display: what tensors, modules, training runs and tagged text look like in a notebook and in a terminal. */
import type { MimeBundle } from "./contract";
import { Curve, plot_curve } from "./curve";
import { Matrix, show_matrix } from "./matrix";
import { module_html } from "./module-html";
import { module_summary } from "./module-text";
import type { ModuleTree } from "./module-tree";
import { Progress, progress, tqdm, trange } from "./progress";
import { show_entities, show_spans, TaggedText } from "./tagged-text";
import { type TensorView, tensor_html } from "./tensor-html";
import { TrainingHistory } from "./training-history";

export {
  Displayable,
  type DisplayFunction,
  type DisplayOptions,
  JUPYTER_DISPLAY,
  kernel_display,
  type MimeBundle,
} from "./contract";
export { Curve, type CurveOptions, plot_curve } from "./curve";
export { Matrix, type MatrixInput, type MatrixOptions, show_matrix } from "./matrix";
export { module_html } from "./module-html";
export { module_summary } from "./module-text";
export { type ModuleTotals, type ModuleTree, module_totals, type ParameterInfo } from "./module-tree";
export { Progress, type ProgressOptions, progress, tqdm, trange } from "./progress";
export type { Metric } from "./progress-text";
export type { SeriesInput } from "./series";
export {
  type Entity,
  entities_of,
  show_entities,
  show_spans,
  TaggedText,
  type TaggedTextOptions,
  type TextSpan,
} from "./tagged-text";
export { type TensorView, tensor_html, tensor_summary } from "./tensor-html";
export {
  type EpochRecord,
  type HistoryCurveOptions,
  TrainingHistory,
  type TrainingHistoryOptions,
} from "./training-history";

/** The MIME bundle of a tensor: HTML, and PyTorch's text as the plain form. */
export function tensor_bundle(view: TensorView, text: string): MimeBundle {
  return { "text/plain": text, "text/html": tensor_html(view) };
}

/** The MIME bundle of a module: the tree as HTML, and PyTorch's repr (or a summary table without one) as the plain form. */
export function module_bundle(tree: ModuleTree, text?: string): MimeBundle {
  return { "text/plain": text ?? module_summary(tree), "text/html": module_html(tree) };
}

/** What a notebook has by name without an import. */
export const display_preload = {
  Curve,
  Matrix,
  Progress,
  TaggedText,
  TrainingHistory,
  plot_curve,
  progress,
  show_entities,
  show_matrix,
  show_spans,
  tqdm,
  trange,
};
