/** @file What `import ... from "tslab"` gives: tslab's own interface over this kernel's displays, so that its notebooks run unchanged. */
import { randomUUID } from "node:crypto";
import type { Display as TslabDisplay } from "tslab";
import type { DisplayOptions } from "./cell-globals";
import { DISPLAY } from "./mime";

type Show = (bundle: Record<string, unknown>, options?: DisplayOptions) => void;

/** Makes the module. */
export function makeTslab(): typeof import("tslab") {
  return {
    display: makeDisplay((bundle) => show(bundle)),
    newDisplay: () => {
      const display_id = randomUUID();
      let isShown = false;
      return makeDisplay((bundle) => {
        show(bundle, { display_id, update: isShown });
        isShown = true;
      });
    },
    versions: {
      get tslab() {
        return versionOf("tslab");
      },
      get typescript() {
        return versionOf("typescript");
      },
      node: process.version,
    },
  };
}

function makeDisplay(send: Show): TslabDisplay {
  const as = (type: string) => (data: string | Uint8Array) => send({ [type]: data });
  const display: TslabDisplay = {
    javascript: as("text/javascript"),
    html: as("text/html"),
    markdown: as("text/markdown"),
    latex: as("text/latex"),
    svg: as("image/svg+xml"),
    png: as("image/png"),
    jpeg: as("image/jpeg"),
    gif: as("image/gif"),
    pdf: as("application/pdf"),
    text: as("text/plain"),
    raw: (type, data) => send({ [type]: data }),
  };
  // A display that ends a cell is no result.
  Object.defineProperty(display, DISPLAY, { value: () => ({}) });
  return display;
}

function show(bundle: Record<string, unknown>, options?: DisplayOptions): void {
  const display = (globalThis as unknown as Record<symbol, Show | undefined>)[DISPLAY];
  if (!display) throw new Error("tslab: there is no notebook to display in");
  // As an object's own bundle, so that any name of a type will do.
  display({ [DISPLAY]: () => bundle }, options);
}

function versionOf(name: string): string {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return "";
  }
}
