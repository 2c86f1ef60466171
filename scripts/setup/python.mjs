/** @file Step: the virtual environment with JupyterLab and the tools round it. */
import { readFileSync, rmSync } from "node:fs";
import { ask, run } from "./command.mjs";
import { fetching } from "./fetching.mjs";
import { contentHash } from "./files.mjs";
import { inRoot, venvDir, venvProgram } from "./paths.mjs";
import { hasStamp, isCurrent, removeStamp, writeStamp } from "./stamp.mjs";

const requirements = inRoot("requirements.txt");

export const pipAdvice = [
  "pip takes packages from the index of your pip configuration: `python3 -m pip config list` shows it,",
  "`python3 -m pip config set global.index-url URL` chooses a mirror; behind a proxy, set https_proxy",
  "run the same command again: what is already fetched is in pip's cache",
];

const key = () => contentHash([{ file: requirements }, venvDir]);

export const pythonStep = {
  name: "python",
  title: "JupyterLab in .venv, from requirements.txt",

  current: () => isCurrent("python", key()),

  async make({ tools }) {
    // A finished environment takes changed requirements in place; half of one is thrown away.
    const usable = hasStamp("python") && isWhole();
    removeStamp("python");
    if (!usable) {
      rmSync(venvDir, { recursive: true, force: true });
      await run(tools.python, ["-m", "venv", venvDir]);
    }
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input"];
    const python = venvProgram("python");
    // First pip itself: an old one cannot resume a download that broke.
    const version = pinned("pip");
    await fetching(python, [...pip, "--quiet", version], { advice: pipAdvice });
    await fetching(python, [...pip, "--prefer-binary", "-r", requirements], {
      show: true,
      advice: pipAdvice,
      // A broken run installs nothing, and pip's cache takes nothing from a mirror without https: of small parts, some stay.
      async between() {
        for (const part of inParts(pins(), 8))
          await fetching(python, [...pip, "--prefer-binary", "--no-deps", ...part], { advice: pipAdvice });
      },
    });
    writeStamp("python", key(), [
      venvProgram("python"),
      venvProgram("jupyter-lab"),
      venvProgram("jupyter-nbconvert"),
    ]);
  },
};

/** A package with its version, as requirements.txt pins it. */
function pinned(name) {
  return pins().find((pin) => pin.startsWith(`${name}==`)) ?? name;
}

/** The lines of requirements.txt without their remarks. */
function pins() {
  const lines = readFileSync(requirements, "utf8").split("\n");
  return lines.map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
}

function inParts(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

/** Whether .venv runs and was made at this place: its programs name their Python by its full path. */
function isWhole() {
  if (ask(venvProgram("python"), ["-m", "pip", "--version"]) === undefined) return false;
  try {
    return readFileSync(venvProgram("pip"), "utf8").includes(venvProgram("python"));
  } catch {
    return false;
  }
}
