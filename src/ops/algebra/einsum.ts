/** @file Products that sum over named dimensions: einsum, tensordot; cross products, distances, traces. */

import { bind, is_options, none } from "../../args";
import { named } from "../../autograd/tape";
import { RuntimeError } from "../../errors";
import { normalize_dim, range, size_text } from "../../shape";
import { is_tensor, type Tensor } from "../../tensor";
import { mul, sub } from "../pointwise/elementwise";
import { sum, sum_dims } from "../reduction/reduce";
import { norm_dims } from "../reduction/statistics";
import { diagonal } from "../shape/diagonals";
import { roll } from "../shape/join";
import { expand, permute, reshape, unsqueeze } from "../shape/movement";
import { expect_no_bool, expect_tensor } from "../value/convert";
import { batch_product } from "./linalg";

/** A tensor whose dimensions have names. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** Names of a term's dimensions; those that `...` stands for get names that count from the right. */
function labels_of(term: string, rank: number, equation: string): string[] {
  const compact = term.replaceAll(" ", "");
  const [before, after, more] = compact.split("...");
  if (more !== undefined) throw new RuntimeError(`einsum(): "..." comes twice in a term of "${equation}"`);
  for (const letter of `${before}${after ?? ""}`) {
    if (!/[A-Za-z]/.test(letter)) {
      throw new RuntimeError(
        `einsum(): invalid subscript given at index ${equation.indexOf(letter)} in the equation string, subscripts must be in [a-zA-Z]`,
      );
    }
  }
  const named = before.length + (after?.length ?? 0);
  if (after === undefined ? named !== rank : named > rank) {
    throw new RuntimeError(
      `einsum(): the number of subscripts in the equation (${named}) does not match the number of dimensions (${rank}) for an operand`,
    );
  }
  const free = range(rank - named).map((i) => `...${rank - named - i}`);
  return [...before, ...free, ...(after ?? "")];
}

/** Dimensions of the same name become their diagonal. */
function without_repeats({ tensor, labels }: Labelled): Labelled {
  const again = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (again < 0) return { tensor, labels };
  const first = labels.indexOf(labels[again]);
  const rest = labels.filter((_, i) => i !== first && i !== again);
  return without_repeats({
    tensor: diagonal(tensor, 0, first, again),
    labels: [...rest, labels[again]],
  });
}

/** Sums over the dimensions that nobody needs any more. */
function only({ tensor, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const gone = range(labels.length).filter((i) => !needed.has(labels[i]));
  if (gone.length === 0) return { tensor, labels };
  return {
    tensor: gone.length === 0 ? tensor : sum(tensor, gone),
    labels: labels.filter((label) => needed.has(label)),
  };
}

/** The dimensions in the order of `order`, in groups that are flattened to one dimension each. */
function grouped({ tensor, labels }: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const order = groups.flat().map((label) => labels.indexOf(label));
  const turned = order.every((at, i) => at === i) ? tensor : permute(tensor, order);
  const sizes = groups.map((group) =>
    group.reduce((size, label) => size * tensor.shape[labels.indexOf(label)], 1),
  );
  return reshape(turned, sizes);
}

/** The product of two operands, summed over the names that only they have. */
function contract(left: Labelled, right: Labelled, later: ReadonlySet<string>): Labelled {
  const in_right = new Set(right.labels);
  const in_left = new Set(left.labels);
  let a = only(left, new Set([...later, ...in_right]));
  let b = only(right, new Set([...later, ...in_left]));
  const size = (x: Labelled, label: string): number => x.tensor.shape[x.labels.indexOf(label)];
  const both = a.labels.filter((label) => b.labels.includes(label));
  const stretched = (x: Labelled, y: Labelled): Labelled => ({
    labels: x.labels,
    tensor: expand(
      x.tensor,
      x.labels.map((label) =>
        y.labels.includes(label) ? Math.max(size(x, label), size(y, label)) : size(x, label),
      ),
    ),
  });
  if (both.some((label) => size(a, label) !== size(b, label))) [a, b] = [stretched(a, b), stretched(b, a)];
  const batch = both.filter((label) => later.has(label));
  const summed = both.filter((label) => !later.has(label));
  const rows = a.labels.filter((label) => !both.includes(label));
  const columns = b.labels.filter((label) => !both.includes(label));
  const product = batch_product(grouped(a, [batch, rows, summed]), grouped(b, [batch, summed, columns]));
  const shape = [
    ...batch.map((label) => size(a, label)),
    ...rows.map((label) => size(a, label)),
    ...columns.map((label) => size(b, label)),
  ];
  return { tensor: reshape(product, shape), labels: [...batch, ...rows, ...columns] };
}

/**
 * Products of tensors, summed over the dimensions whose letter the result lacks (Einstein's summation).
 *
 * @param equation Letters for each operand's dimensions, between commas; after `->` those of the result (left out: the
 *   letters that come once, in the order of the alphabet). `...` stands for any further dimensions, which broadcast.
 * @throws RuntimeError for equations that do not fit the operands.
 * @example
 * torch.einsum("bij,bjk->bik", a, b); torch.einsum("ii", a)
 */
export function einsum(equation: string, ...operands: Tensor[] | [readonly Tensor[]]): Tensor {
  const last: unknown = operands[operands.length - 1];
  if (is_options(last)) bind("einsum", [], [], [last]);
  const tensors = (Array.isArray(operands[0]) ? operands[0] : operands) as readonly Tensor[];
  if (typeof equation !== "string") throw new TypeError("einsum(): the equation must be a string");
  const [inputs, output] = equation.split("->");
  const terms = inputs.split(",");
  if (terms.length !== tensors.length) {
    throw new RuntimeError(
      terms.length > tensors.length
        ? "einsum(): fewer operands were provided than specified in the equation"
        : "einsum(): more operands were provided than specified in the equation",
    );
  }
  const operands_left = terms.map((term, i) => {
    if (!is_tensor(tensors[i])) throw new TypeError(`einsum(): operand ${i} is not a Tensor`);
    return { tensor: tensors[i], labels: labels_of(term, tensors[i].ndim, equation) };
  });
  const sizes = new Map<string, number>();
  for (const { tensor, labels } of operands_left) {
    labels.forEach((label, i) => {
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && tensor.shape[i] !== 1 && known !== tensor.shape[i]) {
        throw new RuntimeError(
          `einsum(): subscript ${label} has size ${tensor.shape[i]} for an operand which does not broadcast with previously seen size ${known}`,
        );
      }
      sizes.set(label, Math.max(known, tensor.shape[i]));
    });
  }
  const free = [...sizes.keys()]
    .filter((label) => label.startsWith("..."))
    .sort()
    .reverse();
  const wanted = output === undefined ? implied(operands_left, free) : result_labels(output, free, equation);
  for (const label of wanted) {
    if (!sizes.has(label)) {
      throw new RuntimeError(
        `einsum(): output subscript ${label} does not appear in the equation for any input operand`,
      );
    }
  }
  let [result, ...rest] = operands_left.map(without_repeats) as Labelled[];
  while (rest.length > 0) {
    const [next, ...others] = rest;
    result = contract(result, next, new Set([...wanted, ...others.flatMap(({ labels }) => labels)]));
    rest = others;
  }
  result = only(result, new Set(wanted));
  const order = wanted.map((label) => result.labels.indexOf(label));
  return order.every((at, i) => at === i) ? result.tensor : permute(result.tensor, order);
}

function result_labels(output: string, free: readonly string[], equation: string): string[] {
  const [before, after] = output.replaceAll(" ", "").split("...");
  const labels = after === undefined ? [...before] : [...before, ...free, ...after];
  const again = labels.find((label, i) => labels.indexOf(label) !== i);
  if (again !== undefined) {
    throw new RuntimeError(
      `einsum(): output subscript ${again} appears more than once in the output of "${equation}"`,
    );
  }
  return labels;
}

/** Without an arrow: what `...` stands for, then the letters that come once, sorted. */
function implied(operands: readonly Labelled[], free: readonly string[]): string[] {
  const letters = operands.flatMap(({ labels }) => labels.filter((label) => !label.startsWith("...")));
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return [...free, ...once.sort()];
}

/** How many dimensions, or which of either. */
type ContractedDims = number | readonly (readonly number[])[];

/** Products summed over the last `dims` dimensions of `a` and the first of `b`, or over the two lists of dimensions. */
export function tensordot(a: Tensor, b: Tensor, dims?: ContractedDims): Tensor;
export function tensordot(a: Tensor, b: Tensor, options: { dims?: ContractedDims }): Tensor;
export function tensordot(a: Tensor, options: { b: Tensor; dims?: ContractedDims }): Tensor;
export function tensordot(a: Tensor, ...args: unknown[]): Tensor {
  const { b, dims: given = 2 } = bind<{ b: Tensor; dims?: ContractedDims }>(
    "tensordot",
    ["b", "dims"],
    [],
    args,
    1,
  );
  expect_tensor("tensordot", a, "a");
  if (typeof given === "number" && given < 0) {
    throw new RuntimeError(`tensordot expects dims >= 0, but got dims=${given}`);
  }
  if (typeof given === "number" && given > Math.min(a.ndim, expect_tensor("tensordot", b, "b").ndim)) {
    throw new RuntimeError(`tensordot expects dims < ndim_a or ndim_b, but got dims=${given}`);
  }
  const [left, right] =
    typeof given === "number"
      ? [range(given).map((i) => a.ndim - given + i), range(given)]
      : [given[0].map((d) => normalize_dim(d, a.ndim)), given[1].map((d) => normalize_dim(d, b.ndim))];
  if (left.length !== right.length) {
    throw new RuntimeError("both dimension lists should have same length");
  }
  if (a.numel() > 0 && expect_tensor("tensordot", b, "b").numel() > 0) expect_no_bool("dot", a);
  // A size of 1 stands for all of the other's, which are summed first.
  let [first, second] = [a, b];
  left.forEach((d, i) => {
    if (a.shape[d] === 1 && b.shape[right[i]] !== 1) second = sum_dims(second, [right[i]], true);
    else if (b.shape[right[i]] === 1 && a.shape[d] !== 1) first = sum_dims(first, [d], true);
    else if (a.shape[d] !== b.shape[right[i]]) {
      throw new RuntimeError(
        `contracted dimensions need to match, but first has size ${a.shape[d]} in dim ${d} and second has size ` +
          `${b.shape[right[i]]} in dim ${right[i]}`,
      );
    }
  });
  const names = (rank: number, mark: string): string[] => range(rank).map((i) => `${mark}${i}`);
  const of_a = names(a.ndim, "a");
  const of_b = names(b.ndim, "b");
  right.forEach((d, i) => {
    of_b[d] = of_a[left[i]];
  });
  const wanted = new Set([
    ...of_a.filter((_, d) => !left.includes(d)),
    ...of_b.filter((_, d) => !right.includes(d)),
  ]);
  return contract({ tensor: first, labels: of_a }, { tensor: second, labels: of_b }, wanted).tensor;
}

/** The sum of a matrix's diagonal. */
export function trace(input: Tensor, ...more: []): Tensor {
  none("trace", more);
  expect_tensor("trace", input);
  expect_no_bool("trace", input);
  if (input.ndim !== 2)
    throw new RuntimeError(`trace: expected a matrix, but got tensor with dim ${input.ndim}`);
  return named("TraceBackward0", diagonal(input).sum(), input);
}

/** The vector product along a dimension of size 3: `dim`, or the first such one. */
export function cross(input: Tensor, other: Tensor, dim?: number | null): Tensor;
export function cross(input: Tensor, other: Tensor, options: { dim?: number | null }): Tensor;
export function cross(input: Tensor, options: { other: Tensor; dim?: number | null }): Tensor;
export function cross(input: Tensor, ...args: unknown[]): Tensor {
  const { other, dim: given } = bind<{ other: Tensor; dim?: number | null }>(
    "cross",
    ["other", "dim"],
    [],
    args,
    1,
  );
  expect_tensor("cross", input);
  expect_tensor("cross", other, "other");
  const at =
    given === undefined || given === null ? input.shape.indexOf(3) : normalize_dim(given, input.ndim);
  if (at < 0) throw new RuntimeError("no dimension of size 3 in input");
  if (input.ndim !== other.ndim) {
    throw new RuntimeError("linalg.cross: inputs must have the same number of dimensions.");
  }
  if (input.shape[at] !== 3 || other.shape[at] !== 3) {
    throw new RuntimeError(
      `linalg.cross: inputs dimension ${at} must have length 3. Got ${input.shape[at]} and ${other.shape[at]}`,
    );
  }
  if (input.dtype !== other.dtype) {
    throw new RuntimeError(
      `expected scalar type ${input.dtype.scalar_type} but found ${other.dtype.scalar_type}`,
    );
  }
  const turned = (x: Tensor, by: number): Tensor => roll(x, by, at);
  return named(
    "LinalgCrossBackward0",
    sub(mul(turned(input, -1), turned(other, -2)), mul(turned(input, -2), turned(other, -1))),
    input,
  );
}

/** `p`-norm distances between the rows of `x1` (..., n, k) and those of `x2` (..., m, k): (..., n, m). */
export function cdist(
  x1: Tensor,
  x2: Tensor,
  p?: number,
  compute_mode?: string | { compute_mode?: string },
): Tensor;
export function cdist(x1: Tensor, x2: Tensor, options: { p?: number; compute_mode?: string }): Tensor;
export function cdist(x1: Tensor, options: { x2: Tensor; p?: number; compute_mode?: string }): Tensor;
export function cdist(x1: Tensor, ...args: unknown[]): Tensor {
  const { x2, p = 2 } = bind<{ x2: Tensor } & Partial<{ p: number; compute_mode: string }>>(
    "cdist",
    ["x2", "p", "compute_mode"],
    [],
    args,
    1,
  );
  expect_tensor("cdist", x1, "x1");
  for (const [name, x] of [
    ["X1", x1],
    ["X2", x2],
  ] as const) {
    if (!x.dtype.is_floating_point) {
      throw new RuntimeError(
        `cdist only supports floating-point dtypes, ${name} got: ${x.dtype.scalar_type}`,
      );
    }
  }
  if (x1.ndim < 2 || x2.ndim < 2) {
    throw new RuntimeError(`cdist only supports at least 2D tensors, got ${x1.ndim}D and ${x2.ndim}D`);
  }
  const k = x1.shape[x1.ndim - 1];
  if (k !== x2.shape[x2.ndim - 1]) {
    throw new RuntimeError(
      `X1 and X2 must have the same number of columns. X1: ${size_text(x1.shape)} X2: ${size_text(x2.shape)}`,
    );
  }
  if (p < 0) throw new RuntimeError("cdist only supports non-negative p values");
  const difference = sub(unsqueeze(x1, -2), unsqueeze(x2, -3));
  return named("CdistBackward0", norm_dims(difference, p, [difference.ndim - 1], false), x1);
}
