/** @file Ends at once, saying why, on a Node.js too old for the rest; import it before anything else. */
const major = Number(process.versions.node.split(".")[0]);
if (major < 20) {
  console.error(`torchbook needs Node.js 20 or newer; this is ${process.versions.node}.`);
  console.error("install it: see https://nodejs.org, or `nvm install 22`, or on macOS `brew install node`");
  process.exit(1);
}
