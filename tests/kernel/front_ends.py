"""Runs the kernel from `jupyter console` in a terminal of its own. Run with the kernel's data folder on JUPYTER_PATH."""

import sys

import pexpect

console = pexpect.spawn(
    sys.executable,
    ["-m", "jupyter_console", "--kernel", "torchbook", "--simple-prompt"],
    encoding="utf-8",
    timeout=90,
    dimensions=(40, 120),
)
console.expect(r"In \[1\]: ")
console.sendline("const answer: number = 6 * 7")
console.expect(r"In \[2\]: ")
console.sendline("answer")
console.expect(r"Out\[2\]: 42")
console.expect(r"In \[3\]: ")
console.sendline("console.log('你好 ' + answer)")
console.expect("你好 42")
console.expect(r"In \[4\]: ")
console.sendline("const wrong: number = 'text'")
console.expect("TS2322")
console.expect(r"In \[\d+\]: ")
console.sendeof()
console.expect("really want to exit")
console.sendline("y")
console.expect(pexpect.EOF)
print("console: fine")
