"""Makes decompositions.json: the signs of singular and eigen vectors in PyTorch, for matrices that both draw from a seed."""
import json
import os

import torch

here = os.path.dirname(os.path.abspath(__file__))


def signs(x):
    return "".join("0" if abs(v) < 1e-3 else "+" if v > 0 else "-" for v in x.flatten().tolist())


cases = []
seed = 0
for dtype, shapes in {
    "float32": [(1, 1), (1, 4), (4, 1), (2, 2), (3, 3), (5, 5), (5, 3), (3, 5), (7, 6), (6, 7), (2, 8)],
    "float64": [(8, 8), (10, 10), (9, 6), (6, 9), (20, 4), (4, 20), (25, 25), (26, 26), (30, 20), (20, 30), (40, 40), (60, 27), (28, 64), (55, 55)],
}.items():
    for m, n in shapes:
        seed += 1
        torch.manual_seed(seed)
        A = torch.randn(m, n, dtype=getattr(torch, dtype))
        U, _, Vh = torch.linalg.svd(A, full_matrices=True)
        case = {"seed": seed, "dtype": dtype, "shape": [m, n], "U": signs(U[0]), "Vh": signs(Vh[:, 0])}
        if m == n:
            for side in "LU":
                case["eigh" + side] = signs(torch.linalg.eigh(A, UPLO=side)[1][0])
        cases.append(case)

with open(os.path.join(here, "decompositions.json"), "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
