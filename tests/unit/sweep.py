"""Writes sweep.json: what PyTorch's operators do with unusual operands, for sweep.test.ts. `python sweep.py [OUT SEED CASES LONGEST]` (PyTorch 2.15).

The samples are those of PyTorch's own table of operators, changed: dimensions made empty, tensors without dimensions,
numbers for tensors, other dtypes, dimensions counted from the end, elements that do not lie side by side. PyTorch says
what comes of it, errors included.
"""

import json
import math
import os
import pathlib
import random
import signal
import sys
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import torch
from sweep_variants import Skip, fresh, rnd, tensors, variants, whole
from torch.testing._internal.common_methods_invocations import op_db

torch.set_num_threads(1)
here = pathlib.Path(__file__).parent
OUT = sys.argv[1] if len(sys.argv) > 1 else str(here / "sweep.json")
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 7
CASES = int(sys.argv[3]) if len(sys.argv) > 3 else 1
# Longer cases are left out of the file.
LONGEST = int(sys.argv[4]) if len(sys.argv) > 4 else 185

DTYPES = [torch.float32, torch.float64, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
# Operators by what their names begin with, and those that differ in some kinds of case, each with the reason.
data = json.loads((here / "sweep-left-out.json").read_text())
LEFT_OUT = tuple(name for names in data["operators"].values() for name in names.split())
DIFFERENT = {name: kinds for reason in data["kinds"].values() for name, kinds in reason.items()}


def encode(value):
    if isinstance(value, torch.Tensor):
        if value.layout != torch.strided or value.dtype not in DTYPES or value.numel() > 300:
            raise Skip
        coded = {"t": str(value.dtype)[6:], "s": list(value.shape), "v": [number(v) for v in value.flatten().tolist()]}
        if value.requires_grad:
            coded["g"] = 1
        how = getattr(value, "_lies", None)
        if how is not None:
            coded["lies"] = how
        return coded
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        if abs(int(value)) > 2**53:
            raise Skip
        return int(value)
    if isinstance(value, (float, np.floating)):
        coded = number(float(value))
        return {"n": coded} if isinstance(coded, str) else coded
    if isinstance(value, torch.dtype):
        if value not in DTYPES:
            raise Skip
        return {"d": str(value)[6:]}
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, (list, tuple)):
        return {"l": [encode(v) for v in value]}
    if isinstance(value, dict):
        return {"o": {k: encode(v) for k, v in value.items()}}
    if isinstance(value, torch.device):
        return "cpu"
    raise Skip


def number(v):
    if isinstance(v, bool):
        return int(v)
    if isinstance(v, int):
        if abs(v) > 2**53:
            raise Skip
        return v
    if math.isnan(v):
        return "nan"
    if math.isinf(v):
        return "inf" if v > 0 else "-inf"
    if v == int(v) and abs(v) < 2**53:
        return int(v)
    return float(f"{v:.8g}")


class TimeOut(Exception):
    pass


def too_long(*_):
    raise TimeOut


signal.signal(signal.SIGALRM, too_long)


def run(call, inp, args, kwargs, grad):
    inp, args, kwargs = fresh((inp, args, kwargs), grad)
    torch.manual_seed(3)
    result = call(inp, *args, **kwargs)
    return (inp, args, kwargs), result


def alike(a, b):
    a, b = tensors(a), tensors(b)
    return len(a) == len(b) and all(
        x.shape == y.shape and x.dtype == y.dtype and torch.allclose(x.double(), y.double(), equal_nan=True) for x, y in zip(a, b)
    )


def case(op, kind, inp, args, kwargs):
    grad = op.supports_autograd
    signal.alarm(5)
    try:
        if any(float_matters(v) for v in tensors((inp, args, kwargs))):
            raise Skip
        given = fresh((inp, args, kwargs), grad)
        coded = {"op": op.name, "kind": kind, "x": encode(given[0]), "a": [encode(a) for a in given[1]], "k": encode(given[2])["o"]}
        try:
            used, result = run(op.op, inp, args, kwargs, grad)
        except TimeOut:
            raise Skip
        except Exception as error:
            try:
                run(op.op, inp, whole(args), whole(kwargs), grad)
                raise Skip
            except Skip:
                raise
            except Exception:
                pass
            coded["err"] = type(error).__name__
            coded["msg"] = str(error).split("\n")[0][:200]
            return coded
        coded["out"] = encode(result)
        try:
            _, again = run(op.op, inp, whole(args), whole(kwargs), grad)
        except Exception:
            raise Skip
        if not alike(result, again):
            raise Skip
        outs = [y for y in tensors(result) if y.requires_grad]
        if grad and outs:
            total = sum((y * torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)).sum() for y in outs)
            leaves = [x for x in order(op, used) if x.requires_grad]
            try:
                grads = torch.autograd.grad(total, leaves, allow_unused=True)
                coded["grads"] = [None if g is None else encode(g) for g in grads]
            except TimeOut:
                raise Skip
            except RuntimeError as error:
                coded["grads"] = str(error).split("\n")[0][:200]
        return coded
    finally:
        signal.alarm(0)


def float_matters(x):
    return x.dtype not in DTYPES


def order(op, used):
    """The tensors in the order in which the test meets them."""
    return tensors([used[0], used[1], used[2]])


def cases_of(op, crashed, tell):
    """Tells each case of an operator as text, those that crash PyTorch left out."""
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    random.seed(SEED)
    rnd.seed(SEED)
    dtype = torch.float32 if torch.float32 in op.supported_dtypes("cpu") else torch.int64
    if dtype not in op.supported_dtypes("cpu"):
        return
    try:
        samples = list(op.sample_inputs("cpu", dtype, requires_grad=False))
    except Exception:
        return
    small = [s for s in samples if all(x.numel() <= 120 for x in tensors((s.input, s.args, s.kwargs)))]
    rnd.shuffle(small)
    made = {}
    at = 0
    for sample in small[: 4 * CASES]:
        try:
            found = list(variants(sample))
        except Exception:
            continue
        for kind, inp, args, kwargs in found:
            at += 1
            known = made.setdefault(kind, set())
            left_out = kind in DIFFERENT.get(op.name, "").split()
            if at in crashed or left_out or len(known) >= CASES * (3 if kind == "empty" else 1):
                continue
            tell(str(at))
            try:
                text = json.dumps(case(op, kind, inp, args, kwargs), separators=(",", ":"))
            except Skip:
                continue
            if len(text) <= LONGEST and text not in known:
                known.add(text)
                tell(text)


def in_child(op):
    """The cases of an operator, made in a process of its own: some calls crash PyTorch's."""
    crashed = set()
    while True:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            with os.fdopen(writing, "w") as pipe:
                cases_of(op, crashed, lambda text: print(text, file=pipe, flush=True))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            lines = pipe.read().splitlines()
        _, status = os.waitpid(child, 0)
        if status == 0:
            return [line for line in lines if line.startswith("{")]
        crashed.add(int([line for line in lines if not line.startswith("{")][-1]))


def main():
    cases = []
    for op in op_db:
        if not f"{op.name}.{op.variant_test_name}".startswith(LEFT_OUT):
            cases += in_child(op)
    pathlib.Path(OUT).write_text("[\n" + ",\n".join(cases) + "\n]\n")
    print(len(cases), "cases", pathlib.Path(OUT).stat().st_size // 1024, "KB")


main()
