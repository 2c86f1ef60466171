/** @file `display` and `clear_output`. */
import { randomUUID } from "node:crypto";
import type { MimeBundle } from "../channel";
import type { CellGlobals, Display, DisplayData, DisplayHandle, DisplayOptions } from "./cell-globals";
import { type CellContext, liveContext } from "./context";
import type { Link } from "./link";
import { DISPLAY, isMimeBundle, isThenable, serialize, toMimeBundle, toPlainData } from "./mime";

/** Makes the display functions of the cells. */
export function makeDisplay(
  link: Link,
  report: (context: CellContext, error: unknown) => void,
  warn: (context: CellContext, error: unknown) => void,
): Pick<CellGlobals, "display" | "clear_output"> {
  const send = (
    context: CellContext,
    bundle: MimeBundle,
    id: string | undefined,
    options: DisplayOptions,
  ): void => {
    const data = serialize(bundle);
    // An object may say that it shows nothing.
    if (Object.keys(data).length === 0) return;
    link.post({
      type: "display",
      cell: context.cell,
      update: options.update === true,
      data,
      metadata: toPlainData(options.metadata ?? {}),
      transient: { ...toPlainData(options.transient ?? {}), ...(id !== undefined && { display_id: id }) },
      buffers: options.buffers ?? [],
    });
  };

  const show = (value: unknown, options: DisplayOptions = {}): DisplayHandle | undefined => {
    const context = liveContext();
    const { display_id } = options;
    const id = display_id === true ? randomUUID() : display_id === undefined ? undefined : String(display_id);
    if (options.update && id === undefined)
      throw new TypeError("display: update needs the display_id of a display");
    const bundle = isMimeBundle(value) ? value : toMimeBundle(value, (error) => warn(context, error));
    if (isThenable(bundle)) {
      const shown = Promise.resolve(bundle)
        .then((made) => send(context, made, id, options))
        .catch((error) => report(context, error))
        .finally(() => context.displays.delete(shown));
      context.displays.add(shown);
    } else {
      send(context, bundle, id, options);
    }
    return id === undefined ? undefined : makeHandle(id);
  };

  const makeHandle = (id: string): DisplayHandle => {
    const handle = {
      display_id: id,
      update: (value: unknown, options: DisplayOptions = {}) => {
        show(value, { ...options, display_id: id, update: true });
      },
    };
    // A handle that ends a cell is no result.
    Object.defineProperty(handle, DISPLAY, { value: () => ({}) });
    return handle;
  };

  const as = (type: string) => (data: unknown, options?: DisplayOptions) =>
    show({ [type]: data }, options) as undefined;
  const text = (type: string) => (data: string, options?: DisplayOptions) =>
    show({ [type]: String(data) }, options) as undefined;
  const image = (type: string) => as(type) as (data: DisplayData, options?: DisplayOptions) => undefined;

  const display = Object.assign(show, {
    html: text("text/html"),
    markdown: text("text/markdown"),
    latex: text("text/latex"),
    svg: text("image/svg+xml"),
    javascript: text("application/javascript"),
    text: text("text/plain"),
    json: (data: unknown, options?: DisplayOptions) => {
      // A bare string or number is JSON too; it is sent as it is.
      show({ "application/json": data, "text/plain": JSON.stringify(data, null, 2) }, options);
    },
    png: image("image/png"),
    jpeg: image("image/jpeg"),
    gif: image("image/gif"),
  }) as unknown as Display;

  return {
    display,
    clear_output: (options = {}) => {
      const wait = typeof options === "boolean" ? options : options.wait === true;
      link.post({ type: "clear_output", cell: liveContext().cell, wait });
    },
  };
}
