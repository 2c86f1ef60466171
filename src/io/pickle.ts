/** @file A restricted unpickler: it makes plain values and what its caller allows, and runs nothing else. */

/** A value that a pickle holds; dicts are Maps, tuples are arrays, big ints are bigints. */
export type PickleValue = unknown;

/** What the caller lets a pickle name and refer to. */
export interface PickleHooks {
  /** A class or function by its Python name, or undefined to refuse it. */
  find_global(name: string): ((...args: PickleValue[]) => PickleValue) | undefined;
  /** An object kept outside the pickle. */
  persistent_load(id: PickleValue): PickleValue;
}

class PickleGlobal {
  constructor(
    readonly name: string,
    readonly call: (...args: PickleValue[]) => PickleValue,
  ) {}
}

/** The Python name of a class that a pickle mentions as a value, such as a storage type. */
export function global_name(value: PickleValue): string | undefined {
  return value instanceof PickleGlobal ? value.name : undefined;
}

const MARK = Symbol("mark");

function fail(what: string): never {
  throw new Error(`pickle: ${what}`);
}

/**
 * Reads one pickle (protocols 2 to 5).
 * @throws Error on a damaged pickle, an operation that plain data never needs, or a name that is refused
 */
export function unpickle(bytes: Uint8Array, hooks: PickleHooks): PickleValue {
  try {
    return new Unpickler(bytes, hooks).run();
  } catch (error) {
    if (error instanceof RangeError) fail("the data end too early");
    throw error;
  }
}

class Unpickler {
  private readonly view: DataView;
  private readonly stack: PickleValue[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly hooks: PickleHooks,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PickleValue {
    for (;;) {
      const op = this.u8();
      if (op === 0x2e) return this.pop();
      this.step(op);
    }
  }

  private step(op: number): void {
    const { stack } = this;
    switch (op) {
      case 0x80: // PROTO
        if (this.u8() > 5) fail("the protocol is newer than 5");
        break;
      case 0x95: // FRAME
        this.at += 8;
        break;
      case 0x28:
        stack.push(MARK);
        break;
      case 0x30: // POP
        this.pop();
        break;
      case 0x4e:
        stack.push(null);
        break;
      case 0x88:
        stack.push(true);
        break;
      case 0x89:
        stack.push(false);
        break;
      case 0x4a: // BININT
        this.at += 4;
        stack.push(this.view.getInt32(this.at - 4, true));
        break;
      case 0x4b:
        stack.push(this.u8());
        break;
      case 0x4d:
        stack.push(this.u16());
        break;
      case 0x8a: // LONG1
        stack.push(this.long(this.u8()));
        break;
      case 0x47: // BINFLOAT, the one big-endian field
        this.at += 8;
        stack.push(this.view.getFloat64(this.at - 8, false));
        break;
      case 0x58:
        stack.push(this.text(this.u32()));
        break;
      case 0x8c:
        stack.push(this.text(this.u8()));
        break;
      case 0x8d:
        stack.push(this.text(this.u64()));
        break;
      case 0x42:
        stack.push(this.take(this.u32()).slice());
        break;
      case 0x43:
        stack.push(this.take(this.u8()).slice());
        break;
      case 0x5d:
        stack.push([]);
        break;
      case 0x7d:
        stack.push(new Map());
        break;
      case 0x29:
        stack.push([]);
        break;
      case 0x85:
      case 0x86:
      case 0x87: // TUPLE1, TUPLE2, TUPLE3
        stack.push(this.pop_many(op - 0x84));
        break;
      case 0x74:
        stack.push(this.pop_mark());
        break;
      case 0x61: // APPEND
        this.extend([this.pop()]);
        break;
      case 0x65:
        this.extend(this.pop_mark());
        break;
      case 0x73:
        this.set_items(this.pop_many(2));
        break;
      case 0x75:
        this.set_items(this.pop_mark());
        break;
      case 0x71:
        this.memo.set(this.u8(), this.top());
        break;
      case 0x72:
        this.memo.set(this.u32(), this.top());
        break;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        break;
      case 0x68:
        this.get(this.u8());
        break;
      case 0x6a:
        this.get(this.u32());
        break;
      case 0x63: // GLOBAL
        this.push_global(this.line(), this.line());
        break;
      case 0x93: {
        const [module, name] = this.pop_many(2);
        this.push_global(String(module), String(name));
        break;
      }
      case 0x52: {
        const [callable, args] = this.pop_many(2);
        if (!(callable instanceof PickleGlobal) || !Array.isArray(args))
          fail("a call of what is no function");
        stack.push(callable.call(...args));
        break;
      }
      case 0x62: // BUILD: attributes of a container say nothing about its contents
        this.pop();
        this.top();
        break;
      case 0x51:
        stack.push(this.hooks.persistent_load(this.pop()));
        break;
      default:
        fail(`operation 0x${op.toString(16).padStart(2, "0")} is not allowed`);
    }
  }

  private u8(): number {
    return this.view.getUint8(this.at++);
  }

  private u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  private u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  private u64(): number {
    this.at += 8;
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new RangeError();
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  private long(length: number): number | bigint {
    let value = 0n;
    const digits = this.take(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private top(): PickleValue {
    const value = this.stack[this.stack.length - 1];
    if (this.stack.length === 0 || value === MARK) fail("the stack is empty");
    return value;
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private pop_many(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  private pop_mark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) fail("a mark is missing");
    const items = this.stack.splice(mark + 1);
    this.stack.pop();
    return items;
  }

  private extend(items: PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) fail("an item for what is no list");
    for (const item of items) list.push(item);
  }

  private set_items(items: PickleValue[]): void {
    const map = this.top();
    if (!(map instanceof Map) || items.length % 2 !== 0) fail("an item for what is no dict");
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  private get(index: number): void {
    if (!this.memo.has(index)) fail(`nothing was kept under ${index}`);
    this.stack.push(this.memo.get(index));
  }

  private push_global(module: string, name: string): void {
    const full = `${module}.${name}`;
    const found = this.hooks.find_global(full);
    if (!found) fail(`the file asks for ${full}, which is not allowed: only tensors and plain data load`);
    this.stack.push(new PickleGlobal(full, found));
  }
}
