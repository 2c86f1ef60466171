"""Writes bookkeeping.json: what PyTorch says to short programs of views, in-place changes and gradients, for bookkeeping.test.ts.

`python bookkeeping.py` (PyTorch 2.15). The programs are in bookkeeping.txt, statements separated by semicolons, in words that
Python and JavaScript share. `quiet("...")` runs a statement under no_grad, `inference("...")` in inference mode, `recording("...")`
under enable_grad.
"""

import json
import pathlib
import warnings

import torch

here = pathlib.Path(__file__).parent


def told(value):
    if isinstance(value, torch.Tensor):
        grad_fn = value.grad_fn.name() if value.grad_fn is not None else None
        return {"v": value.tolist(), "g": value.requires_grad, "f": grad_fn}
    if isinstance(value, (tuple, list, torch.Size)):
        return [told(v) for v in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, torch.dtype):
        return str(value)
    return "?"


def run(program):
    names = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn}

    def within(mode):
        def body(statement):
            with mode():
                exec(statement, names)

        return body

    names.update(quiet=within(torch.no_grad), inference=within(torch.inference_mode), recording=within(torch.enable_grad))
    outcomes = []
    for statement in program.split(";"):
        statement = statement.strip()
        try:
            code = compile(statement, "s", "eval")
        except SyntaxError:
            code = None
        try:
            if code is None:
                exec(statement, names)
                outcomes.append("ok")
            else:
                outcomes.append({"value": told(eval(code, names))})
        except Exception as error:
            outcomes.append({"error": type(error).__name__, "message": str(error).split("\n")[0].split(" Hint:")[0][:300]})
    return outcomes


programs = [line for line in (here / "bookkeeping.txt").read_text().splitlines() if line.strip() and not line.startswith("#")]
warnings.filterwarnings("ignore")
made = [{"program": program, "outcomes": run(program)} for program in programs]
(here / "bookkeeping.json").write_text("[\n" + ",\n".join(json.dumps(each) for each in made) + "\n]\n")
