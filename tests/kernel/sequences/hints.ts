/** @file What is said to those who write Python, or use tensors as Python does. */
import { refuses, type Sequence, throws } from "./sequence";

const z = "const hz = torch.arange(12).reshape(3, 4).float();";

/** One cell that is refused with words that say what to write. */
const helps = (name: string, code: string, words: RegExp): Sequence => ({
  name,
  cells: [z, refuses(code, words)],
});

export const hints: Sequence[] = [
  helps("operators on tensors are named as methods", "hz + 1", /^TS2365: .*\nhelp: .* write hz\.add\(1\)/),
  helps("also with the tensor on the right", "2 / hz", /help: .* write torch\.div\(2, hz\)/),
  helps(
    "also on a part of an expression",
    "(hz.sum() * hz.mean()).item()",
    /write hz\.sum\(\)\.mul\(hz\.mean\(\)\)/,
  ),
  helps("assigning operators too", "let hq = hz; hq *= 2", /write hq = hq\.mul\(2\)/),
  helps("comparisons too", "hz < 3", /write hz\.lt\(3\)/),
  helps(
    "several indices in brackets",
    "hz[0, 1]",
    /^TS2695: .*\nhelp: .* write hz\["0, 1"\] or hz\.index\(0, 1\)/,
  ),
  helps("a tensor in brackets", "hz[hz.gt(3)]", /^TS2538: .*\nhelp: .* write hz\.index\(hz\.gt\(3\)\)/),
  helps(
    "slices among several indices are one text",
    'hz[0, ":"]',
    /write hz\["0, :"\] or hz\.index\(0, ":"\)/,
  ),
  helps("a mask among several indices", "hz[0, hz[0] > 1]", /write hz\.index\(0, hz\[0\]\.gt\(1\)\)/),
  helps("a comparison in brackets", "hz[hz > 3]", /^TS2365: .*\nhelp: .* write hz\.index\(hz\.gt\(3\)\)/),
  helps("several operators at once", "(1 - hz) * 2 + hz", /write torch\.sub\(1, hz\)\.mul\(2\)\.add\(hz\)/),
  helps("operators in what is assigned", "let hr = hz; hr += hz * 2", /write hr = hr\.add\(hz\.mul\(2\)\)/),
  helps("a list in brackets", "hz[[0, 2]]", /write hz\.index\(\[0, 2\]\)/),
  helps(
    "imports by Python's names",
    'import torch from "torch";',
    /TS2307: .*\nhelp: torch, nn, .* without an import/,
  ),
  helps(
    "also of parts",
    'import { Dataset } from "torch/utils/data";',
    /help: torch, nn, .* without an import/,
  ),
  helps(
    "packages that are missing",
    'import x from "@absent/pack/part.js";',
    /help: .*: npm install @absent\/pack /,
  ),
  helps("a slice of Python", "hz[:, -1]", /This is Python.*\nhelp: slices are text/),
  helps("attributes that are others here", "hz.numpy()", /^TS2339: .*\nhelp: \.tolist\(\)/),
  helps(
    "a tensor as a condition",
    "if (hz.gt(3)) print(1)",
    /^TS2774: .* always return true.*\nhelp: .*\.item\(\)/,
  ),
  helps(
    "a tensor within a condition",
    "const hc = hz.gt(3);\nwhile (1 && !hc) {}",
    /^TS2774: .*\(line 2:14\)/s,
  ),
  helps("a tensor as the condition of a choice", "(hz.any() ? 1 : 2)", /^TS2774/),
  {
    name: "conditions that may lack their tensor are let through",
    cells: [
      "const hl = [torch.zeros(2)]; let hm: Tensor | null = null; if (hl[3]) throw 1; if (hm) throw 2; const ho = hl.find(() => true);",
      "if (!ho) throw 3;",
    ],
  },
  {
    name: "an operator that types let through says what to write when it runs",
    cells: [z, throws("-hz", "TypeError", /operators do not work on tensors of 12 elements/)],
  },
  helps(
    "a with block",
    "with torch.no_grad():\n    print(1)",
    /This is Python.*\nhelp: torch\.no_grad\(\(\) =>/,
  ),
  helps("a def", "x = 1\ndef f(x):\n  return x", /This is Python.*\nhelp: function.* \(line 2:1\)/s),
  helps("a class with a colon", "class Net(nn.Module):\n  pass", /help: class Net extends nn\.Module/),
  helps("a loop over a range", "for i in range(3): print(i)", /help: for \(const x of list\)/),
  helps("an import with a new name", "import torch.nn as nn", /help: torch, nn, .* are there already/),
  helps("an f-string", 'const s = f"a{1}"', /This is Python.*\nhelp: .* backquotes/),
  helps("a comment", "# note\n1", /This is Python.*\nhelp: comments begin with/),
  {
    name: "other mistakes are told as they are",
    cells: [
      refuses("const s = 1 + ;", /^TS1109: Expression expected\. \(line 1:15\)$/),
      refuses("'a' * 2", /^TS2362: [^\n]*$/),
    ],
  },
];
