/** @file What the set-up says: one line per step with its time, and errors that tell what to do. */

/** An error whose message is meant for the reader as it stands; `advice` is a list of things to try. */
export class SetupError extends Error {
  constructor(message, advice = []) {
    super(message);
    this.name = "SetupError";
    this.advice = advice;
  }
}

/** Seconds with one digit below a minute, else minutes and seconds. */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Writes one line to standard error: standard output belongs to the command that follows the set-up. */
export function say(line = "") {
  process.stderr.write(`${line}\n`);
}

/** Whether progress bars of the tools underneath reach a person. */
export const interactive = () => Boolean(process.stderr.isTTY) && !process.env.CI;
