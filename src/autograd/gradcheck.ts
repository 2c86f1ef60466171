/** @file Checks gradients against finite differences (PyTorch: `torch.autograd.gradcheck`). */
import { bind } from "../args";
import { from_data } from "../backend/engine";
import { float64 } from "../dtype";
import { RuntimeError, ValueError } from "../errors";
import { cast } from "../ops/value/convert";
import { Tensor } from "../tensor";
import { grad } from "./grad";
import { enable_grad, no_grad } from "./grad-mode";

/** Gradients that finite differences do not confirm. */
export class GradcheckError extends RuntimeError {
  override name = "GradcheckError";
}

/** Keyword arguments of {@link gradcheck} and {@link gradgradcheck}. */
export interface GradcheckOptions {
  /** How far an element is moved to both sides. Default: 1e-6, for float64. */
  eps?: number;
  /** Absolute tolerance. Default: 1e-5. */
  atol?: number;
  /** Relative tolerance. Default: 1e-3. */
  rtol?: number;
  /** Whether a mismatch throws (the default) or gives false. */
  raise_exception?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of any function
type AnyFunction = (...args: any[]) => Tensor | readonly Tensor[];

const listed = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

const floating = (outputs: Tensor | readonly Tensor[]): Tensor[] =>
  listed<Tensor>(outputs).filter((output) => output instanceof Tensor && output.dtype.is_floating_point);

/** Inputs as new leaves, so that nothing reaches into the caller's graph. */
function leaves_of(inputs: readonly unknown[]): unknown[] {
  return inputs.map((input) => {
    if (!(input instanceof Tensor)) return input;
    const leaf = new Tensor(input.handle);
    return input.requires_grad ? leaf.requires_grad_() : leaf;
  });
}

/** d output[i] / d input[j], row by row of the input's elements, by central differences. */
function numerical(fn: AnyFunction, inputs: readonly unknown[], at: number, eps: number): Float64Array[][] {
  const input = inputs[at] as Tensor;
  const start = cast(input.detach(), float64).typed_array() as Float64Array;
  const evaluate = (j: number, by: number): Float64Array[] => {
    const moved = start.slice();
    moved[j] += by;
    const changed = [...inputs];
    changed[at] = cast(new Tensor(from_data(input.shape, float64, moved)), input.dtype);
    return no_grad(() =>
      floating(fn(...changed)).map((output) => cast(output, float64).typed_array() as Float64Array),
    );
  };
  return Array.from(start, (_, j) => {
    const above = evaluate(j, eps);
    const below = evaluate(j, -eps);
    return above.map((values, k) => values.map((value, i) => (value - below[k][i]) / (2 * eps)));
  });
}

function text(rows: readonly (readonly number[])[]): string {
  return `[${rows.map((row) => `[${row.map((value) => value.toPrecision(5)).join(", ")}]`).join(",\n ")}]`;
}

function check_options(name: string, options: unknown): void {
  bind<GradcheckOptions>(name, [], ["eps", "atol", "rtol", "raise_exception"], [options]);
}

/**
 * Compares the gradients of `fn` at `inputs` with finite differences; meant for float64.
 *
 * @param fn Takes the inputs, gives a tensor or a list of tensors.
 * @returns Whether they agree (true, or it throws).
 * @throws GradcheckError showing both Jacobians where they differ; ValueError when no input requires a gradient.
 * @example
 * const x = torch.randn(3, { dtype: torch.float64, requires_grad: true });
 * torch.autograd.gradcheck((x: Tensor) => x.sin(), [x]); // true
 */
export function gradcheck(
  fn: AnyFunction,
  inputs: Tensor | readonly unknown[],
  options: GradcheckOptions = {},
): boolean {
  check_options("gradcheck", options);
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, raise_exception = true } = options;
  try {
    check(fn, listed<unknown>(inputs), eps, atol, rtol);
    return true;
  } catch (error) {
    if (!raise_exception && error instanceof GradcheckError) return false;
    throw error;
  }
}

function check(fn: AnyFunction, inputs: readonly unknown[], eps: number, atol: number, rtol: number): void {
  const checked = [...inputs.keys()].filter((i) => {
    const input = inputs[i];
    return input instanceof Tensor && input.requires_grad;
  });
  if (checked.length === 0) {
    throw new ValueError(
      "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.",
    );
  }
  const leaves = leaves_of(inputs);
  const targets = checked.map((i) => leaves[i] as Tensor);
  const outputs = floating(fn(...leaves));
  if (outputs.length === 0) {
    throw new ValueError("gradcheck expects the function to give at least one floating point tensor");
  }
  const slopes = checked.map((i) => numerical(fn, inputs, i, eps));
  outputs.forEach((output, k) => {
    const count = output.numel();
    const rows = Array.from({ length: count }, (_, i) => {
      if (!output.requires_grad) return targets.map(() => null);
      const hot = new Float64Array(count);
      hot[i] = 1;
      const cotangent = cast(new Tensor(from_data(output.shape, float64, hot)), output.dtype);
      return grad(output, targets, {
        grad_outputs: cotangent,
        retain_graph: true,
        allow_unused: true,
      }) as (Tensor | null)[];
    });
    targets.forEach((target, t) => {
      const size = target.numel();
      const by_rule = rows.map((found) => {
        const gradient = found[t];
        if (gradient === null) return new Array<number>(size).fill(0);
        return Array.from(cast(gradient, float64).typed_array() as Float64Array);
      });
      const analytical = Array.from({ length: size }, (_, j) => by_rule.map((row) => row[j]));
      const measured = slopes[t].map((of_outputs) => Array.from(of_outputs[k]));
      const close = measured.every((row, j) =>
        row.every((value, i) => Math.abs(analytical[j][i] - value) <= atol + rtol * Math.abs(value)),
      );
      if (!close) {
        throw new GradcheckError(
          `Jacobian mismatch for output ${k} with respect to input ${checked[t]},\nnumerical:${text(measured)}\n` +
            `analytical:${text(analytical)}\n`,
        );
      }
    });
  });
}

/**
 * {@link gradcheck} of the gradients of `fn`: checks gradients of gradients.
 *
 * @param grad_outputs Gradients of the outputs; drawn at random unless given.
 */
export function gradgradcheck(
  fn: AnyFunction,
  inputs: Tensor | readonly unknown[],
  grad_outputs: Tensor | readonly Tensor[] | null = null,
  options: GradcheckOptions = {},
): boolean {
  check_options("gradgradcheck", options);
  const given = listed<unknown>(inputs);
  const outputs = floating(fn(...leaves_of(given)));
  const cotangents =
    grad_outputs === null
      ? outputs.map((output) => {
          // Any values without pattern do; the generator is left as it is.
          const values = Float64Array.from({ length: output.numel() }, (_, i) => Math.sin(7 * i + 1.3) + 0.1);
          return cast(new Tensor(from_data(output.shape, float64, values)), output.dtype).requires_grad_();
        })
      : listed<Tensor>(grad_outputs);
  const slope = (...args: unknown[]): Tensor[] => {
    const own = args.slice(0, given.length).map((input, i) => {
      const before = given[i];
      if (!(input instanceof Tensor) || !(before instanceof Tensor) || !before.requires_grad) return input;
      return input.requires_grad ? input : new Tensor(input.handle).requires_grad_();
    });
    const sources = own.filter((input): input is Tensor => input instanceof Tensor && input.requires_grad);
    return enable_grad(() => {
      const results = floating(fn(...own)).map((output, i) => ({
        output,
        cotangent: args[given.length + i],
      }));
      const used = results.filter(({ output }) => output.requires_grad);
      const found = grad(
        used.map(({ output }) => output),
        sources,
        {
          grad_outputs: used.map(({ cotangent }) => cotangent as Tensor),
          create_graph: true,
          allow_unused: true,
        },
      ) as (Tensor | null)[];
      return found.map((gradient, i) => gradient ?? sources[i].mul(0));
    });
  };
  return gradcheck(slope, [...given, ...cotangents], options);
}
