/** @file Calls whose results PyTorch told, and how ours differ: what `sweep.json` and its like hold. */
import { from_data } from "../../src/backend/engine";
import { type DTypeName, dtypes, type TypedArray } from "../../src/dtype";
import torch from "../../src/index";
import { is_tensor, Tensor } from "../../src/tensor";
import { call, offered } from "../conformance/ops";
import { NotOffered } from "../conformance/report";
import { difference, of_gradients, of_results } from "../conformance/values";

type Coded = null | number | boolean | string | Coding;

/** A tensor, list, dictionary, number without a JSON form, dtype or slice. */
interface Coding {
  readonly t?: DTypeName;
  readonly s?: number[];
  readonly v?: (number | string)[];
  readonly g?: 1;
  readonly lies?: "turned" | "steps" | "expanded";
  readonly l?: Coded[];
  readonly o?: Record<string, Coded>;
  readonly n?: string;
  readonly d?: DTypeName;
  readonly slice?: (number | null)[];
  readonly ellipsis?: true;
}

export interface Call {
  readonly op: string;
  readonly kind: string;
  readonly x: Coded;
  readonly a: Coded[];
  readonly k: Record<string, Coded>;
  readonly out?: Coded;
  readonly grads?: (Coded | null)[] | string;
  readonly err?: string;
  readonly msg?: string;
}

const number_of = (value: unknown): number =>
  value === "nan" ? Number.NaN : value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value);

function dense({ t = "float32", s = [], v = [] }: Coding): Tensor {
  const dtype = dtypes[t];
  const list = v.map(number_of);
  const data: TypedArray =
    dtype.name === "int64"
      ? BigInt64Array.from(list, BigInt)
      : (dtype.array as Float64ArrayConstructor).from(list);
  return new Tensor(from_data(s, dtype, data));
}

/** A tensor whose elements lie as the case says, values the same. */
function laid(x: Tensor, how: Coding["lies"]): Tensor {
  const turn = [...x.shape.keys()].reverse();
  switch (how) {
    case "turned":
      return x.permute(turn).contiguous().permute(turn);
    case "steps":
      return torch.stack([x, x], -1).select(-1, 0);
    case "expanded":
      return x.select(0, 0).expand(x.shape);
    default:
      return x;
  }
}

export function decode(value: Coded, leaves: Tensor[] = []): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value.n !== undefined) return number_of(value.n);
  if (value.d !== undefined) return dtypes[value.d];
  if (value.slice !== undefined) return torch.slice(...(value.slice as [number | null]));
  if (value.ellipsis !== undefined) return "...";
  if (value.l !== undefined) return value.l.map((item) => decode(item, leaves));
  if (value.o !== undefined) {
    return Object.fromEntries(Object.entries(value.o).map(([key, item]) => [key, decode(item, leaves)]));
  }
  const made = laid(dense(value), value.lies);
  if (value.g !== undefined) leaves.push(made.requires_grad_());
  return made;
}

function tensors_in(value: unknown): Tensor[] {
  if (is_tensor(value)) return [value];
  return Array.isArray(value) ? value.flatMap(tensors_in) : [];
}

/** Operators that are properties. */
const properties = new Set(["T", "H", "mT", "mH"]);

/** The arguments as the function takes them: PyTorch's table has those of three functions in another order. */
function in_order(op: string, input: unknown, args: unknown[]): unknown[] {
  const turned = ["where", "einsum", "nn.functional.embedding"].includes(op);
  return turned ? [args[0], input, ...args.slice(1)] : [input, ...args];
}

/** How a call differs from PyTorch's, null where it does not. */
export function differs({ op, x, a, k, out, err, msg, grads }: Call): string | null {
  const leaves: Tensor[] = [];
  const input = decode(x, leaves);
  const args = a.map((each) => decode(each, leaves));
  const kwargs = decode({ o: k }, leaves) as Record<string, unknown>;
  const [first, ...rest] = in_order(op, input, args);
  if (!properties.has(op) && !offered(op, first) && !offered(op, torch.ones([]))) return "not offered";
  let result: unknown;
  try {
    result = call(op, first, rest, kwargs);
  } catch (error) {
    if (err !== undefined && !(error instanceof NotOffered)) return null;
    return `throws ${String(error).slice(0, 300)}`;
  }
  if (err !== undefined) return `passes where PyTorch says ${msg}`;
  const wrong = difference(result, decode(out as Coded), of_results);
  if (wrong !== null) return wrong;
  if (!Array.isArray(grads)) return null;
  const parts = tensors_in(result)
    .filter((y) => y.requires_grad)
    .map((y) => y.mul(torch.arange(1, y.numel() + 1, { dtype: y.dtype }).reshape(y.shape)).sum());
  if (parts.length === 0) return "no result requires a gradient";
  parts.reduce((sum, part) => sum.add(part)).backward();
  for (const [i, grad] of grads.entries()) {
    const expected = grad === null ? null : decode(grad);
    // PyTorch tells "no gradient" and zeros apart; a leaf that nothing reaches has none here either.
    const found = difference(leaves[i].grad, expected, of_gradients);
    if (found !== null) return `gradient ${i}: ${found}`;
  }
  return null;
}
