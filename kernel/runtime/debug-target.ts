/** @file The main thread's end of the debugger: what it asks about cells, variables and values. */
import { types } from "node:util";
import type { MimeBundle } from "../channel";
import type {
  ChildrenRequest,
  DebugCell,
  DescribedValue,
  DescribedVariable,
  DebugTarget as Target,
} from "../debug-target";
import type { CellSources } from "./cell-sources";
import { currentContext } from "./context";
import {
  type Child,
  childrenOf,
  countsOf,
  isExpandable,
  page,
  type Range,
  scopeEntries,
} from "./debug-children";
import { describeText, typeName } from "./debug-text";
import type { Link } from "./link";
import { isThenable, plainText, serialize, toMimeBundle } from "./mime";

/** What stands below a reference. */
type Node =
  | { kind: "value"; value: object; path?: string; range?: Range }
  | { kind: "getter"; get: () => unknown; path?: string }
  | { kind: "list"; list: Child[] };

/** Answers the debugger's calls; costs nothing until there are any. */
export class DebugTarget implements Target {
  private readonly nodes = new Map<number, Node>();
  private readonly visits = new Map<number, number>();
  private next = 1;
  /** References below this are of an earlier list of the cells' variables. */
  private renewed = 1;
  private paused = false;
  /** Whether the user's and the library's own functions may be called now. */
  private safe = false;

  constructor(
    readonly variables: Record<string, unknown>,
    private readonly sources: CellSources,
    private readonly link: Link,
  ) {}

  enter(): boolean {
    this.safe = this.paused || stackDepth(this.enter) <= 1;
    return this.safe;
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.nodes.clear();
  }

  cells(names: string[]): DebugCell[] {
    return names.flatMap((name) => {
      const cell = this.sources.get(name);
      return cell ? [{ name, ...cell }] : [];
    });
  }

  globals(renew: boolean): number {
    if (renew) {
      for (const reference of this.nodes.keys()) if (reference < this.renewed) this.nodes.delete(reference);
      this.renewed = this.next;
    }
    const { variables } = this;
    // The value of a cell's last expression lies there for a moment.
    const names = Object.keys(variables).filter((name) => name !== "tsLastExpr");
    const list = names.sort().flatMap((name): Child[] => {
      try {
        return [{ name, value: variables[name], path: name }];
      } catch {
        // Declared by the cell that runs, which did not get there yet.
        return [];
      }
    });
    return this.refer({ kind: "list", list });
  }

  scope(hidden: string[], self: unknown, ...scopes: object[]): number {
    const list = scopeEntries(scopes, new Set(hidden));
    if (self !== undefined && self !== globalThis) list.push({ name: "this", value: self, path: "this" });
    return this.refer({ kind: "list", list });
  }

  children(reference: number, request: ChildrenRequest): DescribedVariable[] | null {
    const node = this.nodes.get(reference);
    if (!node) return null;
    if (node.kind === "getter") return this.safe ? [this.got(node)] : [];
    const list =
      node.kind === "value"
        ? childrenOf(node.value, { ...request, path: node.path, range: node.range, safe: this.safe })
        : request.filter === "indexed"
          ? []
          : page(node.list, request);
    return list.map((child) => this.variable(child));
  }

  describe(value: unknown): DescribedValue {
    return this.described(value);
  }

  bundle(value: unknown): MimeBundle {
    const made = value === undefined ? { "text/plain": plainText(value) } : toMimeBundle(value, () => {});
    // Promises do not settle at a pause, and one that fails later is nobody's.
    if (isThenable(made)) made.then(undefined, () => {});
    return serialize(isThenable(made) ? { "text/plain": plainText(value) } : made);
  }

  members(value: unknown): string[] {
    const names = new Set<string>();
    let at: unknown = value === undefined || value === null ? null : Object(value);
    for (; at && !types.isProxy(at); at = Object.getPrototypeOf(at))
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    return [...names];
  }

  visit(id: number, operator: string, count: number): boolean {
    const visits = (this.visits.get(id) ?? 0) + 1;
    this.visits.set(id, visits);
    if (operator === ">") return visits > count;
    if (operator === ">=") return visits >= count;
    if (operator === "<") return visits < count;
    if (operator === "<=") return visits <= count;
    return operator === "%" ? visits % count === 0 : visits === count;
  }

  say(...parts: unknown[]): false {
    const text = parts.map((part) => (typeof part === "string" ? part : describeText(part, true))).join("");
    this.link.post({ type: "debug_output", cell: currentContext().cell, text: `${text}\n` });
    return false;
  }

  close(): void {
    this.pause(false);
    this.visits.clear();
  }

  private variable(child: Child): DescribedVariable {
    const { name, path } = child;
    const named = { name, ...(path !== undefined && { evaluateName: path }) };
    if (child.get) {
      const reference = this.refer({ kind: "getter", get: child.get, path });
      return { ...named, value: "(…)", type: "", reference, lazy: true };
    }
    if (child.range) {
      const reference = this.refer({ kind: "value", value: child.value as object, range: child.range });
      return { name, value: "", type: "", reference };
    }
    return { ...named, ...this.described(child.value, path) };
  }

  private got({ get, path }: Extract<Node, { kind: "getter" }>): DescribedVariable {
    try {
      return this.variable({ name: "value", value: get(), path });
    } catch (error) {
      return { name: "thrown", ...this.described(error) };
    }
  }

  private described(value: unknown, path?: string): DescribedValue {
    const { safe } = this;
    const text = { value: describeText(value, safe), type: typeName(value) };
    if (!isExpandable(value, safe)) return { ...text, reference: 0 };
    return { ...text, reference: this.refer({ kind: "value", value, path }), ...countsOf(value, safe) };
  }

  private refer(node: Node): number {
    this.nodes.set(this.next, node);
    return this.next++;
  }
}

/** How many calls are on the stack below a function. */
function stackDepth(below: (...args: never[]) => unknown): number {
  const { prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.prepareStackTrace = (_error, sites) => sites.length;
    Error.captureStackTrace(holder, below);
    return Number(holder.stack);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
