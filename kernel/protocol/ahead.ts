/**
 * @file Compiles the next cell of a queue while the one before it runs.
 *
 * What a cell that runs declares counts as declared, which is right if it ends well. Otherwise, and where the next cell has a problem
 * that may be gone by then, the result is dropped and the cell compiled when its turn comes.
 */
import type { CellCompiler, CompiledCell } from "../compiler/cell-compiler";
import { helpQuestion } from "./help";
import type { Message } from "./wire";

/** What an import leads to may be made by the cell that runs. */
const IMPORTS = /\b(?:import|require)\b/;

interface Ahead {
  message: Message;
  cell: number;
  /** Null for one that is not to be used. */
  compiled: Promise<CompiledCell | null>;
  /** True when the cell before it did not end well. */
  spoilt: boolean;
}

/** At most one cell, compiled before its turn. */
export class CompileAhead {
  private ahead: Ahead | null = null;

  constructor(
    private readonly compiler: CellCompiler,
    private readonly newCell: () => number,
  ) {}

  /** Begins to compile a cell that will come next, unless it depends on more than declarations. */
  begin(message: Message): void {
    const { code } = message.content;
    if (this.ahead || typeof code !== "string" || code.trim() === "") return;
    if (IMPORTS.test(code) || helpQuestion(code)) return;
    const cell = this.newCell();
    const compiled = this.compiler.compile({ cell, code }).then(
      (made) => (made.ok ? made : null),
      () => null,
    );
    this.ahead = { message, cell, compiled, spoilt: false };
  }

  /** The number under which a message's cell was compiled; undefined when it was not. */
  cellOf(message: Message): number | undefined {
    return this.ahead?.message === message ? this.ahead.cell : undefined;
  }

  /** The result for a cell, of which the caller tells the compiler how it ended; null when it must be compiled yet. */
  async take(cell: number): Promise<CompiledCell | null> {
    const { ahead } = this;
    this.ahead = null;
    if (!ahead) return null;
    if (ahead.cell === cell && !ahead.spoilt) return ahead.compiled;
    // The compiler forgets it before it is asked anything else.
    if (await ahead.compiled) await this.compiler.commit(ahead.cell, { ok: false, assigned: [] });
    return null;
  }

  /** Takes note that the cell that runs did not end well. */
  spoil(): void {
    if (this.ahead) this.ahead.spoilt = true;
  }
}
