/** @file The set-up with a registry that breaks off in the middle of its answers: it goes on by itself. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { ProjectCopy } from "./project-copy";

const copy = new ProjectCopy();
let server: Server | null = null;
after(() => {
  server?.close();
  server?.closeAllConnections();
  copy.remove();
});

/** A package without content, as npm packs it. */
function packed(): Buffer {
  const folder = copy.path("tiny");
  mkdirSync(folder);
  writeFileSync(`${folder}/package.json`, JSON.stringify({ name: "tiny", version: "1.0.0" }));
  execFileSync("npm", ["pack", "--silent"], { cwd: folder });
  return readFileSync(`${folder}/tiny-1.0.0.tgz`);
}

/** Serves the package. The first `breaks` times that it is asked for its file it ends the connection half-way. */
async function registry(tarball: Buffer, breaks: number): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const hosted = createServer((request, response) => {
    const url = `http://127.0.0.1:${(hosted.address() as AddressInfo).port}`;
    if (request.url !== "/tiny.tgz") {
      const dist = { tarball: `${url}/tiny.tgz`, integrity: integrity(tarball) };
      const versions = { "1.0.0": { name: "tiny", version: "1.0.0", dist } };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ name: "tiny", "dist-tags": { latest: "1.0.0" }, versions }));
      return;
    }
    response.writeHead(200, { "content-length": tarball.length });
    if (asked++ >= breaks) response.end(tarball);
    else response.write(tarball.subarray(0, tarball.length >> 1), () => response.destroy());
  });
  server = hosted;
  await new Promise<void>((resolve) => hosted.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(hosted.address() as AddressInfo).port}/`, asked: () => asked };
}

const integrity = (file: Buffer): string => `sha512-${createHash("sha512").update(file).digest("base64")}`;

test("npm packages are fetched again when the connection breaks off", async () => {
  const tarball = packed();
  const { url, asked } = await registry(tarball, 3);
  const root = { name: "copy", version: "1.0.0", dependencies: { tiny: "1.0.0" } };
  const packages = { "": root, "node_modules/tiny": { version: "1.0.0", integrity: integrity(tarball) } };
  writeFileSync(copy.path("package.json"), JSON.stringify({ ...root, private: true }));
  writeFileSync(
    copy.path("package-lock.json"),
    JSON.stringify({ name: "copy", version: "1.0.0", lockfileVersion: 3, requires: true, packages }),
  );
  const env = { npm_config_registry: url, npm_config_cache: copy.path("npm-cache") };
  const result = await copy.run(["--only", "packages"], env);
  assert.equal(result.code, 0, result.output);
  assert.match(result.output, /the network broke off; trying again/);
  assert.equal(asked(), 4);
  assert.match(readFileSync(copy.path("node_modules", "tiny", "package.json"), "utf8"), /tiny/);
});
