/** @file `TORCHBOOK_NATIVE=0`: the tests of all that our own ops do pass with TensorFlow's alone too. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** Files of tests that come to recurrent layers, CRF, optimizers, dropout, packed rows, embeddings, `torch.compile`. */
const files = ["compile", "crf", "nn-layers", "optim", "optim-more", "rnn", "rnn-utils"];

for (const name of files) {
  test(`${name} passes without native ops`, async () => {
    // Otherwise the file takes itself for a part of this one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const file = join(__dirname, `${name}.test.js`);
    const text = await new Promise<string>((resolve) => {
      const options = { env: { ...env, TORCHBOOK_NATIVE: "0" }, timeout: 300_000, maxBuffer: 1 << 26 };
      execFile(process.execPath, ["--test", "--test-reporter=tap", file], options, (_error, stdout) =>
        resolve(stdout),
      );
    });
    assert.match(text, /^# fail 0$/m, text);
    assert.match(text, /^# pass [1-9]/m, text);
  });
}
