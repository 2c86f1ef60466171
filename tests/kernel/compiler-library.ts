/** @file A package with small types of the library's form, so that the compiler's tests do not depend on the library. */
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPackageRoot } from "../../kernel/compiler/package-root";

const FILES: Record<string, string> = {
  "package.json": '{ "name": "torchbook" }',
  "dist/src/tensor.d.ts": `
    /** A tensor of numbers. */
    export declare class Tensor {
      /** Sizes of the dimensions. */
      get shape(): number[];
      item(): number;
      clone: () => Tensor;
      _handle: number;
      backward(): void;
      [index: number]: Tensor;
      [slice: \`\${string}:\${string}\` | \`\${string},\${string}\`]: Tensor;
    }`,
  "dist/src/nn/index.d.ts": `
    import type { Tensor } from "../tensor";
    /** Base class of all modules. */
    export declare abstract class Module {
      abstract forward(...args: never[]): unknown;
      parameters(): Generator<Tensor>;
    }
    export interface Module { (...args: Parameters<this["forward"]>): ReturnType<this["forward"]> }
    /**
     * Applies a linear transformation.
     * @param in_features size of each input sample
     * @example
     * new nn.Linear(20, 30)
     */
    export declare class Linear extends Module {
      constructor(in_features: number, out_features: number, options?: { bias?: boolean });
      forward(input: Tensor): Tensor;
    }
    export { LSTM } from "./lstm";
    export declare class RNN extends Module {
      constructor(input_size: number, hidden_size: number, options?: { batch_first?: boolean });
      forward(input: Tensor, hidden?: Tensor): [output: Tensor, hidden: Tensor];
    }
    export declare class CrossEntropyLoss extends Module { forward(input: Tensor, target: Tensor): Tensor }`,
  "dist/src/nn/lstm.d.ts": `
    import type { Tensor } from "../tensor";
    import { Module } from "./index";
    export declare class LSTM extends Module {
      constructor(input_size: number, hidden_size: number, options?: { batch_first?: boolean });
      forward(input: Tensor): [output: Tensor, state: [hidden: Tensor, cell: Tensor]];
    }`,
  "dist/src/optim.d.ts": `
    import type { Tensor } from "./tensor";
    export declare class Adam { constructor(params: Iterable<Tensor>, options?: { lr?: number }); zero_grad(): void; step(): void }`,
  "dist/src/torch.d.ts": `
    import { Tensor } from "./tensor";
    export { Tensor };
    export * as nn from "./nn/index";
    export * as optim from "./optim";
    /** Normally distributed random numbers. */
    export declare function randn(...size: number[]): Tensor;
    export declare function tensor(data: unknown): Tensor;`,
  "dist/src/index.d.ts": `
    import * as torch from "./torch";
    import type { Tensor } from "./tensor";
    export default torch;
    export * from "./torch";
    export * as F from "./nn/index";
    export declare abstract class Dataset<T = unknown> { abstract __getitem__(index: number): T; abstract __len__(): number }
    export declare class TensorDataset extends Dataset<Tensor[]> { constructor(...tensors: Tensor[]); __getitem__(index: number): Tensor[]; __len__(): number }
    export declare class DataLoader<T> { constructor(dataset: Dataset<T>, options?: { batch_size?: number }); [Symbol.iterator](): Iterator<T> }
    export declare function random_split<T>(dataset: Dataset<T>, lengths: number[]): Dataset<T>[];
    /** Prints values. */
    export declare function print(...values: unknown[]): void;
    export declare const preload: {
      torch: typeof torch; print: typeof print; index: (at: number) => string; jieba: { lcut(text: string): string[] }; extra: { deep: number };
    };`,
};

/** Writes the package to a new folder and gives its path. */
export function makeLibrary(): string {
  const root = mkdtempSync(path.join(tmpdir(), "torchbook-library-"));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  const own = findPackageRoot();
  symlinkSync(path.join(own, "node_modules"), path.join(root, "node_modules"));
  const globals = path.join("dist", "kernel", "runtime", "cell-globals.d.ts");
  cpSync(path.join(own, globals), path.join(root, globals));
  return root;
}
