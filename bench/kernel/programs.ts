/** @file The same cells in each language. */

/** The cells that are measured. */
export interface Programs {
  tensor: string;
  lines: (count: number) => string;
  bytes: (count: number) => string;
  queued: (index: number) => string;
  /** A class of thirty lines under new names. */
  classCell: (index: number) => string;
  /** Prints "ready", then keeps the thread busy. */
  busy: string;
  /** Prints "ready", then awaits settled promises for ever. */
  spin: string;
  /** Prints "ready", then waits for a promise that never settles. */
  pending: string;
  keep: string;
  kept: string;
  complete: string;
  /** Fails a type check, after something that would be seen had it run. */
  typeError: string;
  /** Prints from a timer when another cell runs. */
  later: string;
}

const typescript: Programs = {
  tensor: "torch.tensor([[1, 2], [3, 4]])",
  lines: (count) => `for (let i = 0; i < ${count}; i++) console.log("line " + i)`,
  bytes: (count) => `console.log("x".repeat(${count}))`,
  queued: (index) => `console.log("cell ${index}"); ${index} + 1`,
  classCell: (index) => `class Account${index} {
  private balance: number;
  readonly owner: string;
  history: { kind: "in" | "out"; amount: number }[] = [];

  constructor(owner: string, balance = 0) {
    this.owner = owner;
    this.balance = balance;
  }

  deposit(amount: number): this {
    if (amount <= 0) throw new RangeError("amount");
    this.balance += amount;
    this.history.push({ kind: "in", amount });
    return this;
  }

  withdraw(amount: number): this {
    if (amount > this.balance) throw new RangeError("balance");
    this.balance -= amount;
    this.history.push({ kind: "out", amount });
    return this;
  }

  get total(): number {
    return this.balance;
  }
}
const account${index} = new Account${index}("a", 1).deposit(41);
account${index}.total`,
  busy: 'console.log("ready"); for (;;) {}',
  spin: 'console.log("ready"); while (true) await null',
  pending: 'console.log("ready"); await new Promise<void>(() => {})',
  keep: "let kept = 41",
  kept: "kept + 1",
  complete: "Mat",
  typeError: 'console.log("ran"); const wrong: number = "text"',
  later: 'setTimeout(() => console.log("late"), 300)',
};

const python: Programs = {
  tensor: "import torch\ntorch.tensor([[1, 2], [3, 4]])",
  lines: (count) => `for i in range(${count}):\n    print("line", i)`,
  bytes: (count) => `print("x" * ${count})`,
  queued: (index) => `print("cell ${index}"); ${index} + 1`,
  classCell: (index) => `class Account${index}:
    history: list

    def __init__(self, owner: str, balance: int = 0):
        self.owner = owner
        self.balance = balance
        self.history = []

    def deposit(self, amount: int):
        if amount <= 0:
            raise ValueError("amount")
        self.balance += amount
        self.history.append(("in", amount))
        return self

    def withdraw(self, amount: int):
        if amount > self.balance:
            raise ValueError("balance")
        self.balance -= amount
        self.history.append(("out", amount))
        return self

    @property
    def total(self) -> int:
        return self.balance


account${index} = Account${index}("a", 1).deposit(41)

account${index}.total`,
  busy: 'print("ready", flush=True)\nwhile True: pass',
  spin: 'import asyncio\nprint("ready", flush=True)\nwhile True: await asyncio.sleep(0)',
  pending: 'import asyncio\nprint("ready", flush=True)\nawait asyncio.Event().wait()',
  keep: "kept = 41",
  kept: "kept + 1",
  complete: "mat",
  typeError: 'print("ran"); wrong: int = "text"',
  later: 'import threading\nthreading.Timer(0.3, lambda: print("late")).start()',
};

export const programs = { typescript, python };
