/** @file Callbacks of Node's own functions (files, cryptography, names of hosts, streams): each stays with the cell that gave it. */
import crypto from "node:crypto";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Duplex, Writable } from "node:stream";
import { carry } from "./context";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Functions = Record<string, unknown>;

/** Functions of `node:crypto` that call back, where the same one without a callback waits. */
const CRYPTO = [
  "randomBytes",
  "randomFill",
  "randomInt",
  "pseudoRandomBytes",
  "pbkdf2",
  "scrypt",
  "hkdf",
  "generateKey",
  "generateKeyPair",
  "generatePrime",
  "checkPrime",
  "sign",
  "verify",
  "diffieHellman",
];

/** Wraps them. */
export function installCallbacks(): void {
  const files = fs as unknown as Functions;
  wrapAll(
    files,
    Object.keys(files).filter((name) => `${name}Sync` in files),
  );
  // Properties of Node's that are deprecated warn when they are read.
  wrapAll(crypto as unknown as Functions, CRYPTO);
  for (const { prototype } of [Writable, Duplex])
    wrapAll(prototype as unknown as Functions, ["write", "end"]);
  syncBuiltinESMExports();
}

let hasNames = false;

/** To be called when a cell loads a module: `node:dns` is wrapped then, as to load it takes time. */
export function wrapModule(name: string): void {
  if (hasNames || !/^(?:node:)?dns$/.test(name)) return;
  hasNames = true;
  const dns = require("node:dns") as Functions;
  wrapAll(
    dns,
    Object.keys(dns).filter((key) => /^(?:lookup|lookupService|resolve\w*|reverse)$/.test(key)),
  );
  syncBuiltinESMExports();
}

function wrapAll(owner: Functions, names: string[]): void {
  for (const name of names) {
    const original = Object.getOwnPropertyDescriptor(owner, name)?.value;
    if (typeof original !== "function") continue;
    const wrapped = withCarried(original as Call);
    // Among the properties is what util.promisify looks for.
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
    owner[name] = wrapped;
  }
}

function withCarried(original: Call): Call {
  return function (this: unknown, ...args: unknown[]) {
    const last = args.length - 1;
    if (last >= 0 && typeof args[last] === "function") args[last] = carry(args[last] as Call);
    return original.apply(this, args);
  };
}
