/** @file Starts the kernel: `node main.js CONNECTION_FILE`. */
import { existsSync } from "node:fs";
import { start } from "./runtime/start";

const [connectionFile] = process.argv.slice(2);
if (!connectionFile || !existsSync(connectionFile)) {
  console.error(
    connectionFile
      ? `torchbook: no connection file ${connectionFile}`
      : "usage: node main.js CONNECTION_FILE (Jupyter starts the kernel; `node install.js` makes it known)",
  );
  process.exit(2);
}
start(connectionFile);
