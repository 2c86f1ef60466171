/** @file A list of ops as the addon takes it, and its run. */
import { define_program, forget_program, run_program } from "../backend/engine";
import type { Handle } from "../backend/handle";
import type { Step } from "./recording";

/** Programs go with the functions that were compiled, and with the graphs that lead back through them. */
const unused = new FinalizationRegistry(forget_program);

/** Ops from some inputs to some results, run in one native call. */
export class Program {
  readonly #number: number;
  readonly #count: number;
  readonly #room: number;

  private constructor(number: number, count: number, room: number) {
    this.#number = number;
    this.#count = count;
    this.#room = room;
    unused.register(this, number);
  }

  /**
   * The program of some steps, and the values that they take from outside, in the order in which {@link run} wants them. The
   * program itself keeps no value.
   *
   * @param results Outputs of the steps, each once.
   */
  static of(
    steps: readonly Step[],
    results: readonly Handle[],
  ): { program: Program; inputs: readonly Handle[] } {
    const inputs = new Map<Handle, number>();
    const made = new Set<Handle>();
    for (const step of steps) {
      for (const input of step.inputs) {
        if (!made.has(input) && !inputs.has(input)) inputs.set(input, inputs.size);
      }
      for (const output of step.outputs) made.add(output);
    }
    const values = new Map(inputs);
    const value = (handle: Handle): number => values.get(handle) as number;
    const numbers = [inputs.size, steps.length];
    for (const step of steps) {
      numbers.push(step.op, step.inputs.length, ...step.inputs.map(value), step.outputs.length);
      for (const output of step.outputs) values.set(output, values.size);
    }
    numbers.push(results.length, ...results.map(value));
    const room = results.reduce((sum, result) => sum + 3 + result.shape.length, 0);
    const program = new Program(define_program(numbers), results.length, room);
    return { program, inputs: [...inputs.keys()] };
  }

  run(inputs: readonly Handle[]): Handle[] {
    return run_program(this.#number, inputs, this.#count, this.#room);
  }
}
