/** @file `node build-snapshot.js`: makes the compiler's snapshot for the Node that runs this, unless it is there. */
import { buildSnapshot } from "./snapshot";

buildSnapshot().then(
  (file) => console.log(file),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
