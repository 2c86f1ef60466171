/** @file A compile thread for tests, with what the kernel's main thread does for it: runs the code, commits the outcome. */
import { Script } from "node:vm";
import { MessageChannel, Worker } from "node:worker_threads";
import type { CompiledCell, Diagnostic } from "../../kernel/compiler/cell-compiler";
import { CompilerClient } from "../../kernel/compiler/client";
import { CellSources } from "../../kernel/runtime/cell-sources";
import { CellModules } from "../../kernel/runtime/modules";

export interface Ran {
  compiled: CompiledCell | null;
  diagnostics: Diagnostic[];
  /** Value of the last expression. */
  value: unknown;
  /** What the cell threw. */
  error: unknown;
}

const PARAMETERS = "exports, require, module, __filename, __dirname";

/** One notebook. */
export class Session {
  readonly compiler: CompilerClient;
  readonly variables: Record<string, unknown> = Object.create(null);
  private readonly worker: Worker;
  private readonly modules: CellModules;
  private count = 0;

  constructor(options: { cwd?: string; packageRoot?: string } = {}) {
    const cwd = options.cwd ?? process.cwd();
    const { port1, port2 } = new MessageChannel();
    this.worker = new Worker(require.resolve("../../kernel/compiler/worker"), {
      workerData: { port: port2, cwd, packageRoot: options.packageRoot, engine: process.env.COMPILER_ENGINE },
      transferList: [port2],
    });
    this.compiler = new CompilerClient(port1);
    this.modules = new CellModules(cwd, new CellSources());
  }

  /** Compiles and runs a cell. */
  async run(code: string): Promise<Ran> {
    const executionCount = ++this.count;
    const compiled = await this.compiler.compile({ cell: executionCount, code });
    if (!compiled.ok)
      return { compiled: null, diagnostics: compiled.diagnostics, value: undefined, error: undefined };
    const { variables } = this;
    const before = new Map(Object.entries(variables));
    let error: unknown;
    try {
      this.modules.provide(compiled.localFiles);
      const prefix = `(${compiled.isAsync ? "async " : ""}function (${PARAMETERS}) {`;
      const script = new Script(`${prefix}${compiled.code}\n})`, {
        filename: `cell-${executionCount}`,
        columnOffset: -prefix.length,
      });
      const { modules } = this;
      const module = {
        exports: variables,
        import: (specifier: string) => modules.import(specifier),
        bind: (name: string, from: unknown, key: string) => modules.bind(variables, name, from, key),
      };
      const { require, filename, folder } = this.modules;
      await script.runInThisContext().call(undefined, variables, require, module, filename, folder);
    } catch (thrown) {
      error = thrown;
    }
    let value: unknown;
    if (compiled.resultName) {
      value = variables[compiled.resultName];
      delete variables[compiled.resultName];
    }
    const assigned = Object.keys(variables).filter(
      (name) => !before.has(name) || !Object.is(before.get(name), variables[name]),
    );
    await this.compiler.commit(executionCount, { ok: error === undefined, assigned });
    return { compiled, diagnostics: [], value, error };
  }

  /** The value of a cell that must compile and run. */
  async value(code: string): Promise<unknown> {
    const { value, error, diagnostics } = await this.run(code);
    if (diagnostics.length > 0)
      throw new Error(`${code}\n${diagnostics.map((one) => one.message).join("\n")}`);
    if (error !== undefined) throw error;
    return value;
  }

  /** Codes and places of the problems of a cell that must not compile. */
  async problems(code: string): Promise<string[]> {
    const { diagnostics } = await this.run(code);
    return diagnostics.map((one) => `TS${one.code} ${one.line}:${one.column}`);
  }

  async close(): Promise<void> {
    await this.compiler.close();
    await this.worker.terminate();
  }
}

/** Splits `a|b` into the text without the bar and the bar's offset. */
export function cursor(marked: string): [code: string, offset: number] {
  const offset = marked.indexOf("|");
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}
