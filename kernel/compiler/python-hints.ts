/** @file What to write where TypeScript refuses Python's names, keyword arguments, tuples, fields and constructors. */
import type ts from "typescript";
import type { TypeScript } from "./bind";
import { DICTIONARY_METHODS, LIST_METHODS, NAMES, TEXT_METHODS } from "./python-words";
import { nodeAt } from "./tensor-type";

const UNKNOWN_NAMES = new Set([2304, 2552, 2580, 2581, 2582]);
const NO_PROPERTY = new Set([2339, 2551]);
const OPERATOR = new Set([2362, 2363, 2365]);
const ARGUMENTS = new Set([2322, 2345, 2353, 2769]);
const COMMA = 2695;
const CONSTANT = 2588;
const NOT_CALLABLE = 2348;
const NO_TYPE = 7006;
const NOT_ASSIGNABLE = 2364;
const DECORATOR = 1206;
const UNINITIALIZED = 1155;
const FOR_IN = 2491;
const NO_MODULE = 2307;

/** The longest piece of a cell that is written anew in a hint. */
const MAX_QUOTED = 60;

/** What helps with a diagnostic about a habit of Python; null when it is about something else. */
export function pythonHint(
  api: TypeScript,
  checker: ts.TypeChecker,
  { code, file, start, messageText }: ts.Diagnostic,
): string | null {
  if (!file || start === undefined) return null;
  const node = nodeAt(api, file, start);
  if (UNKNOWN_NAMES.has(code) || code === CONSTANT) return nameHint(api, node, code);
  if (NO_PROPERTY.has(code)) return propertyHint(api, checker, node);
  if (OPERATOR.has(code)) return operatorHint(api, checker, node);
  if (code === COMMA || code === NOT_ASSIGNABLE) return tupleHint(api, node);
  if (code === FOR_IN) return "for (const [key, value] of Object.entries(object)) { … }";
  if (code === NO_MODULE) return api.isStringLiteralLike(node) ? moduleHint(node.text) : null;
  if (code === UNINITIALIZED) return "several values are taken from a list: const [a, b] = …";
  if (code === NO_TYPE)
    return node.getText() === "self"
      ? "methods have no self: it is this inside of them"
      : `parameters need a type: ${node.getText()}: Tensor, ${node.getText()}: number, …`;
  if (code === DECORATOR && /^torch\.(?:no_grad|inference_mode)\b/.test(file.text.slice(start + 1)))
    return "functions take no decorators: return torch.no_grad(() => { … }) inside";
  if (code === NOT_CALLABLE) {
    const call = outermostCallFrom(api, node, start);
    return call && `objects of a class are made with new: new ${quoted(call)}`;
  }
  if (
    ARGUMENTS.has(code) &&
    /\bdtype: string\b|'string' is not assignable to type 'DType/.test(flat(api, messageText))
  )
    return "dtypes are objects: torch.float64, torch.int64, torch.bool, …";
  return null;
}

/** The preloaded names have no modules of Python's names; other packages come from npm. */
function moduleHint(name: string): string | null {
  if (/^(?:torch|jieba)(?:$|[/.])/.test(name))
    return 'torch, nn, optim, F, Dataset, DataLoader, jieba, … are here without an import; modules import them from "torchbook"';
  const [, packageName] = /^((?:@[\w.-]+\/)?[\w-][\w.-]*)(?:\/|$)/.exec(name) ?? [];
  return packageName ? `packages are installed in the notebook's folder: npm install ${packageName}` : null;
}

/**
 * The call that a diagnostic's place is a Python keyword argument of; null when it is none. What TypeScript says of the types
 * of such a call's arguments is beside the point.
 */
export function keywordCall(
  api: TypeScript,
  { code, file, start }: ts.Diagnostic,
): ts.CallExpression | ts.NewExpression | null {
  if (!file || start === undefined || !(UNKNOWN_NAMES.has(code) || code === CONSTANT)) return null;
  return callWithKeyword(api, nodeAt(api, file, start));
}

function callWithKeyword(api: TypeScript, name: ts.Node): ts.CallExpression | ts.NewExpression | null {
  const assignment = name.parent;
  if (!isAssignment(api, assignment) || assignment.left !== name) return null;
  const call = assignment.parent;
  const isCall = api.isCallExpression(call) || api.isNewExpression(call);
  return isCall && call.arguments?.some((one) => one === assignment) ? call : null;
}

function nameHint(api: TypeScript, node: ts.Node, code: number): string | null {
  const name = node.getText();
  const call = callWithKeyword(api, node);
  if (call) {
    const keywords = (call.arguments ?? []).filter((one) => isAssignment(api, one));
    const object = keywords.map((one) => keywordText(api, one as ts.BinaryExpression)).join(", ");
    if (call.expression.getText() === "print")
      return "print takes values only; process.stdout.write(text) ends no line, list.join(text) joins";
    return `keyword arguments are one object at the end: { ${object} }`;
  }
  if (code === CONSTANT)
    return `a variable that changes is declared with let: let ${name} = …; const ${name} = … declares it anew`;
  if (Object.hasOwn(NAMES, name)) return `write ${NAMES[name]}`;
  const { parent } = node;
  return isAssignment(api, parent) && parent.left === node && api.isExpressionStatement(parent.parent)
    ? `a variable is declared at first: const ${name} = …, or let ${name} = … where it changes`
    : null;
}

function keywordText(api: TypeScript, keyword: ts.BinaryExpression): string {
  const value = keyword.right.getText();
  const isWord = api.isIdentifier(keyword.right) && ["True", "False", "None"].includes(value);
  const written = isWord ? { True: "true", False: "false", None: "null" }[value] : value;
  return `${keyword.left.getText()}: ${written}`;
}

function propertyHint(api: TypeScript, checker: ts.TypeChecker, node: ts.Node): string | null {
  const access = node.parent;
  if (!access || !api.isPropertyAccessExpression(access) || access.name !== node) return null;
  const owner = access.expression;
  const name = access.name.text;
  if (name === "__init__") return "super(…) alone calls the constructor of the class above";
  if (owner.kind === api.SyntaxKind.ThisKeyword) {
    const { parent } = access;
    const value = isAssignment(api, parent) && parent.left === access ? parent.right : null;
    return `fields are declared in the class, before the constructor: ${name}: ${typeWritten(api, value)};`;
  }
  const type = checker.getTypeAtLocation(owner);
  const words =
    type.flags & api.TypeFlags.StringLike
      ? TEXT_METHODS
      : isList(checker, type)
        ? LIST_METHODS
        : type.flags & api.TypeFlags.Object && type.getCallSignatures().length === 0
          ? DICTIONARY_METHODS
          : {};
  return Object.hasOwn(words, name) ? `write ${withOwner(words[name], owner.getText())}` : null;
}

/** Puts what a method was called on into the words about it. */
function withOwner(words: string, owner: string): string {
  if (owner.length > MAX_QUOTED || owner.includes("\n")) return words;
  return words.startsWith(".") ? owner + words : words.replace(/\bowner\b/g, owner);
}

/** The type of a field by what is assigned to it: a class where it is made of one. */
function typeWritten(api: TypeScript, value: ts.Expression | null): string {
  if (!value) return "…";
  const isMade = api.isNewExpression(value) || api.isCallExpression(value);
  if (isMade && /(?:^|\.)[A-Z]\w*$/.test(value.expression.getText())) return value.expression.getText();
  if (api.isNumericLiteral(value)) return "number";
  return api.isStringLiteral(value) ? "string" : "…";
}

function operatorHint(api: TypeScript, checker: ts.TypeChecker, node: ts.Node): string | null {
  for (let one = node; one && !api.isStatement(one); one = one.parent) {
    if (!api.isBinaryExpression(one)) continue;
    const left = checker.getTypeAtLocation(one.left);
    const operator = one.operatorToken.getText();
    if (operator === "%" && left.flags & api.TypeFlags.StringLike) return FORMATTED;
    if (!isList(checker, left) && !isList(checker, checker.getTypeAtLocation(one.right))) continue;
    if (operator === "*") return "Array(n).fill(x) is a list of n times x";
    if (operator === "+=") return "list.push(...other) adds the elements of another list";
    if (operator === "+") return "[...a, ...b] joins lists";
  }
  return null;
}

const FORMATTED = "a text in backquotes takes values in braces after a dollar sign; x.toFixed(4) rounds";

function tupleHint(api: TypeScript, node: ts.Node): string | null {
  let comma: ts.Node = node;
  while (comma.parent && !isComma(api, comma) && !api.isStatement(comma)) comma = comma.parent;
  if (!isComma(api, comma)) return null;
  while (isComma(api, comma.parent)) comma = comma.parent;
  const { parent } = comma;
  const parts = comma.getText();
  if (api.isForOfStatement(parent) || api.isForInStatement(parent))
    return `for (const [${parts}] of list) { … }`;
  if (api.isElementAccessExpression(parent)) return null;
  const isTarget =
    api.isParenthesizedExpression(parent) &&
    isAssignment(api, parent.parent) &&
    parent.parent.left === parent;
  if (isTarget) return `several values are taken from a list: const [${parts}] = …`;
  if (api.isExpressionStatement(parent) && /[^=!<>]=[^=>]/.test(parts))
    return "several values are taken from a list: const [a, b] = [1, 2]";
  if (parts.length > MAX_QUOTED) return "tuples and lists are written in brackets: […]";
  return `tuples and lists are written in brackets: [${parts}]`;
}

function isComma(api: TypeScript, node: ts.Node): boolean {
  return api.isBinaryExpression(node) && node.operatorToken.kind === api.SyntaxKind.CommaToken;
}

function isAssignment(api: TypeScript, node: ts.Node): node is ts.BinaryExpression {
  return api.isBinaryExpression(node) && node.operatorToken.kind === api.SyntaxKind.EqualsToken;
}

function isList(checker: ts.TypeChecker, type: ts.Type): boolean {
  return checker.isArrayType(type) || checker.isTupleType(type);
}

/** The outermost call whose text begins at a place: `nn.Linear(3, 4)` of `nn`. */
function outermostCallFrom(api: TypeScript, node: ts.Node, start: number): ts.CallExpression | null {
  let found: ts.CallExpression | null = null;
  for (let one = node; one && one.getStart() === start && !api.isStatement(one); one = one.parent)
    if (api.isCallExpression(one)) found ??= one;
  return found;
}

function quoted(node: ts.CallExpression): string {
  const text = node.getText();
  return text.length <= MAX_QUOTED && !text.includes("\n") ? text : `${node.expression.getText()}(…)`;
}

function flat(api: TypeScript, text: string | ts.DiagnosticMessageChain): string {
  return api.flattenDiagnosticMessageText(text, "\n");
}
