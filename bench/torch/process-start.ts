/** @file Run by the benchmarks in a process of its own: seconds to load the library and make a first tensor. */
const start = performance.now();
import("../../src/index.js").then(({ default: torch }) => {
  torch.zeros(2);
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
});
