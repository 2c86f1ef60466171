/** @file `npm run setup`: makes everything ready; idempotent, resumes after a break. `--help` says more. */

import "./setup/require-node.mjs";

const help = `npm run setup [-- options]

Makes everything ready for torchbook, below this folder only: npm packages, a Python environment with JupyterLab, TensorFlow,
the native addons, the compiled sources and the kernelspec. What is up to date is left alone; a run that was broken off is
resumed by the next. The other commands (npm run lab, npm test, ...) do all this by themselves first.

  --gpu         take TensorFlow with NVIDIA's CUDA libraries (Linux x64); kept until --cpu
  --cpu         take TensorFlow for the CPU (the default)
  --only a,b    take only these steps: packages, python, tensorflow, addons, compile, snapshot, kernelspec
  --help        this text

Environment: TORCHBOOK_PYTHON chooses the Python, CXX the C++ compiler. npm and pip use their own configuration.
`;

const { parseArgs } = await import("node:util");
const { explain, setUp } = await import("./setup/steps.mjs");

try {
  const { values } = parseArgs({
    options: {
      gpu: { type: "boolean" },
      cpu: { type: "boolean" },
      only: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) process.stdout.write(help);
  else {
    const variant = values.gpu ? "gpu" : values.cpu ? "cpu" : undefined;
    await setUp({ variant, only: values.only?.split(",") });
  }
} catch (error) {
  if (error.code?.startsWith("ERR_PARSE_ARGS")) console.error(`${error.message}\n\n${help}`);
  else explain(error);
  process.exit(1);
}
