/** @file All parameters as one vector, and back. */
import { none, operand } from "../../args";
import { no_grad } from "../../autograd/grad-mode";
import { RuntimeError } from "../../errors";
import { cat } from "../../ops/shape/join";
import { reshape } from "../../ops/shape/movement";
import { slice } from "../../ops/shape/parts";
import type { Tensor } from "../../tensor";

/** All elements of the parameters, in order, as one vector. */
export function parameters_to_vector(parameters: Iterable<Tensor>, ...more: []): Tensor {
  none("parameters_to_vector", more);
  return cat([...parameters].map((parameter) => reshape(parameter, [-1])));
}

/** Puts the elements of a vector into the parameters, in order. @throws RuntimeError when there are too few. */
export function vector_to_parameters(vec: Tensor, parameters: Iterable<Tensor>): void;
export function vector_to_parameters(vec: Tensor, options: { parameters: Iterable<Tensor> }): void;
export function vector_to_parameters(vec: Tensor, ...args: unknown[]): void {
  const parameters = operand<Iterable<Tensor>>("vector_to_parameters", "parameters", args);
  let at = 0;
  for (const parameter of parameters) {
    const count = parameter.numel();
    if (at + count > vec.numel()) {
      throw new RuntimeError(
        `vector_to_parameters(): the vector has ${vec.numel()} elements, but the parameters need more`,
      );
    }
    no_grad(() => {
      parameter.data = reshape(slice(vec, 0, at, at + count), parameter.shape).detach();
    });
    at += count;
  }
}
