/** @file Edits a text at many places at once and tells where each old offset went. */

interface Edit {
  start: number;
  end: number;
  text: string;
  /** Keeps edits at one offset in the order in which they were asked for. */
  order: number;
}

/** A set of edits that do not overlap. */
export class TextEdits {
  private readonly edits: Edit[] = [];

  constructor(private readonly source: string) {}

  /** Replaces `source[start, end)`. */
  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text, order: this.edits.length });
  }

  /** Inserts before the character at `offset`, after what was inserted there earlier. */
  insert(offset: number, text: string): void {
    this.replace(offset, offset, text);
  }

  /** Removes `source[start, end)` but keeps its line breaks, so that later lines stay where they are. */
  blank(start: number, end: number): void {
    this.replace(start, end, this.source.slice(start, end).replace(/[^\r\n\u2028\u2029]/g, ""));
  }

  /** Removes `source[start, end)` with all edits inside it. */
  drop(start: number, end: number): void {
    const kept = this.edits.filter((edit) => edit.end <= start || edit.start >= end);
    this.edits.splice(0, this.edits.length, ...kept);
    this.replace(start, end, "");
  }

  /** Applies the edits; `moved` takes offsets of the source, asked in rising order or not, to the result. */
  apply(): { text: string; moved: (offset: number) => number } {
    // Insertions at an offset come before a replacement that starts there.
    const sorted = [...this.edits].sort(
      (a, b) => a.start - b.start || Number(a.end > a.start) - Number(b.end > b.start) || a.order - b.order,
    );
    const out: string[] = [];
    const ends: number[] = [];
    const starts: number[] = [];
    const shifts: number[] = [];
    let at = 0;
    let shift = 0;
    for (const edit of sorted) {
      if (edit.start < at) throw new Error(`Overlapping edits at ${edit.start}`);
      out.push(this.source.slice(at, edit.start), edit.text);
      at = edit.end;
      shift += edit.text.length - (edit.end - edit.start);
      starts.push(edit.start);
      ends.push(edit.end);
      shifts.push(shift);
    }
    out.push(this.source.slice(at));
    const moved = (offset: number): number => {
      let low = 0;
      let high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle] <= offset) low = middle + 1;
        else high = middle;
      }
      const before = low > 0 ? shifts[low - 1] : 0;
      // An offset inside a replaced piece goes to the start of what replaces it.
      const inside = low < starts.length && starts[low] < offset;
      return (inside ? starts[low] : offset) + before;
    };
    return { text: out.join(""), moved };
  }
}
