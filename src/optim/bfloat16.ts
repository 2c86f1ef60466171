/** @file Matrices in bfloat16's precision, as Muon computes: float32 numbers rounded to eight bits after each operation. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest bfloat16, ties to even. */
function round_bfloat16(value: number): number {
  float[0] = value;
  if (Number.isNaN(float[0])) return Number.NaN;
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

/** Rows by columns of numbers that bfloat16 has. */
export class Matrix {
  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly values: Float32Array,
  ) {}

  /** Every value rounded. */
  static of(rows: number, columns: number, values: ArrayLike<number>): Matrix {
    return new Matrix(rows, columns, Float32Array.from(values, round_bfloat16));
  }

  transpose(): Matrix {
    const { rows, columns, values } = this;
    const turned = new Float32Array(values.length);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j];
    return new Matrix(columns, rows, turned);
  }

  /** Divided by its Frobenius norm, or by `eps` where that is greater. */
  normalized(eps: number): Matrix {
    let sum = 0;
    for (const value of this.values) sum += value * value;
    const norm = Math.max(round_bfloat16(Math.sqrt(sum)), round_bfloat16(eps));
    return new Matrix(
      this.rows,
      this.columns,
      this.values.map((value) => round_bfloat16(value / norm)),
    );
  }

  /** `beta · addend + alpha · this · other`, products summed in full precision and rounded once. */
  multiply(other: Matrix, addend: Matrix | null = null, beta = 1, alpha = 1): Matrix {
    const { rows, columns, values } = this;
    const width = other.columns;
    const result = new Float32Array(rows * width);
    const sums = new Float64Array(width);
    for (let i = 0; i < rows; i++) {
      sums.fill(0);
      for (let k = 0; k < columns; k++) {
        const factor = values[i * columns + k];
        for (let j = 0; j < width; j++) sums[j] += factor * other.values[k * width + j];
      }
      for (let j = 0; j < width; j++) {
        const at = i * width + j;
        const start = addend === null ? 0 : beta * addend.values[at];
        result[at] = round_bfloat16(start + alpha * sums[j]);
      }
    }
    return new Matrix(rows, width, result);
  }
}
