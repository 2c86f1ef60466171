/** @file Copies of what views give: their elements in tensors of their own. */

import { none } from "../../args";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";
import { clone } from "../value/fill";
import { unfold } from "./arrange";
import { diagonal } from "./diagonals";
import { expand, permute, squeeze, t, transpose, unsqueeze, view } from "./movement";
import { narrow, select, slice_of } from "./parts";
import { chunk, split, split_with_sizes, unbind } from "./splits";

type Result = Tensor | Tensor[];

/** An operation whose results are tensors of their own. Its arguments and errors are those of the view's. */
function copying<F extends (...args: never[]) => Result>(operation: F): F {
  const own = (each: Tensor): Tensor => (each._view === null ? clone(each) : each._alias());
  return ((...args: never[]) => {
    const result = operation(...args);
    return Array.isArray(result) ? result.map(own) : own(result);
  }) as unknown as F;
}

/** A copy of the input. */
export function alias_copy(input: Tensor, ...more: []): Tensor {
  none("alias_copy", more);
  return clone(expect_tensor("alias_copy", input));
}

/** A copy of the input without its history. */
export function detach_copy(input: Tensor, ...more: []): Tensor {
  none("detach_copy", more);
  return clone(expect_tensor("detach_copy", input).detach());
}

/** {@link diagonal} as a copy. */
export const diagonal_copy: typeof diagonal = copying(diagonal);

/** {@link expand} as a copy. */
export const expand_copy: typeof expand = copying(expand);

/** {@link narrow} as a copy. */
export const narrow_copy: typeof narrow = copying(narrow);

/** {@link permute} as a copy. */
export const permute_copy: typeof permute = copying(permute);

/** {@link select} as a copy. */
export const select_copy: typeof select = copying(select);

/** Elements start, start + step, ... before end of dimension `dim`, as a copy. */
export const slice_copy: typeof slice_of = copying(slice_of);

/** {@link split} as copies. */
export const split_copy: typeof split = copying(split);

/** {@link split_with_sizes} as copies. */
export const split_with_sizes_copy: typeof split_with_sizes = copying(split_with_sizes);

/** {@link squeeze} as a copy. */
export const squeeze_copy: typeof squeeze = copying(squeeze);

/** {@link t} as a copy. */
export const t_copy: typeof t = copying(t);

/** {@link transpose} as a copy. */
export const transpose_copy: typeof transpose = copying(transpose);

/** {@link unbind} as copies. */
export const unbind_copy: typeof unbind = copying(unbind);

/** {@link unfold} as a copy. */
export const unfold_copy: typeof unfold = copying(unfold);

/** {@link unsqueeze} as a copy. */
export const unsqueeze_copy: typeof unsqueeze = copying(unsqueeze);

/** {@link view} as a copy. */
export const view_copy: typeof view = copying(view);

/** An operation whose results share values with the input, although autograd does not see them as views. */
function unseen<F extends (...args: never[]) => Tensor[]>(operation: F): F {
  const own = (each: Tensor): Tensor => {
    const view = each._view;
    if (view === null) return each;
    each._view = { ...view, detached: true, apart: true };
    each._origin = null;
    return each;
  };
  return ((...args: never[]) => operation(...args).map(own)) as unknown as F;
}

/** {@link chunk} as tensors that autograd does not see as views. */
export const unsafe_chunk: typeof chunk = unseen(chunk);

/** {@link split} as tensors that autograd does not see as views. */
export const unsafe_split: typeof split = unseen(split);

/** {@link split_with_sizes} as tensors that autograd does not see as views. */
export const unsafe_split_with_sizes: typeof split_with_sizes = unseen(split_with_sizes);
