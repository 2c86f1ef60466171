/** @file The library's `Tensor`, as the checker of a program knows it. */
import type ts from "typescript";
import { libraryFile } from "./ambient";
import type { TypeScript } from "./bind";

type Checker = ts.TypeChecker & {
  isTypeAssignableTo(source: ts.Type, target: ts.Type): boolean;
};

/** Answers about tensors in one program; the library's types are looked up at the first question. */
export class TensorType {
  readonly checker: Checker;
  private found: ts.Type | null | undefined;

  constructor(
    private readonly api: TypeScript,
    private readonly program: ts.Program,
    private readonly packageRoot: string,
  ) {
    this.checker = program.getTypeChecker() as Checker;
  }

  /** The type itself; null when the program has no library. */
  get type(): ts.Type | null {
    if (this.found !== undefined) return this.found;
    const library = this.program.getSourceFile(libraryFile(this.packageRoot));
    const symbol = library && this.checker.getSymbolAtLocation(library);
    const tensor = symbol && this.checker.tryGetMemberInModuleExports("Tensor", symbol);
    this.found = tensor ? this.checker.getDeclaredTypeOfSymbol(tensor) : null;
    return this.found;
  }

  /** Whether an expression is surely a tensor: neither `any` nor perhaps something else. */
  is(node: ts.Node): boolean {
    const { type } = this;
    if (!type) return false;
    const own = this.checker.getTypeAtLocation(node);
    const { Any, Never } = this.api.TypeFlags;
    return !(own.flags & (Any | Never)) && this.checker.isTypeAssignableTo(own, type);
  }
}

/** The innermost node at a place of a file. */
export function nodeAt(api: TypeScript, file: ts.SourceFile, position: number): ts.Node {
  const { getTokenAtPosition } = api as unknown as {
    getTokenAtPosition(file: ts.SourceFile, position: number): ts.Node;
  };
  return getTokenAtPosition(file, position);
}
