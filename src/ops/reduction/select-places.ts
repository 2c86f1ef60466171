/** @file Which places selection and sorting come to among equal elements, as C++'s library on which PyTorch stands does. */

/** Whether the element at the first place comes before that at the second. */
export type Before = (i: number, j: number) => boolean;

/** From here on a range is split further before the final insertions. */
const sort_threshold = 16;

/** A list of places that its parts are selected and sorted in. */
class Places {
  readonly list: number[];

  constructor(
    size: number,
    readonly before: Before,
  ) {
    this.list = Array.from({ length: size }, (_, i) => i);
  }

  #before(a: number, b: number): boolean {
    return this.before(this.list[a], this.list[b]);
  }

  #swap(a: number, b: number): void {
    const { list } = this;
    [list[a], list[b]] = [list[b], list[a]];
  }

  /** Puts the median of three into `low` and parts the rest by it. @returns where the second part starts. */
  #part(low: number, high: number): number {
    const a = low + 1;
    const b = low + ((high - low) >> 1);
    const c = high - 1;
    const median = this.#before(a, b)
      ? this.#before(b, c)
        ? b
        : this.#before(a, c)
          ? c
          : a
      : this.#before(a, c)
        ? a
        : this.#before(b, c)
          ? c
          : b;
    this.#swap(low, median);
    let left = low + 1;
    let right = high;
    for (;;) {
      while (this.#before(left, low)) left++;
      right--;
      while (this.#before(low, right)) right--;
      if (left >= right) return left;
      this.#swap(left, right);
      left++;
    }
  }

  #insert_all(low: number, high: number): void {
    for (let i = low + 1; i < high; i++) {
      for (let j = i; j > low && this.#before(j, j - 1); j--) this.#swap(j, j - 1);
    }
  }

  /** Brings what belongs at `nth` there, with all that comes before it in front. */
  select(nth: number): void {
    let low = 0;
    let high = this.list.length;
    while (high - low > 3) {
      const cut = this.#part(low, high);
      if (cut <= nth) low = cut;
      else high = cut;
    }
    this.#insert_all(low, high);
  }

  /** Sorts the first `count`. */
  sort(count: number): void {
    this.#split(0, count);
    this.#insert_all(0, count);
  }

  #split(low: number, end: number): void {
    let high = end;
    while (high - low > sort_threshold) {
      const cut = this.#part(low, high);
      this.#split(cut, high);
      high = cut;
    }
  }
}

/** Places of the `k` first of `size` elements, in order unless `ordered` is false. */
export function first_places(size: number, k: number, before: Before, ordered: boolean): number[] {
  const places = new Places(size, before);
  places.select(k - 1);
  if (ordered) places.sort(k - 1);
  return places.list.slice(0, k);
}

/** The place of the element that is `nth` (from 0) in order. */
export function nth_place(size: number, nth: number, before: Before): number {
  const places = new Places(size, before);
  places.select(nth);
  return places.list[nth];
}

/** Places of all elements in order. */
export function sorted_places(size: number, before: Before): number[] {
  const places = new Places(size, before);
  places.sort(size);
  return places.list;
}
