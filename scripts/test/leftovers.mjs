/** @file Ends what a test file left running: its process group, and on Linux whatever carries its mark. */
import { readdirSync, readFileSync } from "node:fs";
import { signalGroup } from "../setup/processes.mjs";

/** The environment variable that marks the processes of one test file, also those that left its process group. */
export const markVariable = "TORCHBOOK_TEST_FILE_RUN";

/**
 * Kills everything that still belongs to a test file.
 * @returns the command lines of what was found by its mark
 */
export function endLeftovers(group, mark) {
  const found = [];
  for (const pid of marked(mark)) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      process.kill(pid, "SIGKILL");
      if (line) found.push(line);
    } catch {
      // It has just ended.
    }
  }
  signalGroup(group, "SIGKILL");
  return found;
}

function marked(mark) {
  if (process.platform !== "linux") return [];
  const wanted = `${markVariable}=${mark}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(wanted);
      } catch {
        return false;
      }
    })
    .map(Number);
}
