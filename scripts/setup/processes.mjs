/** @file Which processes live: a process id with its start time, since ids are given out again. */
import { readdirSync, readFileSync } from "node:fs";

/** The fields of /proc/PID/stat after the program's name, from the state on; undefined where there are none. */
function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may hold blanks and brackets itself: count from its last bracket.
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** When a process started, in the system's ticks; "" where the system does not tell (then the id alone counts). */
export const startTime = (pid) => statFields(pid)?.[19] ?? "";

/** Whether the process recorded as `{ pid, start }` is the one that has this id now. */
export function isAlive(record) {
  if (!record || !Number.isInteger(record.pid)) return false;
  try {
    process.kill(record.pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  // One that has ended may stay listed until its parent asks for it.
  if (statFields(record.pid)?.[0] === "Z") return false;
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

/** Whether a process group has any member left that runs. */
export function groupLives(group) {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(statFields)
      .some((fields) => fields && Number(fields[2]) === group && fields[0] !== "Z");
  }
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
