/** @file A linear layer and the cross entropy of its scores, in one. */
import { RuntimeError } from "../errors";
import { reshape } from "../ops/shape/movement";
import { numel } from "../shape";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, type FactoryOptions } from "./factory";
import { type LinearCrossEntropyArgs, linear_cross_entropy } from "./functional/linear-cross-entropy";
import { Linear } from "./linear";
import { WeightedLoss } from "./loss-base";
import { float_text, python_text } from "./python-text";

/** Keyword arguments of {@link LinearCrossEntropyLoss}. */
export interface LinearCrossEntropyOptions
  extends FactoryOptions,
    Omit<LinearCrossEntropyArgs, "linear_bias"> {
  /** Sizes of the places that each have a loss of their own. Default: none. */
  out_features?: readonly number[];
  /** Whether the linear layer has a bias. Default: false. */
  bias?: boolean;
}

const names = [
  "out_features",
  "bias",
  "device",
  "dtype",
  "reduction",
  "weight",
  "ignore_index",
  "label_smoothing",
  "options",
] as const;

/**
 * A {@link Linear} layer (the field `linear`) whose scores go straight to the cross entropy.
 *
 * Input (in_features) or (N, in_features); target as that of {@link CrossEntropyLoss}.
 *
 * @param in_features Size of the last dimension of the input.
 * @param num_classes Classes.
 * @throws RuntimeError for a weight of another size and a smoothing outside of [0, 1].
 * @example
 * const loss = new nn.LinearCrossEntropyLoss(16, 5);
 * loss(torch.randn(8, 16), torch.randint(0, 5, [8])).backward();
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  num_classes: number;
  out_features: number[];
  ignore_index: number | null;
  label_smoothing: number;
  linear: Linear;

  constructor(in_features: number, num_classes: number, options?: LinearCrossEntropyOptions);
  constructor(options: LinearCrossEntropyOptions & { in_features: number; num_classes: number });
  constructor(...args: unknown[]) {
    type Args = LinearCrossEntropyOptions & { in_features: number; num_classes: number };
    const layer = "LinearCrossEntropyLoss";
    const bound = bind_layer<Args>(layer, ["in_features", "num_classes"], names, args);
    super(bound);
    const { weight = null, label_smoothing = 0, out_features = [], bias = false, dtype } = bound;
    this.num_classes = check_size(layer, "num_classes", bound.num_classes);
    if (weight !== null && weight.shape.join() !== String(this.num_classes)) {
      throw new RuntimeError(
        `expected weight shape to be (${this.num_classes},), got (${weight.shape.join(", ")})`,
      );
    }
    if (!(label_smoothing >= 0 && label_smoothing <= 1)) {
      throw new RuntimeError(`expected label_smoothing to be in range [0, 1], got ${label_smoothing}`);
    }
    this.out_features = [...out_features];
    this.ignore_index = bound.ignore_index ?? null;
    this.label_smoothing = label_smoothing;
    const rows = this.num_classes * numel(this.out_features);
    this.linear = new Linear(bound.in_features as number, rows, { bias, dtype });
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    const { num_classes, out_features, linear, weight, reduction, ignore_index, label_smoothing } = this;
    const outputs = [num_classes, ...out_features];
    return linear_cross_entropy(input, reshape(linear.weight, [...outputs, linear.in_features]), target, {
      linear_bias: linear.bias === null ? null : reshape(linear.bias, outputs),
      weight,
      reduction,
      ignore_index,
      label_smoothing,
    });
  }

  override extra_repr(): string {
    const { linear, num_classes, out_features, reduction, ignore_index, label_smoothing } = this;
    return (
      `in_features=${linear.in_features}, num_classes=${num_classes}, out_features=${python_text(out_features)}, ` +
      `bias=${python_text(linear.bias !== null)}, reduction=${reduction}, ignore_index=${python_text(ignore_index)}, ` +
      `label_smoothing=${float_text(label_smoothing)}, options=None`
    );
  }
}
