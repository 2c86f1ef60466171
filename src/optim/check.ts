/** @file Checks of optimizers' options, in PyTorch's words. */
import { ValueError } from "../errors";
import { is_tensor } from "../tensor";

function expect_number(what: string, value: unknown): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`${what} must be a number, but got ${value === null ? "null" : typeof value}`);
  }
}

/** @throws ValueError unless the number is 0 or more; NaN is refused too. */
export function check_not_negative(what: string, value: unknown): void {
  expect_number(what, value);
  if (!(value >= 0)) throw new ValueError(`Invalid ${what}: ${value}`);
}

/** @throws ValueError unless both are in [0, 1). */
export function check_betas(betas: unknown): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new TypeError("betas must be two numbers, such as [0.9, 0.999]");
  }
  betas.forEach((beta, i) => {
    expect_number(`betas[${i}]`, beta);
    if (!(beta >= 0 && beta < 1)) throw new ValueError(`Invalid beta parameter at index ${i}: ${beta}`);
  });
}

/**
 * Checks a learning rate; one that is a tensor of one element becomes its number.
 *
 * @param words What a negative one is told with.
 * @throws ValueError for a negative one and for a tensor of several elements.
 */
export function check_rate(options: { lr: number }, words = "Invalid learning rate: "): void {
  const given: unknown = options.lr;
  if (is_tensor(given)) {
    if (given.numel() !== 1) throw new ValueError("Tensor lr must be 1-element");
    options.lr = Number(given.item());
  }
  expect_number("learning rate", options.lr);
  if (!(options.lr >= 0)) throw new ValueError(`${words}${options.lr}`);
}
