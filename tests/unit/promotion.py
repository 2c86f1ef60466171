"""Writes promotion.json: the dtypes that PyTorch's operations give, for promotion.test.ts. `python promotion.py` (PyTorch 2.15)."""

import json
import pathlib
import warnings

import torch

warnings.filterwarnings("ignore")

CODES = {
    torch.float32: "f",
    torch.float64: "d",
    torch.int64: "l",
    torch.int32: "i",
    torch.int16: "s",
    torch.int8: "c",
    torch.uint8: "y",
    torch.bool: "b",
}

# Operands: tensors with a dimension, zero-dim tensors, and numbers of Python's three kinds.
TENSORS = [torch.ones(2, dtype=dtype) for dtype in CODES]
SCALARS = [torch.ones((), dtype=dtype) for dtype in CODES]
NUMBERS = [1, 1.5, True]

PAIRS = (
    "add sub mul div floor_divide remainder fmod pow float_power rsub true_divide "
    "eq ne lt le gt ge maximum minimum fmax fmin atan2 hypot copysign xlogy logaddexp logaddexp2 ldexp heaviside "
    "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift logical_and logical_or logical_xor "
    "gcd lcm nextafter igamma isclose clamp_min clamp_max outer dot matmul inner result_type dist "
    "special.xlog1py special.zeta special.hermite_polynomial_h"
).split()

IN_PLACE = (
    "add sub mul div floor_divide remainder fmod pow eq lt atan2 hypot copysign xlogy bitwise_and logical_and "
    "clamp_min gcd bitwise_left_shift"
).split()

ONE = (
    "abs neg sign square sqrt rsqrt reciprocal exp expm1 log log1p sin tanh asinh sigmoid erf erfinv lgamma digamma "
    "floor ceil round trunc frac sgn positive logit sinc deg2rad i0 angle signbit isnan isfinite logical_not bitwise_not "
    "sum mean prod nansum cumsum cumprod amax argmax all any count_nonzero var std median mode sort logsumexp "
    "relu cummax logcumsumexp diff clone bincount nan_to_num special.entr special.erfcx special.bessel_j0 trapezoid "
    "nn.functional.softplus nn.functional.gelu nn.functional.relu6 nn.functional.hardtanh nn.functional.elu"
).split()


def function(name):
    place = torch
    for part in name.split("."):
        place = getattr(place, part)
    return place


def code(call):
    try:
        result = call()
    except Exception:
        return "-"
    if isinstance(result, torch.dtype):
        return CODES[result]
    if isinstance(result, tuple):
        result = result[0]
    return CODES[result.dtype]


def table(left, right, call):
    return ["".join(code(lambda: call(a, b)) for b in right) for a in left]


def main():
    every = TENSORS + SCALARS + NUMBERS
    condition = torch.tensor([True, False])
    pairs = {name: table(every, every, function(name)) for name in PAIRS}
    pairs["div floor"] = table(every, every, lambda a, b: torch.div(a, b, rounding_mode="floor"))
    pairs["div trunc"] = table(every, every, lambda a, b: torch.div(a, b, rounding_mode="trunc"))
    pairs["where"] = table(every, every, lambda a, b: torch.where(condition, a, b))
    pairs["cat"] = table(TENSORS, TENSORS, lambda a, b: torch.cat([a, b]))
    pairs["stack"] = table(TENSORS, TENSORS, lambda a, b: torch.stack([a, b]))
    pairs["lerp"] = table(TENSORS, TENSORS, lambda a, b: torch.lerp(a, b, 0.5))
    pairs["addcmul"] = table(TENSORS, TENSORS + SCALARS, lambda a, b: torch.addcmul(a, b, b))
    pairs["addcdiv"] = table(TENSORS, TENSORS + SCALARS, lambda a, b: torch.addcdiv(a, b, b))
    pairs["clamp"] = table(TENSORS + SCALARS, every, lambda a, b: torch.clamp(a, b))
    pairs["masked_fill"] = table(TENSORS + SCALARS, SCALARS + NUMBERS, lambda a, b: a.masked_fill(condition, b))
    pairs["full_like"] = table(TENSORS, NUMBERS, lambda a, b: torch.full_like(a, b))
    pairs["promote_types"] = table(list(CODES), list(CODES), torch.promote_types)
    in_place = {
        name: table(TENSORS, every, lambda a, b: getattr(a.clone(), f"{name}_")(b)) for name in IN_PLACE
    }
    one = {name: "".join(code(lambda: function(name)(x)) for x in TENSORS) for name in ONE}
    data = {"pairs": pairs, "in_place": in_place, "one": one}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
