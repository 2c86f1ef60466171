/** @file `nn.LazyLinear`: a linear layer whose first input says `in_features`. */
import { expect_tensor } from "../ops/value/convert";
import type { Tensor } from "../tensor";
import { bind_layer, type FactoryOptions } from "./factory";
import { first_call, has_uninitialized } from "./lazy";
import { Linear, type LinearOptions } from "./linear";
import { is_uninitialized, UninitializedParameter } from "./uninitialized";

/**
 * A {@link Linear} whose `in_features` is the size of the last dimension of its first input; it is a `Linear` from then on.
 *
 * @param out_features Size of the last dimension of the output.
 * @example
 * const fc = new nn.LazyLinear(2);
 * fc(torch.randn(32, 128)).shape; // [32, 2]
 */
export class LazyLinear extends Linear {
  constructor(out_features: number, options?: LinearOptions);
  constructor(out_features: number, bias: boolean, options?: FactoryOptions);
  constructor(options: LinearOptions & { out_features: number });
  constructor(...args: unknown[]) {
    type Args = LinearOptions & { out_features: number };
    const bound = bind_layer<Args>("LazyLinear", ["out_features"], ["bias", "device", "dtype"], args);
    const { out_features, ...options } = bound;
    super(0, out_features as number, options);
    this.weight = new UninitializedParameter(true, options);
    if (this.bias !== null) this.bias = new UninitializedParameter(true, options);
  }

  /** Draws the parameters anew, once they have shapes. */
  override reset_parameters(): void {
    if (this.in_features !== 0 && !has_uninitialized(this)) super.reset_parameters();
  }

  /** Gives the parameters their shapes after the input's. */
  initialize_parameters(input: Tensor): void {
    const width = expect_tensor("LazyLinear", input).shape[input.ndim - 1];
    if (has_uninitialized(this)) {
      this.in_features = width;
      if (is_uninitialized(this.weight)) this.weight.materialize([this.out_features, width]);
      if (is_uninitialized(this.bias)) this.bias.materialize([this.out_features]);
      this.reset_parameters();
    }
    if (this.in_features === 0) this.in_features = this.weight.shape[1];
  }

  /** @internal */
  override _call(args: readonly unknown[]): unknown {
    return first_call(this, Linear, args);
  }
}
