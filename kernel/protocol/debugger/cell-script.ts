/** @file A script in V8 that is a cell's or a compiled file's, and where its places lie in their own source. */
import { basename } from "node:path";
import type { DebugPlace } from "../../compiler/cell-compiler";
import { decodeMappings, type Segment } from "../../compiler/source-map";
import type { DebugCell } from "../../debug-target";
import type { Inspector, V8Debugger } from "./inspector";
import type { Source } from "./messages";
import { cellPath } from "./sources";

/** What the runtime says of the source map of cells' and compiled files' scripts. */
export const SOURCE_MAP_URL = "torchbook:cell";
/** Matches the URLs of all other scripts. */
export const OTHER_SCRIPTS = "^(?!Cell In\\[|.*\\.[cm]?tsx?(?:%3F\\d+)?$).*$";

/** A place in a cell's source, 1-based. */
export interface CellPlace {
  line: number;
  column: number;
}

/** A place at which V8 can stop, with the place in the source. */
export interface StopPlace extends CellPlace {
  location: V8Debugger.BreakLocation;
}

/** One script; running a cell again makes another. */
export class CellScript {
  readonly path: string;
  readonly source: Source;
  private rows: Segment[][] | null = null;
  private stops: Promise<StopPlace[]> | null = null;

  constructor(
    readonly id: string,
    readonly cell: DebugCell,
  ) {
    const { file, name, source } = cell;
    this.path = file ?? cellPath(source);
    this.source = { name: file === null ? name : basename(file), path: this.path };
  }

  /** A place in it, as the compiler is told it. */
  debugPlace(line: number, column: number): DebugPlace {
    const { source, file } = this.cell;
    return { source, file, line, column };
  }

  /** Where a location lies in the cell; null in what the compiler added. */
  place({ lineNumber, columnNumber = 0 }: { lineNumber: number; columnNumber?: number }): CellPlace | null {
    let found: Segment | null = null;
    for (const segment of this.row(lineNumber)) {
      if (segment.column > columnNumber) break;
      found = segment;
    }
    return found && { line: found.sourceLine + 1, column: found.sourceColumn + 1 };
  }

  /** Every place at which V8 can stop and that lies in the source, in the script's order. */
  stopPlaces(inspector: Inspector): Promise<StopPlace[]> {
    this.stops ??= inspector
      .post<V8Debugger.GetPossibleBreakpointsReturnType>("Debugger.getPossibleBreakpoints", {
        start: { scriptId: this.id, lineNumber: 0, columnNumber: 0 },
      })
      .then(({ locations }) =>
        locations.flatMap((location) => {
          const place = this.place(location);
          return place ? [{ ...place, location }] : [];
        }),
      );
    return this.stops;
  }

  private row(line: number): Segment[] {
    if (!this.rows) {
      const { sourceMap } = this.cell;
      const rows: Segment[][] = [];
      const { mappings = "" } = sourceMap ? (JSON.parse(sourceMap) as { mappings?: string }) : {};
      for (const segment of decodeMappings(mappings)) {
        rows[segment.line] ??= [];
        rows[segment.line].push(segment);
      }
      this.rows = rows;
    }
    return this.rows[line] ?? [];
  }
}
