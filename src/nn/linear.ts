/** @file Linear layers. */
import { bind } from "../args";
import { RuntimeError } from "../errors";
import { linear } from "../ops/algebra/linear";
import { expect_no_bool, expect_tensor } from "../ops/value/convert";
import type { Tensor } from "../tensor";
import { bind_layer, check_size, empty_parameter, type FactoryOptions } from "./factory";
import { kaiming_uniform_, uniform_ } from "./init";
import { Module } from "./module";
import type { Parameter } from "./parameter";

/** Keyword arguments of {@link Linear}. */
export interface LinearOptions extends FactoryOptions {
  /** Whether there is a bias. Default: true. */
  bias?: boolean;
}

interface LinearArgs extends LinearOptions {
  in_features: number;
  out_features: number;
}

/**
 * `y = x A^T + b`.
 *
 * @param in_features Size of the last dimension of the input.
 * @param out_features Size of the last dimension of the output.
 *
 * Input (..., in_features), output (..., out_features). Parameters: `weight` (out_features, in_features) and `bias`
 * (out_features), both drawn uniformly between -1/√in_features and 1/√in_features.
 *
 * @example
 * const fc = new nn.Linear(128, 2);
 * fc(torch.randn(32, 128)).shape; // [32, 2]
 */
export class Linear extends Module {
  in_features: number;
  out_features: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(in_features: number, out_features: number, options?: LinearOptions);
  constructor(in_features: number, out_features: number, bias: boolean, options?: FactoryOptions);
  constructor(options: LinearArgs);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<LinearArgs>(
      "Linear",
      ["in_features", "out_features"],
      ["bias", "device", "dtype"],
      args,
    );
    this.in_features = check_size("Linear", "in_features", bound.in_features);
    this.out_features = check_size("Linear", "out_features", bound.out_features);
    this.weight = empty_parameter([this.out_features, this.in_features], bound.dtype);
    this.bias = (bound.bias ?? true) ? empty_parameter([this.out_features], bound.dtype) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    kaiming_uniform_(this.weight, Math.sqrt(5));
    if (this.bias !== null) {
      const bound = this.in_features > 0 ? 1 / Math.sqrt(this.in_features) : 0;
      uniform_(this.bias, -bound, bound);
    }
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extra_repr(): string {
    const { in_features, out_features, bias } = this;
    return `in_features=${in_features}, out_features=${out_features}, bias=${bias === null ? "False" : "True"}`;
  }
}

/** Gives its input back; takes any arguments. */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** Keyword arguments of {@link Bilinear}. */
interface BilinearArgs extends LinearOptions {
  in1_features: number;
  in2_features: number;
  out_features: number;
}

/** `y = x1^T A x2 + b`: inputs (..., in1_features) and (..., in2_features), output (..., out_features). */
export class Bilinear extends Module {
  in1_features: number;
  in2_features: number;
  out_features: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(in1_features: number, in2_features: number, out_features: number, options?: LinearOptions);
  constructor(
    in1_features: number,
    in2_features: number,
    out_features: number,
    bias: boolean,
    options?: FactoryOptions,
  );
  constructor(options: BilinearArgs);
  constructor(...args: unknown[]) {
    super();
    const bound = bind_layer<BilinearArgs>(
      "Bilinear",
      ["in1_features", "in2_features", "out_features"],
      ["bias", "device", "dtype"],
      args,
    );
    this.in1_features = check_size("Bilinear", "in1_features", bound.in1_features, 1);
    this.in2_features = check_size("Bilinear", "in2_features", bound.in2_features);
    this.out_features = check_size("Bilinear", "out_features", bound.out_features);
    const { in1_features, in2_features, out_features } = this;
    this.weight = empty_parameter([out_features, in1_features, in2_features], bound.dtype);
    this.bias = (bound.bias ?? true) ? empty_parameter([out_features], bound.dtype) : null;
    this.reset_parameters();
  }

  /** Draws the parameters anew. */
  reset_parameters(): void {
    const bound = 1 / Math.sqrt(this.in1_features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extra_repr(): string {
    const { in1_features, in2_features, out_features, bias } = this;
    return (
      `in1_features=${in1_features}, in2_features=${in2_features}, out_features=${out_features}, ` +
      `bias=${bias === null ? "False" : "True"}`
    );
  }
}

/**
 * `x1^T A x2 + b`.
 *
 * @param weight (out_features, in1_features, in2_features)
 * @throws RuntimeError when the sizes do not go together.
 */
export function bilinear(
  input1: Tensor,
  input2: Tensor,
  weight: Tensor,
  bias?: Tensor | null | { bias?: Tensor | null },
): Tensor;
export function bilinear(
  input1: Tensor,
  input2: Tensor,
  options: { weight: Tensor; bias?: Tensor | null },
): Tensor;
export function bilinear(
  input1: Tensor,
  options: { input2: Tensor; weight: Tensor; bias?: Tensor | null },
): Tensor;
export function bilinear(input1: Tensor, ...args: unknown[]): Tensor {
  type Args = { input2: Tensor; weight: Tensor; bias?: Tensor | null };
  const { input2, weight, bias = null } = bind<Args>("bilinear", ["input2", "weight", "bias"], [], args, 2);
  for (const each of [input1, input2, weight]) expect_tensor("bilinear", each);
  const lead = input1.shape.slice(0, -1);
  const [out_features, size1, size2] = weight.shape;
  if (input1.ndim !== input2.ndim) {
    throw new RuntimeError(
      `bilinear(): input dimensions do not match: got ${input1.ndim} and ${input2.ndim}`,
    );
  }
  lead.forEach((size, i) => {
    if (size !== input2.shape[i]) {
      throw new RuntimeError(
        `bilinear(): input batch dimensions do not match at dim ${i}: got ${size} and ${input2.shape[i]}`,
      );
    }
  });
  for (const [which, input, size] of [
    [1, input1, size1],
    [2, input2, size2],
  ] as const) {
    const given = input.shape[input.ndim - 1];
    if (given !== size) {
      throw new RuntimeError(
        `bilinear(): input${which} size does not match weight size: got ${given} but expected ${size}`,
      );
    }
  }
  expect_no_bool("bmm", input1);
  // (N, in1) times (in1, out * in2), then the in2 of each row with those of input2.
  const flat = weight.permute(1, 0, 2).reshape(size1, out_features * size2);
  const left = linear(input1, flat.transpose(0, 1)).reshape([...lead, out_features, size2]);
  const product = left.mul(input2.reshape([...lead, 1, size2])).sum(-1, { dtype: input1.dtype });
  return bias === null ? product : product.add(bias);
}
