"""Jupyter's own test suite for kernels, with samples in TypeScript."""

import sys
import unittest

import jupyter_kernel_test


class TorchbookKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "torchbook"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("oops")'
    completion_samples = [
        {"text": "Math.sqr", "matches": {"sqrt"}},
        {"text": "console.lo", "matches": {"log"}},
    ]
    complete_code_samples = ["1 + 1", "const f = (x: number) => x * 2", 'console.log("hello, world")', "class A {}"]
    incomplete_code_samples = ["function f() {", "const text = `open", "[1, 2,", "if (true) {"]
    invalid_code_samples = ["let = 3 ]", "1 +* 2)"]
    code_page_something = "Math.max?"
    code_generate_error = 'throw new Error("on purpose")'
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2, 3].map((n) => n * n)", "result": "[ 1, 4, 9 ]"},
        {"code": '"a" + "b"', "result": "'ab'"},
        {"code": "await Promise.resolve(6)", "result": "6"},
    ]
    code_display_data = [
        {"code": 'display.html("<b>bold</b>")', "mime": "text/html"},
        {"code": 'display({ "image/png": "iVBORw0KGgo=" })', "mime": "image/png"},
        {"code": "display(42)", "mime": "text/plain"},
    ]
    code_history_pattern = "1?+*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "clear_output()"


class TorchbookWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "torchbook"
    support_iopub_welcome = True


if __name__ == "__main__":
    result = unittest.main(verbosity=2, exit=False).result
    if result.skipped:
        print(f"skipped: {result.skipped}", file=sys.stderr)
    sys.exit(0 if result.wasSuccessful() and not result.skipped else 1)
