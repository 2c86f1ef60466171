/** @file Grids, resampling, fractional pooling and other lookups, against numbers that PyTorch gave. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import torch, { F, nn, type Tensor } from "../../src/index";

function near(actual: Tensor, expected: number[], tolerance = 1e-5): void {
  const values = Array.from(actual.flatten().tolist() as number[]);
  assert.equal(values.length, expected.length);
  values.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `element ${i} is ${value} for ${expected[i]}`);
  });
}

const image = torch.arange(16).float().reshape(1, 1, 4, 4);

test("grid_sample follows PyTorch in all modes and paddings", () => {
  const grid = torch.tensor([
    [
      [
        [-1.3, 0.2],
        [0.1, 1.7],
        [0.45, -0.3],
      ],
    ],
  ]);
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "zeros", align_corners: true }),
    [3.960001, 0, 6.375],
  );
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "zeros", align_corners: false }),
    [0, 0, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "border", align_corners: true }),
    [7.2, 13.65, 6.375],
  );
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "border", align_corners: false }),
    [7.6, 13.7, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "reflection", align_corners: true }),
    [7.65, 9.449999, 6.375],
  );
  near(
    F.grid_sample(image, grid, { mode: "bilinear", padding_mode: "reflection", align_corners: false }),
    [7.7, 10.1, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "zeros", align_corners: true }),
    [8, 0, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "zeros", align_corners: false }),
    [0, 0, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "border", align_corners: true }),
    [8, 14, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "border", align_corners: false }),
    [8, 14, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "reflection", align_corners: true }),
    [8, 10, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "nearest", padding_mode: "reflection", align_corners: false }),
    [8, 10, 6],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "zeros", align_corners: true }),
    [3.795667, -0.460812, 6.664415],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "zeros", align_corners: false }),
    [-0.45295, -0.092193, 6.406193],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "border", align_corners: true }),
    [6.905905, 13.615879, 6.526357],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "border", align_corners: false }),
    [7.456002, 13.658002, 5.924999],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "reflection", align_corners: true }),
    [7.266187, 9.330379, 6.545307],
  );
  near(
    F.grid_sample(image, grid, { mode: "bicubic", padding_mode: "reflection", align_corners: false }),
    [7.531252, 10.229, 5.924999],
  );
});

test("gradients of grid_sample are those of differences", () => {
  const x = torch.randn(1, 2, 3, 4, { dtype: torch.float64, requires_grad: true });
  const grid = torch.rand(1, 2, 2, 2, { dtype: torch.float64 }).mul(1.6).sub(0.8).requires_grad_();
  for (const mode of ["bilinear", "bicubic"] as const) {
    for (const padding_mode of ["zeros", "border", "reflection"] as const) {
      assert.ok(
        torch.autograd.gradcheck(
          (a: Tensor, b: Tensor) => F.grid_sample(a, b, { mode, padding_mode, align_corners: false }),
          [x, grid],
        ),
      );
    }
  }
});

test("affine_grid and antialiased resampling follow PyTorch", () => {
  const theta = torch
    .tensor([
      [
        [1.5, 0.25, 0.5],
        [0.5, -1, 0],
      ],
    ])
    .float();
  near(F.affine_grid(theta, [1, 1, 2, 2], true), [-1.25, 0.5, 1.75, 1.5, -0.75, -1.5, 2.25, -0.5]);
  near(
    F.affine_grid(theta, [1, 1, 2, 3], false),
    [-0.625, 0.166667, 0.375, 0.5, 1.375, 0.833333, -0.375, -0.833333, 0.625, -0.5, 1.625, -0.166667],
  );
  near(
    F.interpolate(image, { size: [3, 2], mode: "bilinear", antialias: true, align_corners: true }),
    [2.75, 4.166667, 8.361112, 9.777778, 12.583334, 14.000001],
    1e-4,
  );
  near(
    F.interpolate(image, { size: [3, 2], mode: "bilinear", antialias: true, align_corners: false }),
    [1.914286, 3.485714, 6.714286, 8.285714, 11.514286, 13.085714],
    1e-4,
  );
  near(
    F.interpolate(image, { size: [3, 2], mode: "bicubic", antialias: true, align_corners: true }),
    [2.38287, 4.044959, 8.430769, 10.092858, 13.203185, 14.865273],
    1e-4,
  );
  near(
    F.interpolate(image, { size: [3, 2], mode: "bicubic", antialias: true, align_corners: false }),
    [1.346502, 3.172948, 6.586777, 8.413222, 11.827052, 13.653499],
    1e-4,
  );
  near(
    F.interpolate(image, { size: [3, 2], mode: "lanczos", antialias: true }),
    [1.175699, 3.099444, 6.538127, 8.461873, 11.900558, 13.824303],
    1e-4,
  );
});

test("fractional max pooling draws PyTorch's windows", () => {
  const x = torch.arange(50).float().mul(7).remainder(13).reshape(1, 2, 5, 5);
  torch.manual_seed(5);
  const [output, places] = F.fractional_max_pool2d(x, 2, { output_size: 3, return_indices: true });
  near(output, [9, 10, 11, 12, 12, 11, 10, 11, 12, 9, 9, 10, 11, 12, 10, 10, 10, 11]);
  near(places, [5, 7, 9, 11, 11, 9, 20, 22, 24, 6, 6, 8, 10, 12, 8, 21, 21, 23]);
  assert.throws(() => F.fractional_max_pool2d(x, 2), /output_size or an output_ratio/);
  assert.throws(() => new nn.FractionalMaxPool2d(3, { output_ratio: 1.5 }), /must be between 0 and 1/);
});

test("pdist gives the distances of all pairs", () => {
  const x = torch.tensor([
    [0, 0],
    [3, 4],
    [6, 8.5],
  ]);
  near(F.pdist(x), [5, Math.hypot(6, 8.5), Math.hypot(3, 4.5)]);
  assert.deepEqual(F.pdist(torch.zeros(1, 3)).shape, [0]);
  assert.throws(() => F.pdist(torch.zeros(3)), /only supports 2D tensors/);
});

test("rrelu and dropout2d draw as PyTorch does", () => {
  torch.manual_seed(2);
  near(F.rrelu(torch.tensor([-1, 2, -3, -4.5]), 0.1, 0.6, true), [-0.55878, 2, -0.445373, -2.04469]);
  torch.manual_seed(2);
  near(F.dropout2d(torch.ones(3, 4, 1), 0.5), [0, 2, 0, 0, 0, 0, 2, 2, 0, 2, 2, 0]);
});
