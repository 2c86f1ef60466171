/**
 * @file Convolution over two dimensions as TensorFlow's Conv2D, with its two gradients: three maps, each linear in both of its
 * tensors, whose gradients are again the other two.
 */
import { record } from "../../autograd/tape";
import { type Attr, attr, execute, ints } from "../../backend/engine";
import type { Handle } from "../../backend/handle";
import type { Tensor } from "../../tensor";

/** Steps, zeros added in front of and behind rows and columns, and the distance of the kernel's places. */
export interface Conv {
  readonly stride: readonly [number, number];
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** (N, C, H, W) for images, (O, C, h, w) for kernels. */
type Size = readonly number[];

const turn = (handle: Handle, order: Handle): Handle => execute("Transpose", [handle, order]);
/** (N, C, H, W) as TensorFlow's kernels for the CPU take it: (N, H, W, C). */
const channels_last = (handle: Handle): Handle => turn(handle, ints([0, 2, 3, 1]));
const channels_second = (handle: Handle): Handle => turn(handle, ints([0, 3, 1, 2]));

function attributes(stride: Size, before: Size, after: Size, dilation: Size): Attr[] {
  return [
    attr.int("strides", [1, stride[0], stride[1], 1]),
    attr.string("padding", "EXPLICIT"),
    attr.int("explicit_paddings", [0, 0, before[0], after[0], before[1], after[1], 0, 0]),
    attr.int("dilations", [1, dilation[0], dilation[1], 1]),
    attr.string("data_format", "NHWC"),
  ];
}

const dilated = ({ dilation }: Conv): boolean => dilation[0] !== 1 || dilation[1] !== 1;

/** Every output (n, o, y, x): the sum over the kernel of `weight` times the input under it. */
export function convolve(input: Tensor, weight: Tensor, conv: Conv): Tensor {
  const kernel = turn(weight.handle, ints([2, 3, 1, 0]));
  const made = execute(
    "Conv2D",
    [channels_last(input.handle), kernel],
    attributes(conv.stride, conv.before, conv.after, conv.dilation),
  );
  return record("convolution", channels_second(made), [input, weight], saved(input, weight), conv);
}

/** The gradient of {@link convolve}'s input, of `size`, from that of its output; transposed convolution. */
export function convolve_input(grad: Tensor, weight: Tensor, conv: Conv, size: Size): Tensor {
  const [n, c, h, w] = size;
  let made: Handle;
  if (dilated(conv)) {
    made = spread_convolve(grad, weight, conv, size);
  } else {
    made = execute(
      "Conv2DBackpropInput",
      [ints([n, h, w, c]), turn(weight.handle, ints([2, 3, 1, 0])), channels_last(grad.handle)],
      attributes(conv.stride, conv.before, conv.after, conv.dilation),
    );
  }
  return record("convolution_input", channels_second(made), [grad, weight], saved(grad, weight), conv);
}

/** The gradient of {@link convolve}'s weight, of `size`. */
export function convolve_weight(input: Tensor, grad: Tensor, conv: Conv, size: Size): Tensor {
  const [o, c, h, w] = size;
  let made: Handle;
  if (dilated(conv)) {
    // The output's gradient slides over the input as a kernel: steps and distances change places.
    const images = turn(input.handle, ints([1, 2, 3, 0]));
    const kernel = turn(grad.handle, ints([2, 3, 0, 1]));
    const all = execute(
      "Conv2D",
      [images, kernel],
      attributes(conv.dilation, conv.before, conv.after, conv.stride),
    );
    const part = execute("Slice", [all, ints([0, 0, 0, 0]), ints([c, h, w, o])]);
    made = turn(part, ints([3, 0, 1, 2]));
  } else {
    const kernel = execute(
      "Conv2DBackpropFilter",
      [channels_last(input.handle), ints([h, w, c, o]), channels_last(grad.handle)],
      attributes(conv.stride, conv.before, conv.after, conv.dilation),
    );
    made = turn(kernel, ints([3, 2, 0, 1]));
  }
  return record("convolution_weight", made, [input, grad], saved(input, grad), conv);
}

/** As {@link convolve_input} where kernels have gaps: the gradient with zeros between, under the kernel turned round. */
function spread_convolve(grad: Tensor, weight: Tensor, conv: Conv, [, , h, w]: Size): Handle {
  const { stride, before, dilation } = conv;
  const [n, o, rows, columns] = grad.shape;
  const spread = [(rows - 1) * stride[0] + 1, (columns - 1) * stride[1] + 1];
  let image = channels_last(grad.handle);
  if (stride[0] > 1 || stride[1] > 1) {
    image = execute("StridedSliceGrad", [
      ints([n, spread[0], spread[1], o]),
      ints([0, 0, 0, 0]),
      ints([n, spread[0], spread[1], o]),
      ints([1, stride[0], stride[1], 1]),
      image,
    ]);
  }
  const reach = [0, 1].map((i) => dilation[i] * (weight.shape[2 + i] - 1));
  const front = [0, 1].map((i) => reach[i] - before[i]);
  const back = [h, w].map((size, i) => size - spread[i] - front[i] + reach[i]);
  // Padding beyond the kernel's reach saw nothing but itself: what it gave is cut off.
  const begins = [0, 1].map((i) => Math.max(0, -front[i]));
  const kept = [0, 1].map((i) => spread[i] - begins[i] - Math.max(0, -back[i]));
  if (kept[0] !== spread[0] || kept[1] !== spread[1]) {
    image = execute("Slice", [image, ints([0, begins[0], begins[1], 0]), ints([n, kept[0], kept[1], o])]);
  }
  const kernel = execute("ReverseV2", [turn(weight.handle, ints([2, 3, 0, 1])), ints([0, 1])]);
  const not_negative = (counts: number[]): number[] => counts.map((count) => Math.max(0, count));
  return execute(
    "Conv2D",
    [image, kernel],
    attributes([1, 1], not_negative(front), not_negative(back), dilation),
  );
}

function saved(a: Tensor, b: Tensor): (Tensor | null)[] {
  return [b.requires_grad ? a : null, a.requires_grad ? b : null];
}
