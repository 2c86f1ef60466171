/** @file Sends what cells write to stdout and stderr to the notebook. */
import { Console } from "node:console";
import { StringDecoder } from "node:string_decoder";
import { liveContext } from "./context";
import type { Link } from "./link";

type Done = (error?: Error | null) => void;

/** Redirects `process.stdout`, `process.stderr` and `console`. */
export function installStdio(link: Link): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8");
    const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
      const { cell } = liveContext();
      const text =
        typeof chunk === "string"
          ? typeof encoding === "string" && !/^utf-?8$/i.test(encoding)
            ? Buffer.from(chunk, encoding).toString("utf8")
            : chunk
          : decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      if (text !== "") link.stream(cell, name, text);
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback) process.nextTick(callback);
      return true;
    };
    process[name].write = write as typeof process.stdout.write;
  }
  // A console of our own: Node's global one also hands every argument to the inspector, which would keep tensors alive.
  const console = new Console({
    stdout: process.stdout,
    stderr: process.stderr,
    colorMode: false,
    // These streams have none; Node would add and remove a listener for each line.
    ignoreErrors: false,
  });
  Object.assign(console, { Console });
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
