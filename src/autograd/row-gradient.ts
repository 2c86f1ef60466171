/**
 * @file The gradient of an embedding's table by rows: a tensor like any other, whose dense value is made when first asked for.
 *
 * An optimizer that can do with the rows spares a table's worth of zeros in each step.
 */
import { execute, scalar } from "../backend/engine";
import type { Handle } from "../backend/handle";
import { int32 } from "../dtype";
import { Tensor } from "../tensor";

/** Rows to be added up where `index` says; negative ones add nowhere. */
export interface Rows {
  readonly values: Handle;
  readonly index: Handle;
  /** Rows of the table. */
  readonly height: number;
}

const pending = new WeakMap<Tensor, Rows>();

/** The dense value of a gradient by rows. */
export function dense_rows({ values, index, height }: Rows): Handle {
  return execute("UnsortedSegmentSum", [values, index, scalar(height, int32)]);
}

/** A tensor of the table's shape that becomes dense once somebody looks at it. */
export function row_gradient(rows: Rows): Tensor {
  const tensor = new Tensor(rows.values);
  const become = (handle: Handle): void => {
    pending.delete(tensor);
    Object.defineProperty(tensor, "_handle", {
      value: handle,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  };
  Object.defineProperty(tensor, "_handle", {
    enumerable: true,
    configurable: true,
    get(): Handle {
      const handle = dense_rows(rows);
      handle.holders++;
      become(handle);
      return handle;
    },
    set: become,
  });
  pending.set(tensor, rows);
  return tensor;
}

/** The rows of a gradient that nobody has looked at yet, null for any other tensor. */
export function pending_rows(tensor: Tensor): Rows | null {
  return pending.get(tensor) ?? null;
}
