"""What sweep.py makes of an operator's sample: dimensions made empty, tensors without dimensions, other dtypes, other layouts."""

import math
import random

import torch

rnd = random.Random()


class Skip(Exception):
    pass


def changed(value, how):
    """The value with `how` applied to each tensor in it."""
    if isinstance(value, torch.Tensor):
        return how(value)
    if type(value) in (list, tuple):
        return type(value)(changed(v, how) for v in value)
    if isinstance(value, dict):
        return {k: changed(v, how) for k, v in value.items()}
    return value


def whole(value):
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    if type(value) in (list, tuple):
        return type(value)(whole(v) for v in value)
    if isinstance(value, dict):
        return {k: whole(v) for k, v in value.items()}
    return value


def tensors(value, found=None):
    found = [] if found is None else found
    if isinstance(value, torch.Tensor):
        found.append(value)
    elif isinstance(value, (list, tuple)):
        for v in value:
            tensors(v, found)
    elif isinstance(value, dict):
        for v in value.values():
            tensors(v, found)
    return found


def fresh(value, grad):
    def copy(x):
        y = x.detach().clone()
        if y.is_floating_point():
            # Few digits, so that the file stays small.
            y = (y * 64).round() / 64
        how = getattr(x, "_lies", None)
        if how == "turned":
            y = y.t().contiguous().t() if y.ndim == 2 else y.permute(*reversed(range(y.ndim))).contiguous().permute(*reversed(range(y.ndim)))
        elif how == "steps":
            y = torch.stack([y, y], -1).select(-1, 0)
        elif how == "expanded":
            y = y.select(0, 0).expand(y.shape)
        if grad and y.is_floating_point():
            y = y.detach().requires_grad_() if how is None else y.requires_grad_()
        y._lies = how
        return y

    return changed(value, copy)


def emptied(size):
    def how(x):
        for d in range(x.ndim):
            if x.shape[d] == size:
                x = x.narrow(d, 0, 0)
        return x

    return how


def point(x):
    return x.reshape(-1)[0] if x.numel() else x.new_ones(())


def lying(how):
    def mark(x):
        x = x.detach().clone()
        if how == "turned" and x.ndim < 2 or how == "expanded" and (x.ndim < 1 or x.shape[0] < 2):
            return x
        x._lies = how
        return x

    return mark


def from_the_end(inp, args, kwargs):
    first = tensors(inp)
    if not first or first[0].ndim == 0:
        raise Skip
    rank = first[0].ndim
    turn = lambda v: v - rank if isinstance(v, int) and not isinstance(v, bool) and 0 <= v < rank else v
    if "dim" in kwargs:
        d = kwargs["dim"]
        return {**kwargs, "dim": type(d)(map(turn, d)) if isinstance(d, (list, tuple)) else turn(d)}, args
    if args and isinstance(args[0], int) and not isinstance(args[0], bool):
        return kwargs, [turn(args[0]), *args[1:]]
    raise Skip


def variants(sample):
    """(kind, input, args, kwargs) of what is made of one sample."""
    inp, args, kwargs = sample.input, list(sample.args), dict(sample.kwargs)
    both = (inp, args, kwargs)
    yield ("plain", *both)
    sizes = sorted({s for x in tensors(both) for s in x.shape if s > 0})
    for size in sizes:
        yield ("empty", *changed(both, emptied(size)))
    if any(x.ndim for x in tensors(inp)):
        yield ("empty", changed(inp, lambda x: x.narrow(0, 0, 0) if x.ndim else x), args, kwargs)
    yield ("point", *changed(both, point))
    yield ("point", changed(inp, point), args, kwargs)
    for dtype in (torch.float64, torch.int64, torch.int32, torch.uint8, torch.bool):
        yield (str(dtype)[6:], *changed(both, lambda x: x.to(dtype) if x.is_floating_point() else x))
    if any(isinstance(a, torch.Tensor) for a in args):
        at = [i for i, a in enumerate(args) if isinstance(a, torch.Tensor)]
        i = rnd.choice(at)
        for n in (2, 0.5, True):
            yield ("number", inp, [n if j == i else a for j, a in enumerate(args)], kwargs)
        yield ("broadcast", inp, [changed(a, lambda x: x.unsqueeze(0)) if j == i else a for j, a in enumerate(args)], kwargs)
        yield ("broadcast", inp, [changed(a, lambda x: x.narrow(-1, 0, 1) if x.ndim and x.shape[-1] else x) if j == i else a for j, a in enumerate(args)], kwargs)
        yield ("mixed", inp, [changed(a, lambda x: x.to(torch.int64)) if j == i else a for j, a in enumerate(args)], kwargs)
        yield ("mixed", changed(inp, lambda x: x.to(torch.int64)), args, kwargs)
    for how in ("turned", "steps", "expanded"):
        yield ("lying", *changed(both, lying(how)))
    try:
        k, a = from_the_end(*both)
        yield ("end", inp, a, k)
    except Skip:
        pass
