/**
 * @file Reads from the library's declarations what its functions, constructors and methods take, and writes it beside the
 * compiled library: `dist/src/signatures.json`, from which `src/signatures.ts` checks arguments and words errors.
 *
 * A type is a list of what it admits: "Tensor", "number", "'mean'", "null", "class Generator", "list 7" (a list of type 7), ...
 */
import { createRequire } from "node:module";
import { writeAtomically } from "./files.mjs";
import { inRoot } from "./paths.mjs";

export const signaturesFile = inRoot("dist", "src", "signatures.json");

/** Writes the file anew. */
export function writeSignatures() {
  const ts = createRequire(import.meta.url)("typescript");
  const entry = inRoot("dist", "src", "index.d.ts");
  const program = ts.createProgram([entry], {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node20,
    types: ["node"],
  });
  writeAtomically(signaturesFile, JSON.stringify(new Reader(ts, program).read(entry)));
}

class Reader {
  /** Types by their text, in order of appearance. */
  types = new Map();
  /** For each callable: names of parameters in order, how many are required, and the type of each name. */
  callables = Object.create(null);
  seen = new Set();

  constructor(ts, program) {
    this.ts = ts;
    this.program = program;
    this.checker = program.getTypeChecker();
  }

  read(entry) {
    const file = this.program.getSourceFile(entry);
    const library = file && this.checker.getSymbolAtLocation(file);
    if (library) this.namespace(library, "");
    // A method of tensors that is a function as well has its parameters' names there, with the tensor first.
    const elsewhere = (key) =>
      /^Tensor\./.test(key) &&
      key.slice(7).replace(/_$/, "") in this.callables &&
      key.replace(/_$/, "") in this.callables &&
      /^(args|more)?$/.test(this.callables[key].order[0] ?? "");
    // Callables that take the same are written once.
    const shapes = new Map();
    const kept = Object.entries(this.callables).filter(([key]) => !elsewhere(key));
    const callables = kept.map(([key, callable]) => {
      const text = JSON.stringify(callable);
      if (!shapes.has(text)) shapes.set(text, shapes.size);
      return [key, shapes.get(text)];
    });
    return {
      types: [...this.types.keys()].map((text) => JSON.parse(text)),
      shapes: [...shapes.keys()].map((text) => JSON.parse(text)),
      callables: Object.fromEntries(callables),
    };
  }

  namespace(symbol, path) {
    if (this.seen.has(symbol)) return;
    this.seen.add(symbol);
    for (const exported of this.checker.getExportsOfModule(symbol)) this.exported(exported, path);
  }

  exported(exported, path) {
    const { ts } = this;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(exported) : exported;
    const name = exported.name;
    if (symbol.flags & ts.SymbolFlags.ValueModule) {
      if (name === "default") this.namespace(symbol, path);
      else this.namespace(symbol, `${path}${name}.`);
    } else if (symbol.flags & ts.SymbolFlags.Class) this.klass(symbol, name);
    else if (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable)) {
      const calls = this.checker.getTypeOfSymbol(symbol).getCallSignatures();
      if (calls.length > 0) this.callable(`${path}${name}`, calls);
    }
  }

  klass(symbol, name) {
    if (this.seen.has(symbol)) return;
    this.seen.add(symbol);
    const constructors = this.checker.getTypeOfSymbol(symbol).getConstructSignatures();
    if (constructors.length > 0) this.callable(name, constructors);
    for (const member of this.checker.getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol))) {
      if (member.name.startsWith("_") || member.flags & this.ts.SymbolFlags.Accessor) continue;
      const hidden = this.ts.ModifierFlags.Protected | this.ts.ModifierFlags.Private;
      const [declared] = member.declarations ?? [];
      if (declared !== undefined && this.ts.getCombinedModifierFlags(declared) & hidden) continue;
      const calls = this.checker.getTypeOfSymbol(member).getCallSignatures();
      const owner = member.parent?.flags & this.ts.SymbolFlags.Class ? member.parent.name : name;
      if (calls.length > 0) this.callable(`${owner}.${member.name}`, calls);
    }
  }

  callable(key, signatures) {
    if (key in this.callables) return;
    const order = [];
    // What each place takes, whatever the overloads call it.
    const places = [];
    const types = new Map();
    let required = Number.POSITIVE_INFINITY;
    let rest = false;
    const admit = (name, kinds) => {
      const admitted = types.get(name) ?? new Set();
      for (const kind of kinds) admitted.add(kind);
      types.set(name, admitted);
    };
    for (const signature of signatures) {
      let needed = 0;
      signature.parameters.forEach((parameter, i) => {
        const declaration = parameter.valueDeclaration;
        const variadic =
          declaration !== undefined && this.ts.isParameter(declaration) && declaration.dotDotDotToken;
        const optional = variadic || (declaration && this.checker.isOptionalParameter(declaration));
        let type = this.checker.getTypeOfSymbol(parameter);
        if (variadic) {
          rest = true;
          type = this.checker.getIndexTypeOfType(type, this.ts.IndexKind.Number) ?? type;
        }
        const { kinds, keywords } = this.describe(type);
        if (!optional && !kinds.has("options")) needed = i + 1;
        if (kinds.size > 1 || !kinds.has("options")) {
          order[i] ??= parameter.name;
          places[i] ??= new Set();
          const admitted = optional ? [...kinds, "undefined"] : [...kinds];
          for (const kind of admitted) places[i].add(kind);
          admit(parameter.name, admitted);
        }
        for (const [keyword, admitted] of keywords) admit(keyword, admitted);
      });
      required = Math.min(required, needed);
    }
    this.callables[key] = {
      order: Array.from(order, (name) => name ?? "options"),
      places: Array.from(places, (kinds) => this.number(kinds ?? new Set(["options", "undefined"]))),
      required,
      ...(rest ? { rest } : {}),
      types: Object.fromEntries([...types].map(([name, kinds]) => [name, this.number(kinds)])),
    };
  }

  number(kinds) {
    const text = JSON.stringify([...kinds].sort());
    if (!this.types.has(text)) this.types.set(text, this.types.size);
    return this.types.get(text);
  }

  /** What a type admits, and the keywords among it. */
  describe(type, depth = 0) {
    const { ts, checker } = this;
    const kinds = new Set();
    const keywords = [];
    const visit = (each) => {
      const { flags } = each;
      if (flags & ts.TypeFlags.Union) for (const part of each.types) visit(part);
      else if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) kinds.add("any");
      else if (flags & ts.TypeFlags.StringLiteral) kinds.add(`'${each.value}'`);
      else if (flags & ts.TypeFlags.StringLike) kinds.add("string");
      else if (flags & ts.TypeFlags.NumberLike) kinds.add("number");
      else if (flags & ts.TypeFlags.BooleanLike) kinds.add("boolean");
      else if (flags & ts.TypeFlags.BigIntLike) kinds.add("bigint");
      else if (flags & ts.TypeFlags.Null) kinds.add("null");
      else if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) kinds.add("undefined");
      else if (flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) object(each);
      else if (flags & ts.TypeFlags.Instantiable) {
        const constraint = checker.getBaseConstraintOfType(each);
        if (constraint === undefined || constraint === each) kinds.add("any");
        else visit(constraint);
      } else kinds.add("any");
    };
    const object = (each) => {
      if (checker.isArrayType(each) || checker.isTupleType(each)) {
        const element = new Set();
        for (const part of checker.getTypeArguments(each))
          for (const kind of depth > 4 ? ["any"] : this.describe(part, depth + 1).kinds) element.add(kind);
        kinds.add(`list ${this.number(element.size > 0 ? element : new Set(["any"]))}`);
        return;
      }
      const name = each.symbol?.name ?? "";
      if (name === "Tensor" || (each.symbol?.flags & ts.SymbolFlags.Class && each.isClass())) {
        kinds.add(name === "Tensor" ? name : `class ${name}`);
      } else if (each.symbol?.flags & ts.SymbolFlags.Class) kinds.add(`class ${name}`);
      else if (each.getCallSignatures().length > 0 || each.getConstructSignatures().length > 0)
        kinds.add("function");
      else if (/^(Async)?(Iterable|Iterator|IterableIterator|Generator)/.test(name)) kinds.add("iterable");
      else if (this.is_options(each)) {
        kinds.add("options");
        if (depth > 0) return;
        for (const property of checker.getPropertiesOfType(each)) {
          keywords.push([property.name, this.describe(checker.getTypeOfSymbol(property), 1).kinds]);
        }
      } else if (/(Array|Map|Set)$/.test(name)) kinds.add(`class ${name.replace(/^Readonly/, "")}`);
      else kinds.add("any");
    };
    visit(type);
    return { kinds, keywords };
  }

  /** An object of named values: not a class of the language, nothing that is indexed by any name. */
  is_options(type) {
    const { checker } = this;
    if (checker.getIndexInfosOfType(type).length > 0) return false;
    const declarations = type.symbol?.declarations ?? [];
    const properties = checker.getPropertiesOfType(type);
    if (properties.length === 0 || properties.some(({ name }) => name.startsWith("__@"))) return false;
    // Partial and Omit are written in the language's library, what they make is not.
    if (type.symbol?.name === "__type") return true;
    return !declarations.some((each) => this.program.isSourceFileDefaultLibrary(each.getSourceFile()));
  }
}

if (process.argv[1] === import.meta.filename) writeSignatures();
