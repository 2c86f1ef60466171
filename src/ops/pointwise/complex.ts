/** @file Complex numbers, which are not offered: functions that say so. */
import { bind, none } from "../../args";
import { NotImplementedError, RuntimeError } from "../../errors";
import type { Tensor } from "../../tensor";
import { expect_tensor } from "../value/convert";

function refuse(name: string, first: string, second: string, a: unknown, args: readonly unknown[]): never {
  const other = bind<Record<string, unknown>>(name, [second], [], args, 1)[second];
  const x = expect_tensor(name, a, first);
  const y = expect_tensor(name, other, second);
  if (!x.dtype.is_floating_point || !y.dtype.is_floating_point) {
    throw new NotImplementedError(
      `Expected both inputs to be Half, Float or Double tensors but got ${x.dtype.scalar_type} and ${y.dtype.scalar_type}`,
    );
  }
  if (x.dtype !== y.dtype) {
    throw new RuntimeError(
      `Expected object of scalar type ${x.dtype.scalar_type} but got scalar type ${y.dtype.scalar_type} for second argument`,
    );
  }
  throw new NotImplementedError(
    `${name}(): complex dtypes are not offered; keep the real and the imaginary part in two tensors`,
  );
}

/** Not offered, as there are no complex dtypes. @throws NotImplementedError always, or another Error for wrong arguments. */
export function complex(real: Tensor, imag: Tensor): never;
export function complex(real: Tensor, ...args: unknown[]): never {
  return refuse("complex", "real", "imag", real, args);
}

/** Not offered, as there are no complex dtypes. @throws NotImplementedError always, or another Error for wrong arguments. */
export function polar(abs: Tensor, angle: Tensor): never;
export function polar(abs: Tensor, ...args: unknown[]): never {
  return refuse("polar", "abs", "angle", abs, args);
}

/** The imaginary part, which a real tensor has not. @throws TypeError always. */
export function imag(input: Tensor, ...more: []): never {
  none("imag", more);
  expect_tensor("imag", input);
  throw new TypeError("imag is not implemented for tensors with non-complex dtypes.");
}
