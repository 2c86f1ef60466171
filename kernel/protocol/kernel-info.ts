/** @file What the kernel says of itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROTOCOL_VERSION } from "./wire";

/** Folder of the torchbook package, seen from dist/kernel/protocol. */
const PACKAGE_ROOT = join(__dirname, "..", "..", "..");

let cached: object | null = null;

/** The content of a `kernel_info_reply`. */
export function kernelInfo(): object {
  cached ??= describe();
  return cached;
}

function describe(): object {
  const version = packageVersion();
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "torchbook",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: languageVersion(),
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "",
    },
    banner: `torchbook ${version}: TypeScript with a PyTorch-like library, on Node.js ${process.versions.node}`,
    debugger: true,
    supported_features: ["debugger", "kernel subshells"],
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/intro.html" },
      { text: "Node.js", url: "https://nodejs.org/docs/latest/api/" },
      { text: "PyTorch", url: "https://docs.pytorch.org/docs/stable/index.html" },
    ],
  };
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")).version;
}

/** Read from the package file: loading TypeScript here would cost the start of the kernel. */
function languageVersion(): string {
  try {
    const path = require.resolve("typescript/package.json", { paths: [PACKAGE_ROOT] });
    return JSON.parse(readFileSync(path, "utf8")).version;
  } catch {
    return "5.0";
  }
}
