/** @file Sequences of cells, as data, through a real kernel: each cell causes exactly the messages that are written beside it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { type Execution, KernelClient } from "./client";
import { asynchronous } from "./sequences/asynchronous";
import { displays } from "./sequences/displays";
import { errors } from "./sequences/errors";
import { hints } from "./sequences/hints";
import { hostile } from "./sequences/hostile";
import { imports } from "./sequences/imports";
import { localFiles } from "./sequences/local-files";
import { magics } from "./sequences/magics";
import { redeclaration } from "./sequences/redeclaration";
import type { Expected, Sequence, Text } from "./sequences/sequence";
import { types } from "./sequences/types";
import { variables } from "./sequences/variables";

const themes: Record<string, Sequence[]> = {
  variables,
  redeclaration,
  asynchronous,
  types,
  imports,
  localFiles,
  errors,
  hints,
  displays,
  magics,
  // Last, as it leaves things changed.
  hostile,
};

function matches(actual: unknown, expected: Text | undefined, what: string): void {
  if (expected instanceof RegExp) assert.match(String(actual), expected, what);
  else assert.equal(actual, expected, what);
}

/** Holds what a cell caused against what it must cause. */
function compare(code: string, expected: Expected, execution: Execution): void {
  const { messages, reply, error } = execution;
  const sequence = messages.map(({ type, content }) => content.execution_state ?? type);
  assert.deepEqual([sequence[0], sequence[1], sequence.at(-1)], ["busy", "execute_input", "idle"], code);
  const between = messages.slice(2, -1);
  const wanted = expected.error;
  if (wanted) {
    assert.equal(error?.ename, wanted.ename, `${code}\n${error?.evalue}`);
    if (wanted.evalue !== undefined) matches(error?.evalue, wanted.evalue, code);
    const traceback = stripVTControlCharacters(((error?.traceback ?? []) as string[]).join("\n"));
    if (wanted.traceback) assert.match(traceback, wanted.traceback, code);
  } else if (!expected.messages?.includes("error")) assert.equal(error?.evalue, undefined, code);
  assert.equal(reply.status, wanted ? "error" : "ok", code);
  const shown = between.find(({ type }) => type === "execute_result")?.content;
  if (expected.data) assert.deepEqual(shown?.data, expected.data, code);
  else matches(execution.result, expected.result, code);
  if (shown) assert.equal(shown.execution_count, reply.execution_count, code);
  matches(execution.stdout, expected.stdout ?? "", code);
  matches(execution.stderr, expected.stderr ?? "", code);
  const displayed = between
    .filter(({ type }) => type.endsWith("display_data"))
    .map(({ type, content }) => ({
      data: content.data,
      ...(type === "update_display_data" ? { update: true } : {}),
    }));
  assert.deepEqual(displayed, expected.displays ?? [], code);
  if (expected.messages) assert.deepEqual(sequence.slice(2, -1), expected.messages, code);
}

test("there are at least 150 sequences, each with a name of its own", () => {
  const names = Object.values(themes).flatMap((theme) => theme.map(({ name }) => name));
  assert.ok(names.length >= 150, String(names.length));
  assert.equal(new Set(names).size, names.length);
});

for (const [theme, sequences] of Object.entries(themes)) {
  describe(theme, () => {
    let kernel: KernelClient;
    let folder: string;

    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), "torchbook-sequences-"));
      kernel = await KernelClient.start({ cwd: folder });
    });

    after(async () => {
      await kernel.close();
      rmSync(folder, { recursive: true, force: true });
    });

    for (const { name, cells, files } of sequences) {
      test(name, async () => {
        for (const [file, text] of Object.entries(files ?? {})) {
          mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
          writeFileSync(path.join(folder, file), text);
        }
        for (const cell of cells) {
          const [code, expected] = typeof cell === "string" ? [cell, {}] : cell;
          compare(code, expected, await kernel.execute(code));
        }
      });
    }
  });
}
