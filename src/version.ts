/** @file The package's version. */

/** Version of torchbook, as in its package.json. */
export const version: string = (require("../../package.json") as { version: string }).version;
