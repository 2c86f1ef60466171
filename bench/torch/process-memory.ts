/** @file Run by the benchmarks in a process of its own: the peak of resident memory while section 2's model trains. */
import { readFileSync } from "node:fs";
import { Training, type TrainingArguments } from "./work-training";

const { steps, ...shape } = JSON.parse(process.argv[2]) as TrainingArguments & { steps: number };
new Training(shape).run(steps);

function peak(): number {
  try {
    const line = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/);
    if (line !== null) return Number(line[1]) * 1024;
  } catch {}
  return process.resourceUsage().maxRSS * 1024;
}
console.log(JSON.stringify({ bytes: peak() }));
