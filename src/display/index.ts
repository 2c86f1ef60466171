/** @file Rich display: what tensors, modules, training runs and tagged text look like in a notebook and in a terminal. */
import { Curve, plot_curve } from "./curve";
import { Matrix, show_matrix } from "./matrix";
import { Progress, progress, tqdm, trange } from "./progress";
import { show_entities, show_spans, TaggedText } from "./tagged-text";
import { TrainingHistory } from "./training-history";

export {
  display_module,
  display_tensor,
  type ModuleLike,
  module_tree,
  type TensorLike,
  tensor_view,
} from "./adapters";
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
