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
  const parts = commaParts(api, access.argumentExpression);
  const called = `${owner}.index(${parts.map((one) => withMethods(api, tensors, one)).join(", ")})`;
  if (code !== COMMA) return `brackets take a number or a text: write ${called}`;
  const isText = parts.every((one) => api.isStringLiteralLike(one) || isInteger(api, one));
  const text = parts.map((one) => (api.isStringLiteralLike(one) ? one.text : one.getText(file))).join(", ");
  return `brackets take one index: write ${isText ? `${owner}["${text}"] or ` : ""}${called}`;
}

/** The parts of `0, ":", mask` within brackets. */
function commaParts(api: TypeScript, node: ts.Expression): ts.Expression[] {
  if (!api.isBinaryExpression(node) || node.operatorToken.kind !== api.SyntaxKind.CommaToken) return [node];
  return [...commaParts(api, node.left), ...commaParts(api, node.right)];
}

function isInteger(api: TypeScript, node: ts.Expression): boolean {
  return (
    api.isNumericLiteral(node) ||
    (api.isPrefixUnaryExpression(node) && isInteger(api, node.operand as ts.Expression))
  );
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
  if (/^(?:\*\*|[-+*/%&|^])=$/.test(written)) {
    const method = METHODS[written.slice(0, -1)];
    const [left, right] = [operation.left.getText(), withMethods(api, tensors, operation.right)];
    return `operators do not work on tensors: write ${left} = ${left}.${method}(${right})`;
  }
  if (!METHODS[written]) return null;
  const whole = wholeOf(api, operation);
  const around = accessAround(api, whole);
  const isIndex = around?.argumentExpression === whole && tensors.is(around.expression);
  const text = withMethods(api, tensors, whole);
  const better = isIndex ? `${around.expression.getText()}.index(${text})` : text;
  return `operators do not work on tensors: write ${better}`;
}

/** `a * 2 + 1` around `a * 2`. */
function wholeOf(api: TypeScript, operation: ts.BinaryExpression): ts.Expression {
  let whole: ts.Expression = operation;
  for (let { parent } = whole; ; { parent } = parent)
    if (api.isBinaryExpression(parent) && METHODS[parent.operatorToken.getText()]) whole = parent;
    else if (!api.isParenthesizedExpression(parent)) return whole;
}

/** The text of an expression, with methods in place of the operators between tensors: `a.mul(2).add(1)`. */
function withMethods(api: TypeScript, tensors: TensorType, node: ts.Expression): string {
  const inner = bare(api, node);
  if (!isOperation(api, tensors, inner)) return node.getText();
  const method = METHODS[inner.operatorToken.getText()];
  const [left, right] = [inner.left, inner.right].map((side) => withMethods(api, tensors, side));
  const side = bare(api, inner.left);
  const isOwner =
    isOperation(api, tensors, side) || (tensors.is(side) && api.isLeftHandSideExpression(inner.left));
  return isOwner ? `${left}.${method}(${right})` : `torch.${method}(${left}, ${right})`;
}

/** What stands in parentheses. */
function bare(api: TypeScript, node: ts.Expression): ts.Expression {
  return api.isParenthesizedExpression(node) ? bare(api, node.expression) : node;
}

/** Whether it is an operator on a tensor, or on what such an operator was meant to give. */
function isOperation(api: TypeScript, tensors: TensorType, node: ts.Expression): node is ts.BinaryExpression {
  if (!api.isBinaryExpression(node) || !METHODS[node.operatorToken.getText()]) return false;
  return [node.left, node.right].some((side) => {
    const inner = bare(api, side);
    return tensors.is(inner) || isOperation(api, tensors, inner);
  });
}
