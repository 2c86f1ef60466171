/** @file Pieces of work that both sides do: what they are called by, and what ours is made of. */
import { Add, type AddArguments } from "./work-add";
import { Epoch, type EpochArguments } from "./work-epoch";
import { Recurrent, type RecurrentArguments } from "./work-recurrent";
import { Small, type SmallArguments } from "./work-small";
import { Training, type TrainingArguments } from "./work-training";

/** Work on our side. */
export interface Work {
  run(times: number): void;
  /** A number that tells whether both sides compute the same. */
  check(): number;
}

/** Work as both sides understand it. */
export type WorkSpec =
  | { kind: "recurrent"; arguments: RecurrentArguments }
  | { kind: "training"; arguments: TrainingArguments }
  | { kind: "add"; arguments: AddArguments }
  | { kind: "small"; arguments: SmallArguments }
  | { kind: "epoch"; arguments: EpochArguments };

/** Makes our side of the work. */
export function make_work(spec: WorkSpec): Work {
  switch (spec.kind) {
    case "recurrent":
      return new Recurrent(spec.arguments);
    case "training":
      return new Training(spec.arguments);
    case "add":
      return new Add(spec.arguments);
    case "small":
      return new Small(spec.arguments);
    case "epoch":
      return new Epoch(spec.arguments);
  }
}
