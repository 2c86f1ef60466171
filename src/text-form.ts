/** @file How tensors look: as text in PyTorch's form, and richly where a notebook shows them. */
import { inspect } from "node:util";
import { display_tensor, JUPYTER_DISPLAY } from "./display";
import { get_default_dtype } from "./dtype";
import { format_tensor } from "./format";
import { Tensor } from "./tensor";

/** What `print` shows of a tensor in PyTorch. */
function to_string(this: Tensor): string {
  return format_tensor({
    shape: this.shape,
    dtype: this.dtype.name,
    data: this.typed_array(),
    default_dtype: get_default_dtype().name,
    suffix: {
      requires_grad: this.requires_grad,
      grad_fn: this.grad_fn?.name() ?? null,
    },
  });
}

Tensor.prototype.toString = to_string;

Object.defineProperties(Tensor.prototype, {
  [inspect.custom]: {
    value(this: Tensor) {
      return this.toString();
    },
    writable: true,
    configurable: true,
  },
  [JUPYTER_DISPLAY]: {
    value(this: Tensor) {
      return display_tensor(this);
    },
    writable: true,
    configurable: true,
  },
});
