/** @file The set-up: its steps in order, each done only where its inputs or outputs changed. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addonsStep } from "./addons.mjs";
import { compileStep } from "./compile.mjs";
import { duration, SetupError, say } from "./console.mjs";
import { writeAtomically } from "./files.mjs";
import { kernelspecStep } from "./kernelspec.mjs";
import { endChildren, releaseLock, takeLock } from "./lock.mjs";
import { packagesStep } from "./packages.mjs";
import { stateDir } from "./paths.mjs";
import { pythonStep } from "./python.mjs";
import { snapshotStep } from "./snapshot.mjs";
import { tensorflowStep } from "./tensorflow.mjs";
import { findTools } from "./tools.mjs";
import { wheelFor } from "./wheels.mjs";

const steps = [
  packagesStep,
  pythonStep,
  tensorflowStep,
  addonsStep,
  compileStep,
  snapshotStep,
  kernelspecStep,
];
const variantPath = join(stateDir, "variant");

/** The variant chosen last: "cpu" unless `--gpu` was given. */
export function chosenVariant() {
  try {
    return readFileSync(variantPath, "utf8").trim() === "gpu" ? "gpu" : "cpu";
  } catch {
    return "cpu";
  }
}

/**
 * Brings everything up to date.
 * @param options.variant  "cpu" or "gpu"; the one chosen last where it is left out
 * @param options.only  names of the steps to take; all where it is left out
 * @param options.keepTypeErrors  return type errors instead of throwing them, so that tests can count them
 * @returns `{ typeErrors }`: the message, or undefined
 * @throws SetupError saying which step failed, why, and what to try
 */
export async function setUp({ variant, only, keepTypeErrors = false } = {}) {
  const begun = performance.now();
  const unknown = only?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0)
    throw new SetupError(`no such step: ${unknown.join(", ")}`, [
      `there are ${steps.map((step) => step.name).join(", ")}`,
    ]);
  mkdirSync(stateDir, { recursive: true });
  const stopOnSignals = onSignals();
  await takeLock();
  let typeErrors;
  try {
    if (variant) {
      wheelFor(variant);
      writeAtomically(variantPath, `${variant}\n`);
    }
    const context = { variant: variant ?? chosenVariant(), tools: findTools() };
    // On a system that has no TensorFlow, say so before anything is fetched.
    wheelFor(context.variant);
    const wanted = steps.filter((step) => !only || only.includes(step.name));
    let done = 0;
    for (const [index, step] of wanted.entries()) {
      if (step.current(context)) continue;
      if (done++ === 0) say(`set-up with ${context.tools.summary}`);
      const failure = await take(step, context, `[${index + 1}/${wanted.length}]`, keepTypeErrors);
      typeErrors ??= failure;
    }
    say(
      `set-up: ${done === 0 ? "everything is up to date" : "ready"} (${duration(performance.now() - begun)})`,
    );
    return { typeErrors };
  } finally {
    releaseLock();
    stopOnSignals();
  }
}

async function take(step, context, place, keepTypeErrors) {
  const title = typeof step.title === "function" ? step.title(context.variant) : step.title;
  say(`${place} ${title} ...`);
  const begun = performance.now();
  try {
    await step.make(context);
  } catch (error) {
    if (keepTypeErrors && error.typeErrors) {
      say(`${" ".repeat(place.length)} type errors after ${duration(performance.now() - begun)}`);
      return error.message;
    }
    const failure = new SetupError(
      `set-up step ${place} "${title}" failed after ${duration(performance.now() - begun)}: ${error.message}`,
      error.advice,
    );
    if (!(error instanceof SetupError)) failure.stack = error.stack;
    failure.cause = error;
    throw failure;
  }
  say(`${" ".repeat(place.length)} done in ${duration(performance.now() - begun)}`);
  return undefined;
}

/** On Ctrl-C and the like: end the commands that are running, give the lock back, and go. */
function onSignals() {
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  const stop = (signal) => {
    endChildren();
    releaseLock();
    say(`\nset-up broken off by ${signal}; the next run goes on from here`);
    process.exit(128 + numbers[signal]);
  };
  for (const signal of Object.keys(numbers)) process.on(signal, stop);
  return () => {
    for (const signal of Object.keys(numbers)) process.removeListener(signal, stop);
  };
}

/** Prints a failure for a person; the stack only of what is not foreseen. */
export function explain(error) {
  if (!(error instanceof SetupError)) return say(error?.stack ?? String(error));
  say(`\n${error.message}`);
  if (error.cause && !(error.cause instanceof SetupError)) say(error.cause.stack);
  if (error.advice?.length) say(`what to try:\n${error.advice.map((line) => `  ${line}`).join("\n")}`);
}
