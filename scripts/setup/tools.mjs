/** @file The tools that a machine must bring: finds them, and names each missing one with the command that installs it. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ask } from "./command.mjs";
import { SetupError } from "./console.mjs";

const oldestNode = 20;
const oldestPython = [3, 10];

/**
 * Finds Node, npm, Python and a C++17 compiler.
 * @returns `{ npm: [program, ...args], python, pythonVersion, compiler, summary }`
 * @throws SetupError naming everything that is missing at once
 */
export function findTools() {
  const missing = [];
  if (Number(process.versions.node.split(".")[0]) < oldestNode) {
    missing.push({
      what: `Node.js ${oldestNode} or newer (this is ${process.versions.node})`,
      install: { brew: "brew install node", other: "see https://nodejs.org, or: nvm install 22" },
    });
  }
  const npm = findNpm();
  if (!npm)
    missing.push({
      what: "npm",
      install: { apt: ["npm"], dnf: ["npm"], apk: ["npm"], brew: "brew install node" },
    });
  const python = findPython(missing);
  const compiler = findCompiler(missing);
  if (missing.length > 0) throw missingTools(missing);
  return {
    npm: npm.command,
    python: python.program,
    pythonVersion: python.version,
    compiler: compiler.program,
    compilerVersion: compiler.version,
    summary: `Node ${process.versions.node}, npm ${npm.version}, Python ${python.version}, ${compiler.program} ${compiler.version}`,
  };
}

/** npm as the one that runs this script, else the one beside node, else the one on the path. */
function findNpm() {
  const script = process.env.npm_execpath;
  const candidates = [];
  if (script && /npm-cli\.[cm]?js$/.test(script)) candidates.push([process.execPath, script]);
  candidates.push([join(dirname(process.execPath), "npm")], ["npm"]);
  for (const command of candidates) {
    // The version is in the package beside the script: starting npm to ask takes a third of a second.
    const known = command[1] && readVersion(join(dirname(command[1]), "..", "package.json"));
    const version = known ?? ask(command[0], [...command.slice(1), "--version"]);
    if (version) return { command, version };
  }
  return undefined;
}

function readVersion(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).version;
  } catch {
    return undefined;
  }
}

/** The first Python that is new enough and can make virtual environments; `TORCHBOOK_PYTHON` goes first. */
function findPython(missing) {
  const wanted = process.env.TORCHBOOK_PYTHON;
  const names = wanted
    ? [wanted]
    : ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
  const script =
    "import sys, importlib.util as u; print('.'.join(map(str, sys.version_info[:3])), " +
    "all(u.find_spec(m) for m in ('venv', 'ensurepip')))";
  let tooOld;
  let withoutVenv;
  for (const program of names) {
    const answer = ask(program, ["-c", script]);
    if (!answer) continue;
    const [version, complete] = answer.split(" ");
    const [major, minor] = version.split(".").map(Number);
    if (major !== oldestPython[0] || minor < oldestPython[1]) tooOld ??= `${program} is ${version}`;
    else if (complete !== "True") withoutVenv ??= { program, version };
    else return { program, version };
  }
  const name = `Python ${oldestPython.join(".")} or newer`;
  if (withoutVenv) {
    const minor = withoutVenv.version.split(".").slice(0, 2).join(".");
    missing.push({
      what: `Python's modules venv and ensurepip (${withoutVenv.program} ${withoutVenv.version} is here without them)`,
      install: {
        apt: [`python${minor}-venv`],
        dnf: ["python3-pip"],
        apk: ["python3", "py3-pip"],
        brew: "brew install python",
      },
    });
  } else {
    const why = wanted
      ? ` (TORCHBOOK_PYTHON is ${wanted}${tooOld ? `: ${tooOld}` : ", which does not run"})`
      : tooOld
        ? ` (${tooOld})`
        : "";
    missing.push({
      what: name + why,
      install: {
        apt: ["python3", "python3-venv"],
        dnf: ["python3"],
        apk: ["python3"],
        brew: "brew install python",
      },
    });
  }
  return undefined;
}

/** The C++ compiler: `CXX` where it is set, else what the system calls its compiler. */
function findCompiler(missing) {
  const wanted = process.env.CXX;
  for (const program of wanted ? [wanted] : ["c++", "g++", "clang++"]) {
    const answer = ask(program, ["-dM", "-E", "-x", "c++", "-std=c++17", "/dev/null"], { cwd: tmpdir() });
    if (!answer) continue;
    const defined = (name) => answer.match(new RegExp(`^#define ${name} (.*)$`, "m"))?.[1];
    if (!(Number.parseInt(defined("__cplusplus") ?? "0", 10) >= 201703)) continue;
    const clang = defined("__clang_major__");
    const version = clang
      ? `${clang}.${defined("__clang_minor__")}.${defined("__clang_patchlevel__")}`
      : `${defined("__GNUC__")}.${defined("__GNUC_MINOR__")}.${defined("__GNUC_PATCHLEVEL__")}`;
    return { program, version };
  }
  missing.push({
    what: wanted ? `a C++17 compiler (CXX is ${wanted}, which is none)` : "a C++17 compiler",
    install: { apt: ["g++"], dnf: ["gcc-c++"], apk: ["g++"], brew: "xcode-select --install" },
  });
  return undefined;
}

function missingTools(missing) {
  const manager = packageManager();
  const lines = ["something is missing on this machine:"];
  const packages = [];
  const other = [];
  for (const { what, install } of missing) {
    lines.push(`  - ${what}`);
    const how = install[manager.name] ?? install.other ?? install.apt;
    if (Array.isArray(how)) packages.push(...how);
    else other.push(how);
  }
  const commands = [];
  if (packages.length > 0) commands.push(`${manager.prefix} ${[...new Set(packages)].join(" ")}`);
  commands.push(...new Set(other));
  return new SetupError(lines.join("\n"), [
    "install it:",
    ...commands.map((command) => `    ${command}`),
    "then run the same command again",
  ]);
}

/** The machine's package manager and how it is told to install. */
function packageManager() {
  if (process.platform === "darwin") return { name: "brew", prefix: "brew install" };
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  if (ask("dnf", ["--version"]) !== undefined) return { name: "dnf", prefix: `${sudo}dnf install -y` };
  if (ask("apk", ["--version"]) !== undefined) return { name: "apk", prefix: `${sudo}apk add` };
  return { name: "apt", prefix: `${sudo}apt-get update && ${sudo}apt-get install -y` };
}
