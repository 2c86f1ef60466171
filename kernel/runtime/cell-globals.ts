/** @file The names that the kernel itself gives to every cell, with their types. */

/** How a display is sent. */
export interface DisplayOptions {
  /** Names the display, so that it can be updated from anywhere; `true` makes a name. */
  display_id?: string | true;
  /** Replaces every display of that name instead of adding one. */
  update?: boolean;
  /** Metadata by MIME type. */
  metadata?: Record<string, unknown>;
  /** Data that is not stored in the notebook. */
  transient?: Record<string, unknown>;
  /** Bytes that are sent beside the data, as they are. */
  buffers?: Uint8Array[];
}

/** A named display. */
export interface DisplayHandle {
  readonly display_id: string;
  /** Shows another value in its place. */
  update(value: unknown, options?: Omit<DisplayOptions, "display_id" | "update">): void;
}

/** Data as text, or as bytes that are sent in base64. */
export type DisplayData = string | Uint8Array;

/**
 * Shows a value in the cell's output: by its `Symbol.for("Jupyter.display")` method, as the MIME bundle that it is
 * (`{ "text/html": "<b>hi</b>" }`), or as text.
 *
 * @example
 * display(tensor);
 * const bar = display("starting", { display_id: true });
 * bar.update("half done");
 */
export interface Display {
  (value: unknown, options: DisplayOptions & { display_id: string | true }): DisplayHandle;
  (value: unknown, options?: DisplayOptions): void;
  /** Shows HTML. */
  html(html: string, options?: DisplayOptions): void;
  /** Shows Markdown. */
  markdown(markdown: string, options?: DisplayOptions): void;
  /** Shows LaTeX, with its dollar signs. */
  latex(latex: string, options?: DisplayOptions): void;
  /** Shows an SVG drawing. */
  svg(svg: string, options?: DisplayOptions): void;
  /** Runs JavaScript in the browser. */
  javascript(code: string, options?: DisplayOptions): void;
  /** Shows plain text. */
  text(text: string, options?: DisplayOptions): void;
  /** Shows data as a tree that can be folded. */
  json(data: unknown, options?: DisplayOptions): void;
  /** Shows a PNG image, from bytes or base64. */
  png(data: DisplayData, options?: DisplayOptions): void;
  /** Shows a JPEG image, from bytes or base64. */
  jpeg(data: DisplayData, options?: DisplayOptions): void;
  /** Shows a GIF image, from bytes or base64. */
  gif(data: DisplayData, options?: DisplayOptions): void;
}

/** Options of `input`. */
export interface InputOptions {
  /** Hides what is typed. */
  password?: boolean;
}

/** What came over a comm. */
export interface CommEvent {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

/** One end of a channel to a widget in the notebook. */
export interface Comm {
  readonly comm_id: string;
  readonly target_name: string;
  /** Sends data, and bytes beside it. */
  send(data: object, options?: { metadata?: object; buffers?: Uint8Array[] }): void;
  close(data?: object): void;
  on_msg(listener: (event: CommEvent) => void): void;
  on_close(listener: (event: CommEvent) => void): void;
}

/** Opens comms, and takes those that the notebook opens. */
export interface CommManager {
  /** Opens a comm to a target of the notebook. */
  create(
    target_name: string,
    data?: object,
    options?: { comm_id?: string; metadata?: object; buffers?: Uint8Array[] },
  ): Comm;
  /** Takes the comms that the notebook opens under a name. */
  register_target(name: string, target: (comm: Comm, event: CommEvent) => void): void;
  unregister_target(name: string): void;
}

/*
 * The globals of the kernel: every cell has each of these exports as a global of that name. They are declared only; the
 * values are made where the kernel starts.
 */

export declare const display: Display;

/** Clears the cell's output; with `wait`, only when the next output comes. */
export declare function clear_output(options?: { wait?: boolean } | boolean): void;

/** Asks the user and waits for the answer; the answer may be awaited as well. */
export declare function input(prompt?: string, options?: InputOptions): string;

/** Asks the user and waits for the answer, as in a browser. */
export declare function prompt(message?: string, options?: InputOptions): string;

/** Comms: channels to widgets in the notebook. */
export declare const comms: CommManager;

/** The values behind the declarations. */
export interface CellGlobals {
  display: typeof display;
  clear_output: typeof clear_output;
  input: typeof input;
  prompt: typeof prompt;
  comms: typeof comms;
}
