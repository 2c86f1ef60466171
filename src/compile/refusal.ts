/** @file Why a recorded call cannot be replayed. */

/** Thrown while a recording is made into a graph; the message says what the function does. */
export class Refusal extends Error {}
