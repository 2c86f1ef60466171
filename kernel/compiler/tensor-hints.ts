/**
 * @file Says what to write where tensors are used as Python would use them.
 *
 * TypeScript refuses most of that, in words about numbers and index types; a line on the tensor is added. A tensor as a condition it
 * lets through, and that is always true: such conditions become errors.
 */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import { nodeAt, type TensorType } from "./tensor-type";

/** The method that does what an operator does in PyTorch. */
const METHODS: Record<string, string> = {
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
};

/** What TypeScript says of an operand of `*`, of one on the right, and of both sides. */
const OPERATOR = new Set([2362, 2363, 2365]);
const COMMA = 2695;
const INDEX_TYPE = 2538;
const NO_PROPERTY = 2339;
const ALWAYS_TRUE = 2774;

/** Attributes of Python's tensors that are something else here. */
const ATTRIBUTES: Record<string, string> = {
  numpy: ".tolist() gives JavaScript's arrays, .typed_array() a typed array",
  __len__: ".shape[0] or .size(0) is the length",
  length: ".shape[0] or .size(0) is the length, .numel() the number of all elements",
};

/** Adds a line to what TypeScript says of tensors; other diagnostics are given back as they are. */
export function tensorHints(
  api: TypeScript,
  tensors: TensorType,
): (diagnostic: ts.Diagnostic) => ts.Diagnostic {
  return (diagnostic) => {
    const help = tensors.type && hint(api, tensors, diagnostic);
    if (!help) return diagnostic;
    const text = api.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    return { ...diagnostic, messageText: `${text}\nhelp: ${help}` };
  };
}

function hint(api: TypeScript, tensors: TensorType, { code, file, start }: ts.Diagnostic): string | null {
  if (!file || start === undefined) return null;
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

/** Conditions of a file that are tensors, as diagnostics. */
export function tensorConditions(api: TypeScript, file: ts.SourceFile, tensors: TensorType): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  if (!tensors.type) return found;
  const isTensor = (node: ts.Expression): boolean => isMade(api, tensors, node) && tensors.is(node);
  const check = (condition: ts.Expression): void => {
    const node = withoutParentheses(api, condition);
    if (api.isPrefixUnaryExpression(node) && node.operator === api.SyntaxKind.ExclamationToken)
      check(node.operand);
    else if (api.isBinaryExpression(node) && isLogical(api, node)) {
      check(node.left);
      check(node.right);
    } else if (isTensor(node))
      found.push({
        file,
        start: node.getStart(file),
        length: node.getWidth(file),
        code: ALWAYS_TRUE,
        category: api.DiagnosticCategory.Error,
        messageText: `This condition will always return true, as a tensor is an object whatever it holds.\nhelp: write ${node.getText(file)}.item() for the value of one element, .any().item() or .all().item() for more`,
      });
  };
  const visit = (node: ts.Node): void => {
    if (api.isIfStatement(node) || api.isWhileStatement(node) || api.isDoStatement(node))
      check(node.expression);
    else if (api.isConditionalExpression(node) || (api.isForStatement(node) && node.condition))
      check(node.condition as ts.Expression);
    api.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isLogical(api: TypeScript, { operatorToken }: ts.BinaryExpression): boolean {
  const { AmpersandAmpersandToken, BarBarToken } = api.SyntaxKind;
  return operatorToken.kind === AmpersandAmpersandToken || operatorToken.kind === BarBarToken;
}

function withoutParentheses(api: TypeScript, node: ts.Expression): ts.Expression {
  return api.isParenthesizedExpression(node) ? withoutParentheses(api, node.expression) : node;
}

/** Whether an expression is a call or a constant that was made by one; elements of lists may be missing, whatever their type says. */
function isMade(api: TypeScript, tensors: TensorType, node: ts.Expression): boolean {
  if (api.isCallExpression(node)) return true;
  if (!api.isIdentifier(node)) return false;
  const declaration = tensors.checker.getSymbolAtLocation(node)?.valueDeclaration;
  return (
    declaration !== undefined &&
    api.isVariableDeclaration(declaration) &&
    (api.getCombinedNodeFlags(declaration) & api.NodeFlags.Const) !== 0 &&
    declaration.initializer !== undefined &&
    api.isCallExpression(declaration.initializer)
  );
}
