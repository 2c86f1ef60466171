/** @file The library's names as globals: loaded when one is first touched, or when the kernel has time. */
import { dirname, join } from "node:path";
import { PRELOAD_NAMES } from "../preload-names";

/** The compiled library, seen from dist/kernel/runtime. */
const LIBRARY = join(__dirname, "..", "..", "src", "index.js");

/** Defines the library's globals and loads it at need. */
export class Preload {
  private values: Record<string, unknown> | null = null;

  /** Puts a getter for each name on the global object. */
  install(): void {
    for (const name of PRELOAD_NAMES) {
      Object.defineProperty(globalThis, name, {
        configurable: true,
        enumerable: false,
        get: () => {
          const values = this.load();
          if (!Object.hasOwn(values, name))
            throw new Error(`${name}: the torchbook library does not export it`);
          return values[name];
        },
        set: (value: unknown) => {
          Object.defineProperty(globalThis, name, {
            value,
            writable: true,
            configurable: true,
            enumerable: true,
          });
        },
      });
    }
  }

  /** Loads the library without a complaint; a cell that needs it gets that. */
  warm(): void {
    try {
      this.load();
    } catch {}
  }

  private load(): Record<string, unknown> {
    if (this.values) return this.values;
    dropUnfinished();
    try {
      const library = require(LIBRARY);
      if (!library.preload) throw new Error("it has no preload");
      this.values = library.preload as Record<string, unknown>;
    } catch (error) {
      // Not remembered: each cell that touches the library gets an error of its own line, or finds it mended.
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `the torchbook library cannot be loaded: ${why} (run \`npm run setup\`, then restart the kernel)`,
        { cause: error },
      );
    }
    // From here on plain properties, which cost nothing to read.
    for (const [name, value] of Object.entries(this.values)) {
      const present = Object.getOwnPropertyDescriptor(globalThis, name);
      if (present && !("get" in present && present.get)) continue;
      Object.defineProperty(globalThis, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
    return this.values;
  }
}

/** Files of the library whose loading was stopped midway would be handed out half made. */
function dropUnfinished(): void {
  const folder = dirname(LIBRARY);
  for (const [path, module] of Object.entries(require.cache)) {
    if (module && !module.loaded && path.startsWith(folder)) delete require.cache[path];
  }
}
