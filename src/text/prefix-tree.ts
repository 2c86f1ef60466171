/** @file A tree of strings by their UTF-16 units, in typed arrays: for walks through a text without a string per step. */

const least_nodes = 1 << 12;
const root = 0;

/**
 * Nodes are numbers; 0 is the root and, as a result, means none. The first unit leads through an array, all others through a
 * hash table of (node, unit).
 */
export class PrefixTree {
  #first = new Int32Array(0x10000);
  #parents = new Int32Array(least_nodes);
  #units = new Uint16Array(least_nodes);
  /** Nodes by hash; at least half of it is empty. */
  #table = new Int32Array(2 * least_nodes);
  #count = 1;

  /** How many nodes there are, the root counted. */
  get count(): number {
    return this.#count;
  }

  /** The node that `unit` leads to from `node`, 0 for none. */
  child(node: number, unit: number): number {
    if (node === root) return this.#first[unit];
    const table = this.#table;
    const mask = table.length - 1;
    const parents = this.#parents;
    const units = this.#units;
    let at = hash(node, unit) & mask;
    let found = table[at];
    while (found !== 0 && (parents[found] !== node || units[found] !== unit)) {
      at = (at + 1) & mask;
      found = table[at];
    }
    return found;
  }

  /** The node of a string, 0 for none and for the empty one. */
  find(text: string): number {
    let node = root;
    for (let i = 0; i < text.length; i++) {
      node = this.child(node, text.charCodeAt(i));
      if (node === 0) return 0;
    }
    return node;
  }

  /** The node of a string, which is there from now on. */
  add(text: string): number {
    let node = root;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      node = this.child(node, unit) || this.#make(node, unit);
    }
    return node;
  }

  #make(parent: number, unit: number): number {
    if (this.#count === this.#parents.length) this.#grow();
    const node = this.#count++;
    this.#parents[node] = parent;
    this.#units[node] = unit;
    if (parent === root) this.#first[unit] = node;
    else this.#place(node);
    return node;
  }

  #place(node: number): void {
    const mask = this.#table.length - 1;
    let at = hash(this.#parents[node], this.#units[node]) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = node;
  }

  #grow(): void {
    const parents = new Int32Array(2 * this.#parents.length);
    parents.set(this.#parents);
    this.#parents = parents;
    const units = new Uint16Array(parents.length);
    units.set(this.#units);
    this.#units = units;
    this.#table = new Int32Array(2 * parents.length);
    for (let node = 1; node < this.#count; node++) if (parents[node] !== root) this.#place(node);
  }
}

function hash(node: number, unit: number): number {
  const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
