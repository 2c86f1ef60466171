/** @file Which processes live: a process id with its start time, since ids are given out again. */
import { readFileSync } from "node:fs";

/** When a process started, in the kernel's ticks; "" where the system does not tell (then the id alone counts). */
export function startTime(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name, may hold blanks and brackets: count from its last bracket.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Whether the process recorded as `{ pid, start }` is the one that has this id now. */
export function isAlive(record) {
  if (!record || !Number.isInteger(record.pid)) return false;
  try {
    process.kill(record.pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const now = startTime(record.pid);
  return now === "" || !record.start || now === record.start;
}

/** Sends a signal to a process group; one that is gone is no error. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}

/** Whether a process group has any member left. */
export function groupLives(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
