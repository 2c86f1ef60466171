/** @file What to write where TypeScript refuses tensors that are used as in Python, in words about numbers and index types. */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import { nodeAt, type TensorType } from "./tensor-type";

/** The method that does what an operator does in PyTorch. */
const METHODS: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "remainder",
  "**": "pow",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "&": "bitwise_and",
  "|": "bitwise_or",
  "^": "bitwise_xor",
  "==": "eq",
  "===": "eq",
  "!=": "ne",
  "!==": "ne",
};

/** What TypeScript says of an operand of `*`, of one on the right, of both sides, and of a comparison that cannot be true. */
const OPERATOR = new Set([2362, 2363, 2365, 2367]);
const COMMA = 2695;
const INDEX_TYPE = 2538;
const NO_PROPERTY = 2339;

/** Attributes of Python's tensors that are something else here. */
const ATTRIBUTES: Record<string, string> = {
  numpy: ".tolist() gives JavaScript's arrays, .typed_array() a typed array",
  __len__: ".shape[0] or .size(0) is the length",
  length: ".shape[0] or .size(0) is the length, .numel() the number of all elements",
};

/** What helps with a diagnostic about a tensor; null when it is about something else. */
export function tensorHint(
  api: TypeScript,
  tensors: TensorType,
  { code, file, start }: ts.Diagnostic,
): string | null {
  if (!tensors.type || !file || start === undefined) return null;
  if (OPERATOR.has(code)) {
    const operation = operationAt(api, file, start, tensors);
    return operation && operatorHint(api, tensors, operation);
  }
  if (code !== COMMA && code !== INDEX_TYPE && code !== NO_PROPERTY) return null;
  const at = nodeAt(api, file, start);
  if (code === NO_PROPERTY) {
    if (!api.isPropertyAccessExpression(at.parent) || !tensors.is(at.parent.expression)) return null;
    return Object.hasOwn(ATTRIBUTES, at.getText(file)) ? ATTRIBUTES[at.getText(file)] : null;
  }
  const access = accessAround(api, at);
  if (!access || !tensors.is(access.expression)) return null;
  const owner = access.expression.getText(file);
  const index = access.argumentExpression.getText(file);
  return code === COMMA
    ? `brackets take one index: write ${owner}["${index}"] or ${owner}.index(${index})`
    : `brackets take a number or a text: write ${owner}.index(${index})`;
}

function accessAround(api: TypeScript, node: ts.Node): ts.ElementAccessExpression | null {
  for (let one = node; one.parent && !api.isSourceFile(one); one = one.parent)
    if (api.isElementAccessExpression(one.parent) && one.parent.argumentExpression === one) return one.parent;
  return null;
}

/** The operation with a tensor that a complaint is about: it begins there, or one of its sides does. */
function operationAt(
  api: TypeScript,
  file: ts.SourceFile,
  start: number,
  tensors: TensorType,
): ts.BinaryExpression | null {
  for (let node = nodeAt(api, file, start); !api.isSourceFile(node); node = node.parent) {
    if (!api.isBinaryExpression(node)) continue;
    const begins = node.getStart(file) === start || node.right.getStart(file) === start;
    if (begins && (tensors.is(node.left) || tensors.is(node.right))) return node;
  }
  return null;
}

function operatorHint(api: TypeScript, tensors: TensorType, operation: ts.BinaryExpression): string | null {
  const written = operation.operatorToken.getText();
  const isAssignment = /^(?:\*\*|[-+*/%&|^])=$/.test(written);
  const method = METHODS[isAssignment ? written.slice(0, -1) : written];
  if (!method) return null;
  const [left, right] = [operation.left, operation.right].map((side) => side.getText());
  const isSimple = api.isLeftHandSideExpression(operation.left);
  if (isAssignment) return `operators do not work on tensors: write ${left} = ${left}.${method}(${right})`;
  const call =
    tensors.is(operation.left) && isSimple
      ? `${left}.${method}(${right})`
      : `torch.${method}(${left}, ${right})`;
  return `operators do not work on tensors: write ${call}`;
}
