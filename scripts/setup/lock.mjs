/** @file The lock: one set-up at a time in a project; that of a dead process is taken over. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./console.mjs";
import { readJson, temporaryBeside, writeAtomically } from "./files.mjs";
import { stateDir } from "./paths.mjs";
import { groupLives, isAlive, signalGroup, startTime } from "./processes.mjs";

const lockPath = join(stateDir, "lock.json");
const own = { pid: process.pid, start: startTime(process.pid), groups: [] };
let held = false;

/** Takes the lock, waiting while another living set-up has it. */
export async function takeLock() {
  mkdirSync(stateDir, { recursive: true });
  let told = false;
  while (!tryTake()) {
    const holder = readJson(lockPath);
    if (holder && isAlive(holder)) {
      if (!told) say(`another set-up of this project (process ${holder.pid}) is running; waiting for it`);
      told = true;
      await sleep(200);
    } else {
      await takeOver();
    }
  }
  held = true;
}

/** Gives the lock back. */
export function releaseLock() {
  if (!held) return;
  held = false;
  rmSync(lockPath, { force: true });
}

/** Notes a child's process group in the lock, so that whoever takes over after a kill can end it. */
export function noteGroup(pid, running) {
  own.groups = own.groups.filter((group) => group.pid !== pid);
  if (running) own.groups.push({ pid, start: startTime(pid) });
  if (held) writeAtomically(lockPath, JSON.stringify(own));
}

/** Ends every child's group at once: used when this run is interrupted. */
export function endChildren() {
  for (const group of own.groups) signalGroup(group.pid, "SIGKILL");
}

/** A hard link is made or refused in one piece, with the content already in it. */
function tryTake() {
  const temporary = temporaryBeside(lockPath);
  writeFileSync(temporary, JSON.stringify(own));
  try {
    linkSync(temporary, lockPath);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes the lock of a dead process, after ending the commands that it left running. */
async function takeOver() {
  const moved = temporaryBeside(lockPath);
  try {
    renameSync(lockPath, moved);
  } catch {
    return; // Someone else was quicker.
  }
  let holder;
  try {
    holder = JSON.parse(readFileSync(moved, "utf8"));
  } catch {
    holder = undefined;
  }
  if (holder && isAlive(holder)) {
    // Between the look and the move another set-up took the lock: give it back.
    try {
      linkSync(moved, lockPath);
    } catch {
      // It made a new one by writing its children into it.
    }
    rmSync(moved, { force: true });
    return;
  }
  rmSync(moved, { force: true });
  for (const group of holder?.groups ?? []) {
    if (!isAlive(group) && !groupLives(group.pid)) continue;
    if (group.start && startTime(group.pid) && startTime(group.pid) !== group.start) continue;
    say(`ending process group ${group.pid}, left by a set-up that was broken off`);
    signalGroup(group.pid, "SIGKILL");
    for (let i = 0; i < 50 && groupLives(group.pid); i++) await sleep(100);
  }
}
