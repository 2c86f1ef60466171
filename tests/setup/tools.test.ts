/** @file A machine that lacks something: every missing tool is named at once, with the command that installs it. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { ProjectCopy } from "./project-copy";

const copy = new ProjectCopy();
after(() => copy.remove());

/** A PATH on which only these programs are: shell scripts by their text. */
function path(name: string, programs: Record<string, string>): string {
  const folder = copy.path(name);
  mkdirSync(folder, { recursive: true });
  symlinkSync("/bin/sh", `${folder}/sh`);
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(`${folder}/${program}`, `#!/bin/sh\n${text}\n`);
    chmodSync(`${folder}/${program}`, 0o755);
  }
  return folder;
}

const installs =
  process.platform === "darwin" ? /brew install|xcode-select/ : /(apt-get|dnf) install -y|apk add/;

test("no Python and no compiler: both are named, with one command", async () => {
  const result = await copy.run([], { PATH: path("bare", {}), CXX: undefined });
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /Python 3\.10 or newer/);
  assert.match(result.output, /a C\+\+17 compiler/);
  assert.match(result.output, installs);
  assert.ok(!result.output.includes("[1/"), "no step was begun");
});

test("a Python that is too old is named with its version", async () => {
  const folder = path("old", {
    python3: "echo 3.8.1 True",
    "c++": "echo '#define __cplusplus 201703L'; echo '#define __GNUC__ 12'",
  });
  const result = await copy.run([], { PATH: folder, CXX: undefined });
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /Python 3\.10 or newer \(python3 is 3\.8\.1\)/);
  assert.ok(!result.output.includes("compiler"), result.output);
});

test("a Python without venv is named with the package that has it", {
  skip: process.platform !== "linux" && "Debian's packaging",
}, async () => {
  const folder = path("half", {
    python3: "echo 3.12.3 False",
    "c++": "echo '#define __cplusplus 201703L'; echo '#define __GNUC__ 12'",
  });
  const result = await copy.run([], { PATH: folder, CXX: undefined });
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /venv and ensurepip/);
  assert.match(result.output, /python3\.12-venv|python3-pip|py3-pip/);
});

test("a compiler older than C++17 does not count", async () => {
  const folder = path("cpp14", { python3: "echo 3.12.3 True", "c++": "echo '#define __cplusplus 201402L'" });
  const result = await copy.run([], { PATH: folder, CXX: undefined });
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /a C\+\+17 compiler/);
});

test("CXX that is no compiler is named", async () => {
  const result = await copy.run([], { CXX: "/nowhere/c++" });
  assert.equal(result.code, 1, result.output);
  assert.match(result.output, /CXX is \/nowhere\/c\+\+/);
});

test("an unknown option or step is refused", async () => {
  const option = await copy.run(["--gpus"]);
  assert.equal(option.code, 1);
  assert.match(option.output, /--gpu /);
  const step = await copy.run(["--only", "everything"]);
  assert.equal(step.code, 1);
  assert.match(step.output, /no such step: everything/);
});
