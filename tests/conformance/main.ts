/**
 * @file `npm run conformance -- DIR [--only SECTION] [--op NAME] [--verbose]`: runs PyTorch's samples in DIR.
 *
 * Ends with `N passed, N failed`; the exit status is 0 only when all pass.
 */
import * as fs from "node:fs";
import { parseArgs } from "node:util";
import { Report, type Section } from "./report";

/** Sections by name. Each is loaded when wanted, so that none needs what another is about. */
const sections: Record<string, () => Promise<Section>> = {
  ops: () => import("./ops.js"),
  modules: () => import("./modules.js"),
  optimizers: () => import("./optimizers.js"),
  errors: () => import("./errors.js"),
  reprs: () => import("./reprs.js"),
  tutorial: () => import("./tutorial.js"),
};

const usage = `usage: npm run conformance -- DIR [--only ${Object.keys(sections).join("|")}] [--op NAME] [--verbose]
  DIR        folder with the samples: ops.jsonl, modules.jsonl, ..., tutorial.json, tensors.safetensors
  --only     one section instead of all that DIR has
  --op       samples of one operator (module, optimizer, seed) only
  --verbose  every difference, not just the first of each operator`;

function options(): { folder: string; only?: string; op?: string; verbose: boolean } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return give_up((error as Error).message);
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1) return give_up("say which folder has the samples");
  const [folder] = positionals;
  if (!fs.existsSync(folder)) return give_up(`no folder ${folder}`);
  if (values.only !== undefined && !Object.hasOwn(sections, values.only)) {
    return give_up(`no section ${values.only}`);
  }
  return { folder, only: values.only, op: values.op, verbose: values.verbose ?? false };
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: { only: { type: "string" }, op: { type: "string" }, verbose: { type: "boolean" } },
  });
}

function give_up(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

async function main(): Promise<void> {
  const { folder, only, op, verbose } = options();
  let passed = 0;
  let failed = 0;
  for (const [name, load] of Object.entries(sections)) {
    if (only !== undefined && only !== name) continue;
    const report = new Report(name, verbose);
    const section = await load();
    if (!(await section.run(folder, report, op))) {
      if (only !== undefined) give_up(`${folder} has no samples of ${name}`);
      continue;
    }
    const differences = report.differences();
    if (differences !== "") console.log(differences);
    console.log(`${report.table()}\n`);
    passed += report.passed;
    failed += report.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
