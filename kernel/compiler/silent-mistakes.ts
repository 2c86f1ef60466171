/**
 * @file What TypeScript lets through although it does something else than in Python: tensors as conditions, which are always true,
 * `==` between tensors, which asks whether they are one object, and the index -1 of lists, where nothing is.
 */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import type { TensorType } from "./tensor-type";

const ALWAYS_TRUE = 2774;
const UNINTENDED = 2367;
const NO_ELEMENT = 2339;

/** Such places in a file, as diagnostics. */
export function silentMistakes(api: TypeScript, file: ts.SourceFile, tensors: TensorType): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  const { EqualsEqualsToken, ExclamationEqualsToken } = api.SyntaxKind;
  const methods = new Map<ts.SyntaxKind, string>([
    [EqualsEqualsToken, "eq"],
    [ExclamationEqualsToken, "ne"],
  ]);
  const isTensor = (node: ts.Expression): boolean => isMade(api, tensors, node) && tensors.is(node);
  const report = (node: ts.Node, code: number, messageText: string): void => {
    const place = { file, start: node.getStart(file), length: node.getWidth(file) };
    found.push({ ...place, code, category: api.DiagnosticCategory.Error, messageText });
  };
  const check = (condition: ts.Expression): void => {
    const node = withoutParentheses(api, condition);
    if (api.isPrefixUnaryExpression(node) && node.operator === api.SyntaxKind.ExclamationToken)
      check(node.operand);
    else if (api.isBinaryExpression(node) && isLogical(api, node)) {
      check(node.left);
      check(node.right);
    } else if (isTensor(node))
      report(
        node,
        ALWAYS_TRUE,
        `This condition will always return true, as a tensor is an object whatever it holds.\nhelp: write ${node.getText(file)}.item() for the value of one element, .any().item() or .all().item() for more`,
      );
  };
  const compare = (node: ts.BinaryExpression): void => {
    const method = methods.get(node.operatorToken.kind);
    if (!method || !tensors.is(node.left) || !tensors.is(node.right)) return;
    const [left, operator, right] = [node.left, node.operatorToken, node.right].map((part) =>
      part.getText(file),
    );
    report(
      node,
      UNINTENDED,
      `${operator} asks whether two tensors are one object, not whether their elements are equal.\nhelp: write torch.${method}(${left}, ${right}) for each element, torch.equal(${left}, ${right}) for all; ${operator}= where one object is meant`,
    );
  };
  const index = (node: ts.ElementAccessExpression): void => {
    const at = node.argumentExpression;
    if (!api.isPrefixUnaryExpression(at) || at.operator !== api.SyntaxKind.MinusToken) return;
    const list = tensors.checker.getTypeAtLocation(node.expression);
    if (!api.isNumericLiteral(at.operand) || !tensors.checker.isArrayLikeType(list)) return;
    const owner = node.expression.getText(file);
    report(
      at,
      NO_ELEMENT,
      `Lists have no element ${at.getText(file)}.\nhelp: write ${owner}.at(${at.getText(file)})`,
    );
  };
  const visit = (node: ts.Node): void => {
    if (api.isIfStatement(node) || api.isWhileStatement(node) || api.isDoStatement(node))
      check(node.expression);
    else if (api.isConditionalExpression(node) || (api.isForStatement(node) && node.condition))
      check(node.condition as ts.Expression);
    else if (api.isBinaryExpression(node)) compare(node);
    else if (api.isElementAccessExpression(node)) index(node);
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
