/** @file Step: the virtual environment with JupyterLab and the tools round it. */
import { readFileSync, rmSync } from "node:fs";
import { ask, run } from "./command.mjs";
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
    await run(python, [...pip, "--quiet", version], { advice: pipAdvice });
    await run(python, [...pip, "--prefer-binary", "-r", requirements], { show: true, advice: pipAdvice });
    writeStamp("python", key(), [
      venvProgram("python"),
      venvProgram("jupyter-lab"),
      venvProgram("jupyter-nbconvert"),
    ]);
  },
};

/** A package with its version, as requirements.txt pins it. */
function pinned(name) {
  return readFileSync(requirements, "utf8").match(new RegExp(`^${name}==\\S+`, "m"))?.[0] ?? name;
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
