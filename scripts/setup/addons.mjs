/** @file Step: the native addons, compiled with the C++ compiler and Node's C headers from npm (no node-gyp). */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { run } from "./command.mjs";
import { contentHash, listFiles, temporaryBeside } from "./files.mjs";
import { inRoot, tfjsDir } from "./paths.mjs";
import { isCurrent, removeStamp, writeStamp } from "./stamp.mjs";
import { depsDir, libraryNames, tensorflowKey } from "./tensorflow.mjs";

const mac = process.platform === "darwin";
const origin = mac ? "@loader_path" : "$ORIGIN";
const include = (from, name) =>
  join(
    dirname(createRequire(from).resolve(`${name}/package.json`)),
    name.endsWith("headers") ? "include" : "",
  );
const nodeHeaders = () => include(inRoot("package.json"), "node-api-headers");
const linkTensorflow = (rpath) => [
  `-L${join(depsDir, "lib")}`,
  `-Wl,-rpath,${origin}/${rpath}`,
  ...(mac ? ["-ltensorflow_cc.2", "-ltensorflow_framework.2"] : libraryNames.map((name) => `-l:${name}`)),
];
const sourceFiles = (folder, pattern) => listFiles(folder, (path) => pattern.test(path));

/** What each addon is made of; functions, since the packages are not there before the first step. */
const addons = {
  /** TensorFlow's op dispatch for JavaScript. */
  tfjs_binding: {
    output: join(tfjsDir, "lib", "napi-v8", "tfjs_binding.node"),
    sources: () => sourceFiles(join(tfjsDir, "binding"), /\.cc$/),
    headers: () => sourceFiles(join(tfjsDir, "binding"), /\.h$/),
    flags: () => [
      "-std=c++17",
      "-O2",
      "-DNAPI_VERSION=8",
      `-I${nodeHeaders()}`,
      `-I${tfjsDir}`,
      `-I${join(depsDir, "include")}`,
    ],
    link: () => linkTensorflow("../../deps/lib"),
  },
  /** Our own: sees the context that TensorFlow's dispatch makes. Links nothing, as its symbols are in sight of all. */
  context: {
    output: inRoot("build", "native", "context.node"),
    sources: () => sourceFiles(inRoot("src", "backend", "context"), /\.cc$/),
    headers: () => [],
    flags: () => ["-std=c++17", "-O2", `-I${nodeHeaders()}`],
    link: () => (mac ? [] : ["-ldl"]),
  },
  /** Our own: dispatch, the lifetime of tensors, and ops. */
  torchbook: {
    output: inRoot("build", "native", "torchbook.node"),
    sources: () => sourceFiles(inRoot("src", "backend", "native"), /\.cc$/),
    headers: () => sourceFiles(inRoot("src", "backend", "native"), /\.h$/),
    flags: () => [
      ...[
        "-std=c++17",
        "-O3",
        // A root that would set errno is not vectorised.
        "-fno-math-errno",
        "-D_GLIBCXX_USE_CXX11_ABI=1",
        "-DEIGEN_MAX_ALIGN_BYTES=64",
        "-DNAPI_EXPERIMENTAL",
      ],
      ...[`-I${nodeHeaders()}`, "-isystem", join(depsDir, "include")],
    ],
    link: () => linkTensorflow("../../node_modules/@tensorflow/tfjs-node-gpu/deps/lib"),
  },
  /** The kernel's: output of native code and of child processes. */
  descriptors: {
    output: inRoot("build", "native", "descriptors.node"),
    sources: () => sourceFiles(inRoot("kernel", "native"), /\.cc$/),
    headers: () => [],
    flags: () => ["-std=c++17", "-O2", "-DNAPI_VERSION=8", `-I${nodeHeaders()}`],
    link: () => [],
  },
  /** Chinese word segmentation. */
  nodejieba: {
    output: inRoot("node_modules", "nodejieba", "build", "Release", "nodejieba.node"),
    sources: () => sourceFiles(inRoot("node_modules", "nodejieba", "lib"), /\.cpp$/),
    headers: () => [],
    flags: () => {
      const folder = inRoot("node_modules", "nodejieba");
      const jieba = join(folder, "submodules", "cppjieba");
      return [
        ...["-std=c++17", "-O2", "-DLOGGING_LEVEL=LL_WARNING"],
        ...[`-I${nodeHeaders()}`, `-I${include(join(folder, "package.json"), "node-addon-api")}`],
        ...[`-I${join(jieba, "include")}`, `-I${join(jieba, "deps", "limonp", "include")}`],
      ];
    },
    link: () => [],
  },
};

export const addonsStep = {
  name: "addons",
  title: "native addons (tfjs_binding, context, torchbook, descriptors, nodejieba)",

  current: (context) => Object.keys(addons).every((name) => isCurrent(`addon-${name}`, keyOf(name, context))),

  async make(context) {
    const stale = Object.keys(addons).filter((name) => !isCurrent(`addon-${name}`, keyOf(name, context)));
    const slots = limiter(availableParallelism());
    await allSettled(stale.map((name) => build(name, context, slots)));
  },
};

const flagsOf = (addon) => [
  ...addon.flags(),
  "-fPIC",
  "-DBUILDING_NODE_EXTENSION",
  `-DNODE_GYP_MODULE_NAME=${basename(addon.output, ".node")}`,
];

/** What the addon's machine code depends on. */
function keyOf(name, context) {
  const addon = addons[name];
  const files = [...addon.sources(), ...addon.headers(), inRoot("package-lock.json")].map((file) => ({
    file,
  }));
  return contentHash([...commonKey(addon, context), ...addon.link(), ...files]);
}

function commonKey(addon, { tools, variant }) {
  const tensorflow = addon.link().length > 0 ? tensorflowKey(variant) : "";
  return [
    tools.compiler,
    tools.compilerVersion,
    process.platform,
    process.arch,
    tensorflow,
    ...flagsOf(addon),
  ];
}

async function build(name, context, slots) {
  const addon = addons[name];
  const key = keyOf(name, context);
  removeStamp(`addon-${name}`);
  const objects = await allSettled(
    addon.sources().map((source) => slots(() => compile(name, source, context))),
  );
  const temporary = temporaryBeside(addon.output);
  const kind = mac ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-Wl,--as-needed"];
  await slots(() => run(context.tools.compiler, [...kind, "-o", temporary, ...objects, ...addon.link()]));
  chmodSync(temporary, 0o755);
  // A process that has the old addon loaded keeps it: the new one is another file under the same name.
  renameSync(temporary, addon.output);
  writeStamp(`addon-${name}`, key, [addon.output]);
}

/** Compiles one source; the object's name holds the hash of all that went into it, so it is kept while it is right. */
async function compile(name, source, context) {
  const addon = addons[name];
  const flags = flagsOf(addon);
  const headers = addon.headers().map((file) => ({ file }));
  const key = contentHash([...commonKey(addon, context), { file: source }, ...headers]);
  const folder = inRoot("build", "objects", name);
  const object = join(folder, `${basename(source).replace(/\.\w+$/, "")}-${key.slice(0, 16)}.o`);
  mkdirSync(folder, { recursive: true });
  for (const old of listFiles(folder)) {
    const stem = `${basename(source).replace(/\.\w+$/, "")}-`;
    if (
      basename(old).startsWith(stem) &&
      /^[0-9a-f]{16}\.o/.test(basename(old).slice(stem.length)) &&
      old !== object
    )
      rmSync(old, { force: true });
  }
  if (readable(object)) return object;
  const temporary = temporaryBeside(object);
  await run(context.tools.compiler, [...flags, "-c", source, "-o", temporary], {
    advice: [
      "the compiler needs about 1 GB of memory for this file; another one can be chosen with CXX=clang++",
    ],
  });
  renameSync(temporary, object);
  return object;
}

function readable(path) {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}

/** Runs at most `count` tasks at a time. */
function limiter(count) {
  const waiting = [];
  let running = 0;
  const next = () => {
    if (running >= count || waiting.length === 0) return;
    running++;
    const { task, resolve, reject } = waiting.shift();
    task()
      .then(resolve, reject)
      .finally(() => {
        running--;
        next();
      });
  };
  return (task) =>
    new Promise((resolve, reject) => {
      waiting.push({ task, resolve, reject });
      next();
    });
}

/** Waits for all, then throws the first failure: nothing goes on behind the message of a failed step. */
async function allSettled(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return results.map((result) => result.value);
}
