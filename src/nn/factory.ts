/** @file What the constructors of layers share: binding their arguments, the device, and parameters to be filled. */
import { bind } from "../args";
import { is_using_gpu } from "../backend/engine";
import { DType, get_default_dtype } from "../dtype";
import { RuntimeError } from "../errors";
import { zeros } from "../ops/value/create";
import { Parameter } from "./parameter";

/** Keyword arguments of every layer with parameters. */
export interface FactoryOptions {
  /** The one device is that of TensorFlow's runtime. */
  device?: string | null;
  /** Floating point type of the parameters; the default one unless given. */
  dtype?: DType | null;
}

/** @throws RuntimeError for a device that TensorFlow's runtime does not use. */
export function check_device(device: unknown): void {
  if (device === undefined || device === null) return;
  const name = String(device);
  if (name === "cpu") return;
  if (/^cuda(:\d+)?$/.test(name)) {
    if (is_using_gpu()) return;
    throw new RuntimeError(
      `${name}: TensorFlow's runtime runs on the CPU here; "npm run setup -- --gpu" builds it for CUDA`,
    );
  }
  throw new RuntimeError(`Expected one of cpu, cuda device type at start of device string: ${name}`);
}

/**
 * Binds a layer's constructor arguments: positional ones in order, keyword ones in one trailing options object.
 *
 * @param required Names of the parameters without a default, in order.
 * @param optional Names of those with one, in order; they follow by position too.
 * @throws TypeError for a missing argument, one too many, or an unknown keyword.
 */
export function bind_layer<T extends object>(
  layer: string,
  required: readonly (keyof T & string)[],
  optional: readonly (keyof T & string)[],
  args: readonly unknown[],
): Partial<T> {
  const bound = bind<T>(layer, [...required, ...optional], [], args);
  const missing = required.filter((name) => bound[name] === undefined);
  if (missing.length > 0) {
    throw new TypeError(
      `${layer}() missing ${missing.length} required positional argument${missing.length === 1 ? "" : "s"}: ` +
        missing.map((name) => `'${name}'`).join(" and "),
    );
  }
  const { device, dtype } = bound as FactoryOptions;
  check_device(device);
  if (dtype !== undefined && dtype !== null && !(dtype instanceof DType)) {
    throw new TypeError(`${layer}(): argument 'dtype' must be torch.dtype, not ${typeof dtype}`);
  }
  return bound;
}

/** A size among a layer's arguments, checked. @throws TypeError unless it is a whole number, RuntimeError below `least`. */
export function check_size(layer: string, name: string, value: unknown, least = 0): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new TypeError(
      `${layer}(): argument '${name}' must be int, not ${typeof value === "number" ? "float" : typeof value}`,
    );
  }
  if (value < least) {
    throw new RuntimeError(
      `${layer}(): ${name} must be ${least === 0 ? "non-negative" : `at least ${least}`}, got ${value}`,
    );
  }
  return value;
}

/** A parameter of zeros, to be filled by an initialiser. */
export function empty_parameter(shape: readonly number[], dtype?: DType | null): Parameter {
  return new Parameter(zeros(shape, { dtype: dtype ?? get_default_dtype() }));
}
