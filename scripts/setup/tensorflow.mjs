/** @file Step: TensorFlow's C++ libraries and headers, from its wheel on the Python package index. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "./command.mjs";
import { SetupError, say } from "./console.mjs";
import { fetching } from "./fetching.mjs";
import { contentHash, fileHash, linkAtomically, replaceDirectory, temporaryBeside } from "./files.mjs";
import { inRoot, tensorflowDir, tfjsDir, venvProgram } from "./paths.mjs";
import { pipAdvice } from "./python.mjs";
import { isCurrent, removeStamp, writeStamp } from "./stamp.mjs";
import { tensorflowVersion, wheelFor } from "./wheels.mjs";

const downloads = inRoot(".cache", "tensorflow", "downloads");
const unpacker = inRoot("scripts", "setup", "unpack_wheel.py");
const cudaRequirements = inRoot("scripts", "setup", "cuda-requirements.txt");
const extension = process.platform === "darwin" ? "2.dylib" : "so.2";

/** Names of the two libraries that the addons link. */
export const libraryNames = [`libtensorflow_cc.${extension}`, `libtensorflow_framework.${extension}`];

/** Where the addons find libraries and headers, whichever variant is chosen. */
export const depsDir = join(tfjsDir, "deps");

const stampName = (variant) => `tensorflow-${variant}`;

/** What this step's outputs depend on; the addons' too. */
export function tensorflowKey(variant) {
  const wheel = wheelFor(variant);
  return contentHash([wheel.sha256, { file: unpacker }, ...(wheel.cuda ? [{ file: cudaRequirements }] : [])]);
}

export const tensorflowStep = {
  name: "tensorflow",
  title: (variant) =>
    `TensorFlow ${tensorflowVersion} (${wheelFor(variant).megabytes} MB${variant === "gpu" ? ", and CUDA" : ""})`,

  current: ({ variant }) => isCurrent(stampName(variant), tensorflowKey(variant)) && linked(variant),

  async make({ variant }) {
    if (!isCurrent(stampName(variant), tensorflowKey(variant))) await fetchAndUnpack(variant);
    link(variant);
  },
};

async function fetchAndUnpack(variant) {
  const wheel = wheelFor(variant);
  const target = tensorflowDir(variant);
  removeStamp(stampName(variant));
  clearLeftovers();
  checkMachine(wheel);
  const path = await fetchWheel(wheel);
  const temporary = temporaryBeside(target);
  await run(venvProgram("python"), [unpacker, path, temporary]);
  const libraries = join(temporary, "tensorflow");
  for (const name of libraryNames) {
    if (!existsSync(join(libraries, name))) throw new SetupError(`${wheel.file} holds no ${name}`);
  }
  // The binding asks the linker for these two names.
  const suffix = process.platform === "darwin" ? "dylib" : "so";
  symlinkSync(libraryNames[0], join(libraries, `libtensorflow.${suffix}`));
  symlinkSync(libraryNames[1], join(libraries, `libtensorflow_framework.${suffix}`));
  if (wheel.cuda) await addCuda(temporary);
  replaceDirectory(temporary, target);
  const outputs = [...libraryNames, join("include", "tensorflow", "c", "c_api.h")];
  writeStamp(
    stampName(variant),
    tensorflowKey(variant),
    outputs.map((name) => join(target, "tensorflow", name)),
  );
  rmSync(path, { force: true });
}

/** Says at once what would make the step fail after a long download. */
function checkMachine(wheel) {
  const needed = wheel.cuda ? 9e9 : 1.8e9;
  const { bavail, bsize } = statfsSync(inRoot());
  if (bavail * bsize < needed) {
    const [free, wanted] = [bavail * bsize, needed].map((bytes) => (bytes / 1e9).toFixed(1));
    throw new SetupError(`${free} GB are free on the disk of ${inRoot()}, and this step needs ${wanted} GB`, [
      "free some space",
    ]);
  }
  const glibc = process.platform === "linux" ? process.report.getReport().header.glibcVersionRuntime : "9.9";
  const [major, minor] = (glibc ?? "0.0").split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 27)) {
    const found = glibc ? `glibc ${glibc}` : "no glibc (as on Alpine Linux)";
    throw new SetupError(`TensorFlow needs glibc 2.27 or newer, and Node.js runs here with ${found}`, [
      "use a distribution with glibc: Debian 10, Ubuntu 18.04, Fedora 28 or newer",
    ]);
  }
}

/** Gives the wheel's path. A file is under its own name only when its hash is right. */
async function fetchWheel(wheel) {
  const path = join(downloads, wheel.file);
  if (existsSync(path)) {
    if ((await fileHash(path)) === wheel.sha256) return path;
    say(`      ${wheel.file} is broken (its hash is wrong): fetching it again`);
    rmSync(path, { force: true });
  }
  const temporary = temporaryBeside(join(downloads, "fetch"));
  mkdirSync(temporary);
  const requirements = join(temporary, "requirements.txt");
  writeFileSync(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  const target = [
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--platform",
    wheel.tag,
  ];
  await fetching(
    venvProgram("python"),
    [
      "-m",
      "pip",
      "download",
      "--disable-pip-version-check",
      "--no-input",
      "--no-deps",
      "--only-binary=:all:",
    ].concat(["--require-hashes", "--resume-retries", "20", ...target, "-d", temporary, "-r", requirements]),
    {
      show: true,
      advice: [
        ...pipAdvice,
        `or put the file ${wheel.file}, fetched in any other way, into .cache/tensorflow/downloads/`,
      ],
    },
  );
  const found = join(temporary, wheel.file);
  const hash = existsSync(found) ? await fileHash(found) : "(no such file)";
  if (hash !== wheel.sha256)
    throw new SetupError(`${wheel.file} came with the wrong SHA-256 ${hash}`, pipAdvice);
  renameSync(found, path);
  rmSync(temporary, { recursive: true, force: true });
  return path;
}

/** Removes what a broken-off run left half fetched or half unpacked. */
function clearLeftovers() {
  for (const folder of [downloads, inRoot(".cache", "tensorflow")]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (name.endsWith(".tmp")) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** NVIDIA's libraries as the folder nvidia/ beside tensorflow/: TensorFlow's own rpath looks for them there. */
async function addCuda(folder) {
  const pip = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--no-deps",
    "--only-binary=:all:",
  ];
  const advice = pipAdvice;
  await fetching(
    venvProgram("python"),
    [...pip, "--require-hashes", "--target", folder, "-r", cudaRequirements],
    {
      show: true,
      advice,
    },
  );
}

const links = (variant) => [
  [join(tensorflowDir(variant), "tensorflow"), join(depsDir, "lib")],
  [join(tensorflowDir(variant), "tensorflow", "include"), join(depsDir, "include")],
];

function linked(variant) {
  return links(variant).every(([target, path]) => realPath(path) === realPath(target));
}

function link(variant) {
  for (const [target, path] of links(variant))
    if (realPath(path) !== realPath(target)) linkAtomically(target, path);
}

function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return `absent: ${path}`;
  }
}
