/** @file Running sums, softmax and norms that leave masked elements out (PyTorch: `torch.masked`). */
import { bind } from "../args";
import {
  softmin as inverse_shares,
  log_softmax as log_shares,
  softmax as shares,
} from "../ops/layer/softmax";
import { maximum } from "../ops/pointwise/bounds";
import { div } from "../ops/pointwise/elementwise";
import { cumprod as running_product, cumsum as running_sum } from "../ops/reduction/reduce";
import { cast, expect_no_bool, expect_tensor } from "../ops/value/convert";
import { scalar_tensor, type Tensor } from "../tensor";
import { combined, type Identity, type MaskOptions } from "./mask";
import { norm } from "./reductions";

type Along = MaskOptions & { dim: number };

function along(
  name: string,
  input: Tensor,
  args: readonly unknown[],
  identity: Identity,
  operation: (input: Tensor, dim: number, options: MaskOptions) => Tensor,
): Tensor {
  expect_tensor(`masked.${name}`, input);
  const { dim, dtype, mask } = bind<Along>(`masked.${name}`, ["dim"], ["dtype", "mask"], args, 1);
  const wanted = dtype ?? input.dtype;
  const x = combined(name, input, mask, identity);
  return cast(operation(x, dim, { dtype: wanted }), wanted);
}

/** Sums of the elements up to each along `dim`, those where `mask` does not hold as 0. */
export function cumsum(input: Tensor, dim: number, options?: MaskOptions): Tensor;
export function cumsum(input: Tensor, options: Along): Tensor;
export function cumsum(input: Tensor, ...args: unknown[]): Tensor {
  if (expect_tensor("cumsum", input).ndim > 0) expect_no_bool("cumsum_out_cpu", input);
  return along("cumsum", input, args, "zero", running_sum);
}

/** Products of the elements up to each along `dim`, those where `mask` does not hold as 1. */
export function cumprod(input: Tensor, dim: number, options?: MaskOptions): Tensor;
export function cumprod(input: Tensor, options: Along): Tensor;
export function cumprod(input: Tensor, ...args: unknown[]): Tensor {
  if (expect_tensor("cumprod", input).ndim > 0) expect_no_bool("cumprod_out_cpu", input);
  return along("cumprod", input, args, "one", running_product);
}

/** {@link shares} along `dim` of the elements where `mask` holds; 0 elsewhere, NaN where none do. */
export function softmax(input: Tensor, dim: number, options?: MaskOptions): Tensor;
export function softmax(input: Tensor, options: Along): Tensor;
export function softmax(input: Tensor, ...args: unknown[]): Tensor {
  return along("softmax", input, args, "lowest", shares);
}

/** The logarithm of {@link softmax}. */
export function log_softmax(input: Tensor, dim: number, options?: MaskOptions): Tensor;
export function log_softmax(input: Tensor, options: Along): Tensor;
export function log_softmax(input: Tensor, ...args: unknown[]): Tensor {
  return along("log_softmax", input, args, "lowest", log_shares);
}

/** {@link softmax} of the negative. */
export function softmin(input: Tensor, dim: number, options?: MaskOptions): Tensor;
export function softmin(input: Tensor, options: Along): Tensor;
export function softmin(input: Tensor, ...args: unknown[]): Tensor {
  return along("softmin", input, args, "highest", inverse_shares);
}

type Normalize = MaskOptions & { ord: number; dim: number; eps?: number };

/** The input, 0 where `mask` does not hold, divided by its norm of order `ord` along `dim`, at least `eps` (1e-12). */
export function normalize(
  input: Tensor,
  ord: number,
  dim: number,
  options?: MaskOptions & { eps?: number },
): Tensor;
export function normalize(input: Tensor, options: Normalize): Tensor;
export function normalize(input: Tensor, ...args: unknown[]): Tensor {
  expect_tensor("masked.normalize", input);
  const given = bind<Normalize>("masked.normalize", ["ord", "dim"], ["eps", "dtype", "mask"], args, 2);
  const { ord, dim, eps = 1e-12, dtype, mask } = given;
  const wanted = dtype ?? input.dtype;
  const x = combined("normalize", input, mask, "zero");
  const length = norm(input, ord, dim, { keepdim: true, dtype: wanted, mask });
  return div(x, maximum(length, scalar_tensor(eps, length.dtype)));
}
