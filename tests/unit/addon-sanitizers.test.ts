/**
 * @file The addon under AddressSanitizer, in Node and with TensorFlow itself: what JavaScript calls, dispatch and programs are compiled
 * with it, the ops are the set-up's. First the addon's own functions are called as nobody should, then the library runs
 * random programs with sizes that are at the edge.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, it } from "node:test";
import { build, compiler, missing, root, run } from "./sanitizers";

const flag = "-fsanitize=address";
const sources = ["attributes", "dispatch", "program", "torchbook", "values"];
const tensorflow = join(root, "node_modules", "@tensorflow", "tfjs-node-gpu", "deps");
const headers = dirname(require.resolve("node-api-headers/package.json"));

/** The objects of the set-up, but for those that are compiled anew, and those whose source is gone. */
function other_objects(): string[] {
  const wanted = readdirSync(join(root, "src", "backend", "native")).filter((name) => name.endsWith(".cc"));
  const stems = new Set(wanted.map((name) => name.slice(0, -3)).filter((stem) => !sources.includes(stem)));
  const folder = join(root, "build", "objects", "torchbook");
  return readdirSync(folder)
    .filter((name) => stems.has(/^(.+)-[0-9a-f]{16}\.o$/.exec(name)?.[1] ?? ""))
    .map((name) => join(folder, name));
}

describe("the addon under AddressSanitizer", () => {
  let reason: string | null = null;
  let addon = "";
  let preload = "";
  before(async () => {
    if (process.platform !== "linux") reason = "the sanitizer is preloaded into Node as on Linux";
    reason ??= await missing(flag);
    if (reason !== null) return;
    preload = (await run(compiler, ["-print-file-name=libasan.so"])).text;
    const probe = await run(process.execPath, ["-e", "0"], {
      LD_PRELOAD: preload,
      ASAN_OPTIONS: "detect_leaks=0",
    });
    if (!preload.includes("/") || !probe.ok) reason = `Node does not start with ${preload}: ${probe.text}`;
    if (reason !== null) return;
    const paths = sources.map((name) => join("src", "backend", "native", `${name}.cc`));
    addon = await build("torchbook.node", paths, flag, {
      compile: [
        ...["-fPIC", "-D_GLIBCXX_USE_CXX11_ABI=1", "-DEIGEN_MAX_ALIGN_BYTES=64", "-DNAPI_EXPERIMENTAL"],
        ...[`-I${join(headers, "include")}`, "-isystem", join(tensorflow, "include")],
      ],
      link: [
        ...["-shared", ...other_objects(), `-L${join(tensorflow, "lib")}`],
        ...[
          `-Wl,-rpath,${join(tensorflow, "lib")}`,
          "-l:libtensorflow_cc.so.2",
          "-l:libtensorflow_framework.so.2",
        ],
      ],
    });
  });

  for (const [script, words] of [
    ["hostile-calls", /\d+ calls refused/],
    ["random-programs", /\d+ programs/],
  ] as const) {
    it(`is clean in ${script}`, async (context) => {
      if (reason !== null) return context.skip(reason);
      const { ok, text } = await run(process.execPath, ["--expose-gc", join(__dirname, `${script}.js`)], {
        LD_PRELOAD: preload,
        ASAN_OPTIONS: "detect_leaks=0:allocator_may_return_null=1",
        TORCHBOOK_TEST_ADDON: addon,
      });
      assert.ok(ok, text);
      assert.match(text, words);
      context.diagnostic(text.split("\n").at(-1) ?? "");
    });
  }
});
