/** @file Jacobians, Hessians and their products with vectors (PyTorch: `torch.autograd.functional`). */
import { bind } from "../args";
import { RuntimeError } from "../errors";
import { stack } from "../ops/shape/join";
import { zeros_like } from "../ops/value/create";
import { Tensor } from "../tensor";
import { grad } from "./grad";
import { enable_grad } from "./grad-mode";

/** Keyword arguments of the functions here. */
export interface FunctionalOptions {
  /** Whether the result can be differentiated itself. */
  create_graph?: boolean;
  /** Whether an input that an output does not depend on is an error, instead of zeros. */
  strict?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any function
type Of<R> = (...inputs: any[]) => R;
type Tensors = Tensor | readonly Tensor[];

const listed = (tensors: Tensors): readonly Tensor[] => (tensors instanceof Tensor ? [tensors] : tensors);

/** One result for one input, a list for a list. */
const alike = <T>(given: Tensors, results: T[]): T | T[] => (given instanceof Tensor ? results[0] : results);

/** The inputs as they are to be differentiated by: themselves where the result is, else leaves of their own. */
function sources(inputs: Tensors, create_graph: boolean): Tensor[] {
  return listed(inputs).map((input) => {
    if (!(input instanceof Tensor)) {
      throw new TypeError("The inputs given must be either a Tensor or a tuple of Tensors");
    }
    // An operation of its own, so that the gradient ends here and yet goes on to the caller's graph.
    if (create_graph && input.requires_grad) return input.mul(1);
    return new Tensor(input.handle).requires_grad_();
  });
}

function slopes(
  outputs: readonly Tensor[],
  by: readonly Tensor[],
  cotangents: readonly Tensor[] | null,
  { create_graph = false, strict = false }: FunctionalOptions,
): Tensor[] {
  const used = outputs.map((output, i) => ({ output, cotangent: cotangents?.[i] ?? null }));
  const live = used.filter(({ output }) => output.requires_grad);
  const found =
    live.length === 0
      ? by.map(() => null)
      : (grad(
          live.map(({ output }) => output),
          by,
          {
            grad_outputs: cotangents === null ? null : live.map(({ cotangent }) => cotangent),
            retain_graph: true,
            create_graph,
            allow_unused: true,
          },
        ) as (Tensor | null)[]);
  return found.map((gradient, i) => {
    if (gradient !== null) return gradient;
    if (strict) {
      throw new RuntimeError(
        `The output of the user-provided function is independent of input ${i}. This is not allowed in strict mode.`,
      );
    }
    return zeros_like(by[i].detach());
  });
}

function check_options(name: string, options: unknown): void {
  bind<Record<string, unknown>>(name, [], ["create_graph", "strict", "vectorize"], [options]);
}

/**
 * The Jacobian of `func` at `inputs`: for every output and input a tensor of the output's shape followed by the input's.
 *
 * @returns One tensor for one output and one input; a list (of lists) for lists.
 * @example
 * torch.autograd.functional.jacobian((x: Tensor) => x.exp(), torch.rand(2)).shape; // [2, 2]
 */
export function jacobian(func: Of<Tensor>, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function jacobian(func: Of<Tensor>, inputs: readonly Tensor[], options?: FunctionalOptions): Tensor[];
export function jacobian(
  func: Of<readonly Tensor[]>,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
export function jacobian(func: Of<Tensors>, inputs: Tensors, options: FunctionalOptions = {}): unknown {
  check_options("jacobian", options);
  return enable_grad(() => {
    const by = sources(inputs, options.create_graph ?? false);
    const outputs = func(...by);
    const all = listed(outputs).map((output) => {
      const flat = output.reshape([output.numel()]);
      const rows = Array.from({ length: flat.numel() }, (_, i) =>
        slopes([flat.select(0, i)], by, null, options),
      );
      const per_input = by.map((input, k) => {
        const shape = [...output.shape, ...input.shape];
        if (rows.length === 0) return input.detach().new_zeros(shape);
        const whole = stack(rows.map((row) => row[k])).reshape(shape);
        return options.create_graph ? whole : whole.detach();
      });
      return alike(inputs, per_input);
    });
    return outputs instanceof Tensor ? all[0] : all;
  });
}

/**
 * The Hessian of `func`, which gives one number, at `inputs`: for every pair of inputs a tensor of both shapes.
 *
 * @example
 * torch.autograd.functional.hessian((x: Tensor) => x.pow(3).sum(), torch.rand(2)).shape; // [2, 2]
 */
export function hessian(func: Of<Tensor>, inputs: Tensor, options?: FunctionalOptions): Tensor;
export function hessian(func: Of<Tensor>, inputs: readonly Tensor[], options?: FunctionalOptions): Tensor[][];
export function hessian(
  func: Of<Tensor>,
  inputs: Tensors,
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  check_options("hessian", options);
  const slope = (...args: Tensor[]): Tensor[] => {
    const value = func(...args);
    check_scalar("hessian", value);
    return slopes([value], args, null, { ...options, create_graph: true });
  };
  const found = jacobian(slope, listed(inputs), options);
  return inputs instanceof Tensor ? found[0][0] : found;
}

function check_scalar(name: string, value: Tensor): void {
  if (value.numel() !== 1) {
    throw new RuntimeError(
      `The Tensor returned by the function given to ${name} should contain a single element`,
    );
  }
}

function vectors(v: Tensors | null | undefined, count: number): readonly Tensor[] | null {
  if (v === null || v === undefined) {
    if (count !== 1) {
      throw new RuntimeError(
        "The vector v can only be None if the user-provided function returns a single Tensor with a single element.",
      );
    }
    return null;
  }
  return listed(v);
}

/** The outputs of `func`, and the product of the vectors `v` with its Jacobian. */
export function vjp(
  func: Of<Tensors>,
  inputs: Tensors,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [Tensors, Tensors] {
  check_options("vjp", options);
  return enable_grad(() => {
    const by = sources(inputs, options.create_graph ?? false);
    const outputs = func(...by);
    const list = listed(outputs);
    const size = list.length === 1 ? list[0].numel() : 0;
    const result = slopes(list, by, vectors(v, size), options);
    return [options.create_graph ? outputs : detached(outputs), alike(inputs, result)];
  });
}

function detached(tensors: Tensors): Tensors {
  return tensors instanceof Tensor ? tensors.detach() : tensors.map((tensor) => tensor.detach());
}

/** The outputs of `func`, and the product of its Jacobian with the vectors `v` (by differentiating twice). */
export function jvp(
  func: Of<Tensors>,
  inputs: Tensors,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [Tensors, Tensors] {
  check_options("jvp", options);
  return enable_grad(() => {
    const by = sources(inputs, options.create_graph ?? false);
    const outputs = func(...by);
    const list = listed(outputs);
    const probes = list.map((output) => zeros_like(output.detach()).requires_grad_());
    const back = slopes(list, by, probes, { create_graph: true });
    const count = by.length === 1 ? by[0].numel() : 0;
    const along = vectors(v, count) ?? [by[0].detach().new_ones(by[0].shape)];
    const live = back.map((slope, i) => ({ slope, v: along[i] })).filter(({ slope }) => slope.requires_grad);
    const result = slopes(
      live.map(({ slope }) => slope),
      probes,
      live.map((one) => one.v),
      options,
    );
    const products = outputs instanceof Tensor ? result[0] : result;
    return [options.create_graph ? outputs : detached(outputs), products];
  });
}

/** The value of `func`, which gives one number, and the product of the vectors `v` with its Hessian. */
export function vhp(
  func: Of<Tensor>,
  inputs: Tensors,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [Tensor, Tensors] {
  check_options("vhp", options);
  return enable_grad(() => {
    const by = sources(inputs, options.create_graph ?? false);
    const value = func(...by);
    check_scalar("vhp", value);
    const slope = slopes([value], by, null, { create_graph: true });
    const count = by.length === 1 ? by[0].numel() : 0;
    const along = vectors(v, count) ?? [by[0].detach().new_ones(by[0].shape)];
    const result = slopes(slope, by, along, options);
    return [options.create_graph ? value : value.detach(), alike(inputs, result)];
  });
}

/** The value of `func`, which gives one number, and the product of its Hessian with the vectors `v`. */
export function hvp(
  func: Of<Tensor>,
  inputs: Tensors,
  v?: Tensors | null,
  options: FunctionalOptions = {},
): [Tensor, Tensors] {
  check_options("hvp", options);
  // Second derivatives do not depend on their order.
  return vhp(func, inputs, v, options);
}
