/** @file `nn.LazyLinear`: a linear layer whose first input says `in_features`. */
import { expect_tensor } from "../ops/value/convert";
import { bind_layer, type FactoryOptions } from "./factory";
import { has_uninitialized, type Lazy, type LazyForm, lazy } from "./lazy";
import { Linear, type LinearOptions } from "./linear";
import { is_uninitialized, UninitializedParameter } from "./uninitialized";

type Args = LinearOptions & { out_features: number };

interface LazyLinearConstructor {
  new (out_features: number, options?: LinearOptions): Linear & Lazy;
  new (out_features: number, bias: boolean, options?: FactoryOptions): Linear & Lazy;
  new (options: Args): Linear & Lazy;
}

const form: LazyForm<Linear> = {
  bind(name, args) {
    const bound = bind_layer<Args>(name, ["out_features"], ["bias", "device", "dtype"], args);
    return { ...bound, in_features: 0 };
  },
  size: (layer) => layer.in_features,
  forget(layer) {
    const { dtype } = layer.weight;
    layer.weight = new UninitializedParameter(true, { dtype });
    if (layer.bias !== null) layer.bias = new UninitializedParameter(true, { dtype });
  },
  complete(layer, input) {
    const width = expect_tensor("LazyLinear", input).shape[input.ndim - 1];
    if (has_uninitialized(layer)) {
      layer.in_features = width;
      if (is_uninitialized(layer.weight)) layer.weight.materialize([layer.out_features, width]);
      if (is_uninitialized(layer.bias)) layer.bias.materialize([layer.out_features]);
      layer.reset_parameters();
    }
    if (layer.in_features === 0) layer.in_features = layer.weight.shape[1];
  },
};

/**
 * A {@link Linear} whose `in_features` is the size of the last dimension of its first input; it is a `Linear` from then on.
 *
 * @param out_features Size of the last dimension of the output.
 * @example
 * const fc = new nn.LazyLinear(2);
 * fc(torch.randn(32, 128)).shape; // [32, 2]
 */
export class LazyLinear extends lazy<LazyLinearConstructor, Linear>(Linear, form) {}
