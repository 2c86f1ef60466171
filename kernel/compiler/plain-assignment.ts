/**
 * @file Allows `x[0] = 5` on tensors.
 *
 * An index signature has one type for reading and writing, and reading gives a `Tensor`. What a tensor takes besides (numbers,
 * booleans, bigints and nested arrays of them) TypeScript therefore refuses; just that complaint is left out here.
 */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import { nodeAt, type TensorType } from "./tensor-type";

/** "Type A is not assignable to type B", and its forms where B is an object type. */
const NOT_ASSIGNABLE = new Set([2322, 2739, 2740, 2741]);

/** Tells the complaints to leave out from others; for one program. */
export function plainAssignments(
  api: TypeScript,
  tensors: TensorType,
): (diagnostic: ts.Diagnostic) => boolean {
  const { checker } = tensors;

  const isPlain = (type: ts.Type): boolean => {
    const { NumberLike, BooleanLike, BigIntLike, Never } = api.TypeFlags;
    if (type.flags & (NumberLike | BooleanLike | BigIntLike | Never)) return true;
    if (type.isUnion()) return type.types.every(isPlain);
    if (!checker.isArrayType(type) && !checker.isTupleType(type)) return false;
    return checker.getTypeArguments(type as ts.TypeReference).every(isPlain);
  };
  const isTaken = (type: ts.Type, target: ts.Type): boolean => {
    if (type.isUnion() && !(type.flags & api.TypeFlags.BooleanLike))
      return type.types.every((one) => isTaken(one, target));
    return isPlain(type) || checker.isTypeAssignableTo(type, target);
  };

  return ({ code, file, start }) => {
    if (!NOT_ASSIGNABLE.has(code) || !file || start === undefined) return false;
    const assignment = assignmentAt(api, file, start);
    if (!assignment) return false;
    if (!tensors.type || !tensors.is(assignment.left.expression)) return false;
    return isTaken(checker.getTypeAtLocation(assignment.right), tensors.type);
  };
}

interface IndexAssignment extends ts.BinaryExpression {
  left: ts.ElementAccessExpression;
}

/** The assignment to an element that a complaint at a place is about: it stands on the left side or on parts of the right one. */
function assignmentAt(api: TypeScript, file: ts.SourceFile, start: number): IndexAssignment | null {
  let node = nodeAt(api, file, start);
  // To the outermost expression that starts here, which is what the complaint is about or holds it.
  for (; !api.isSourceFile(node); node = node.parent) {
    const { parent } = node;
    const isSame = parent.getStart(file) === node.getStart(file);
    if (isIndexAssignment(api, node)) return node;
    if (isSame && api.isExpression(parent)) continue;
    if (!api.isExpression(parent) || !passesOn(api, parent, node)) return null;
  }
  return null;
}

function isIndexAssignment(api: TypeScript, node: ts.Node): node is IndexAssignment {
  return (
    api.isBinaryExpression(node) &&
    node.operatorToken.kind === api.SyntaxKind.EqualsToken &&
    api.isElementAccessExpression(node.left)
  );
}

/** Whether an expression's value is, or is made of, that of a part of it. */
function passesOn(api: TypeScript, parent: ts.Expression, part: ts.Node): boolean {
  if (api.isParenthesizedExpression(parent) || api.isArrayLiteralExpression(parent)) return true;
  if (api.isConditionalExpression(parent)) return part !== parent.condition;
  if (!api.isBinaryExpression(parent) || part !== parent.right) return false;
  const { kind } = parent.operatorToken;
  return kind === api.SyntaxKind.EqualsToken || kind === api.SyntaxKind.CommaToken;
}
