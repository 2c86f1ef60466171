/**
 * @file Vectors of one instruction set for the recurrent kernels: loads, functions, products of tiles. Included by
 * `recurrent-kernel.h` inside its namespace.
 *
 * Nothing but plain C may be used here: inline functions of the standard library would be compiled with this instruction set
 * and then shared with code for lesser processors.
 */
constexpr int64_t kLanes = TORCHBOOK_LANES;
/** Vectors across a tile, and rows of a tile that is so wide. */
constexpr int kWide = 4;
constexpr int kRows = TORCHBOOK_ROWS;
/** Floats of a block of gate columns. */
constexpr int64_t kBlock = kWide * kLanes;

typedef float Vec __attribute__((vector_size(TORCHBOOK_LANES * 4)));
typedef int32_t Ints __attribute__((vector_size(TORCHBOOK_LANES * 4)));
/** A vector anywhere in memory. */
typedef float Loose __attribute__((vector_size(TORCHBOOK_LANES * 4), aligned(4), may_alias));

#define TORCHBOOK_INLINE inline __attribute__((always_inline))

TORCHBOOK_INLINE Vec load(const float* at) { return *reinterpret_cast<const Loose*>(at); }
TORCHBOOK_INLINE void store(float* at, Vec value) { *reinterpret_cast<Loose*>(at) = value; }

/**
 * A number in all lanes. Taking away zero changes no number, so that one load that repeats is all that is left; adding zero
 * would change -0, and cost an addition and a shuffle on the units that multiply.
 */
TORCHBOOK_INLINE Vec splat(float value) { return value - Vec{}; }

/** The first `count` lanes, the others 0. */
TORCHBOOK_INLINE Vec load_part(const float* at, int64_t count) {
  if (count >= kLanes) return load(at);
  Vec value = {};
  for (int64_t k = 0; k < count; ++k) value[k] = at[k];
  return value;
}

TORCHBOOK_INLINE void store_part(float* at, Vec value, int64_t count) {
  if (count >= kLanes) {
    store(at, value);
    return;
  }
  for (int64_t k = 0; k < count; ++k) at[k] = value[k];
}

TORCHBOOK_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
TORCHBOOK_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
TORCHBOOK_INLINE int64_t parts_of(int64_t count, int64_t each) { return (count + each - 1) / each; }
TORCHBOOK_INLINE int64_t round_up(int64_t value, int64_t to) { return parts_of(value, to) * to; }

TORCHBOOK_INLINE void copy(float* to, const float* from, int64_t count) {
  int64_t k = 0;
  for (; k + kLanes <= count; k += kLanes) store(to + k, load(from + k));
  for (; k < count; ++k) to[k] = from[k];
}

/** `from` null stands for zeros. */
TORCHBOOK_INLINE void copy_or_clear(float* to, const float* from, int64_t count) {
  if (from != nullptr) return copy(to, from, count);
  for (int64_t k = 0; k < count; ++k) to[k] = 0.0f;
}

/** Floats of a cache line. */
constexpr int64_t kLine = 16;
/** Floats that stay in the second cache beside what else a step touches; panels of a larger layer are fetched ahead. */
constexpr int64_t kSecond = 700 << 8;
/** Floats of a large layer's panel that are used at once, by all rows in turn, so that they stay in the first cache. */
constexpr int64_t kFirst = 1 << 13;

TORCHBOOK_INLINE void prefetch_to_write(const float* at) { __builtin_prefetch(at, 1); }
TORCHBOOK_INLINE void prefetch_to_second(const float* at) { __builtin_prefetch(at, 0, 2); }

/** A row of `count` floats, wherever its lines begin. */
TORCHBOOK_INLINE void prefetch_row(const float* at, int64_t count) {
  for (int64_t k = 0; k < count; k += kLine) prefetch_to_second(at + k);
  prefetch_to_second(at + count - 1);
}

/** 1 / x for x from 1e-37 to 1e37. */
TORCHBOOK_INLINE Vec reciprocal(Vec x) {
#if TORCHBOOK_LANES == 16
  // The processor's estimate to 14 bits and one step of Newton's method: a division takes three times as long.
  const Vec y = __builtin_ia32_rcp14ps512_mask(x, Vec{}, static_cast<unsigned short>(-1));
  return y + y * (1.0f - x * y);
#else
  return 1.0f / x;
#endif
}

/** x, but no further from zero than `most`; NaN stays. */
TORCHBOOK_INLINE Vec limit(Vec x, float most) {
#if TORCHBOOK_LANES == 16
  // Where one is NaN these instructions give the second. Comparing and blending takes twice as many.
  constexpr unsigned short kAll = static_cast<unsigned short>(-1);
  x = __builtin_ia32_minps512_mask(splat(most), x, Vec{}, kAll, 4);
  return __builtin_ia32_maxps512_mask(splat(-most), x, Vec{}, kAll, 4);
#else
  x = x > most ? splat(most) : x;
  return x < -most ? splat(-most) : x;
#endif
}

/**
 * e^-x for |x| below 87, within 2e-7 of its value for |x| below 10: a power of two times the minimax polynomial of 2^r for
 * |r| <= 1/2, which is 1 at 0.
 */
TORCHBOOK_INLINE Vec exp_minus(Vec x) {
  constexpr float kMinusLog2e = -1.44269504088896341f;
  // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
  const Vec shifted = x * kMinusLog2e + 12582912.0f;
  const Vec r = x * kMinusLog2e - (shifted - 12582912.0f);
  Vec y = r * 1.3264727313e-3f + 9.6715129912e-3f;
  y = y * r + 5.5507335812e-2f;
  y = y * r + 2.4022242427e-1f;
  y = y * r + 6.9314700365e-1f;
  y = y * r + 1.0f;
  return y * (Vec)(((Ints)shifted + 127) << 23);
}

TORCHBOOK_INLINE Vec sigmoid(Vec x) { return reciprocal(1.0f + exp_minus(limit(x, 80.0f))); }

/** tanh as a rational function of degrees 13 and 6 (the coefficients are those of Eigen), within a few units in the last place. */
TORCHBOOK_INLINE Vec tanh(Vec x) {
  x = limit(x, 7.90531110763549805f);
  const Vec s = x * x;
  Vec p = s * -2.76076847742355e-16f + 2.00018790482477e-13f;
  p = p * s - 8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = (p * s + 4.89352455891786e-03f) * x;
  Vec q = s * 1.19825839466702e-06f + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  return p * reciprocal(q);
}

/** Exchanges blocks of S lanes across the diagonal: all stages together turn a square of vectors over. */
template <int S>
TORCHBOOK_INLINE void turn(Vec (&square)[kLanes]) {
  if constexpr (S > 0) {
#if defined(__clang__)
    for (int64_t i = 0; i < kLanes; ++i) {
      if (i & S) continue;
      for (int64_t k = 0; k < kLanes; ++k) {
        if (k & S) continue;
        const float kept = square[i][k + S];
        square[i][k + S] = square[i + S][k];
        square[i + S][k] = kept;
      }
    }
#else
    Ints low, high;
    for (int k = 0; k < kLanes; ++k) {
      low[k] = (k & S) == 0 ? k : static_cast<int>(kLanes) + k - S;
      high[k] = (k & S) == 0 ? k + S : static_cast<int>(kLanes) + k;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; ++i) {
      if ((i & S) == 0) {
        const Vec a = square[i], b = square[i + S];
        square[i] = __builtin_shuffle(a, b, low);
        square[i + S] = __builtin_shuffle(a, b, high);
      }
    }
#endif
    turn<S / 2>(square);
  }
}

/** Writes the transpose of a (rows, columns), at most kLanes of each; all of the square, rows filled with 0, where `whole`. */
TORCHBOOK_INLINE void transpose(float* to, int64_t to_stride, const float* from, int64_t from_stride, int64_t rows,
                                int64_t columns, bool whole) {
  Vec square[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) {
    square[i] = i < rows ? load_part(from + i * from_stride, columns) : Vec{};
  }
  turn<kLanes / 2>(square);
  for (int64_t i = 0; i < columns; ++i) store_part(to + i * to_stride, square[i], whole ? kLanes : rows);
}

/** Rows of a tile that is C vectors wide: as many sums as fit into the registers. */
constexpr int rows_of(int c) { return c == 4 ? kRows : c == 3 ? kRows * 4 / 3 : kRows * 2; }

/** Calls `run.operator()<R>(first)` with tiles of nearly equal numbers of rows. */
template <int R, typename Run>
TORCHBOOK_INLINE void tile_of(int64_t rows, int64_t first, const Run& run) {
  if constexpr (R > 0) {
    if (rows == R) run.template operator()<R>(first);
    else tile_of<R - 1>(rows, first, run);
  }
}

template <int Most, typename Run>
TORCHBOOK_INLINE void for_tiles(int64_t rows, const Run& run) {
  const int64_t tiles = parts_of(rows, Most);
  for (int64_t k = 0; k < tiles; ++k) {
    const int64_t first = rows * k / tiles;
    tile_of<Most>(rows * (k + 1) / tiles - first, first, run);
  }
}

/** See `accumulate`. */
template <int R, int C, bool kSkip, bool kFetch, int W>
TORCHBOOK_INLINE void accumulate_all(Vec (&sums)[R][W], const float* a, int64_t row, int64_t depth, const float* panel,
                                     int64_t wide, const float* ahead) {
  for (int64_t k = 0; k < depth; ++k) {
    if constexpr (kFetch) prefetch_to_second(ahead + k * kLine);
    Vec weights[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; ++c) weights[c] = load(panel + k * wide + c * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec value = splat(a[r * row + k]);
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) sums[r][kSkip && c == 2 ? 3 : c] += value * weights[c];
    }
  }
}

/**
 * Adds a (R rows, depth) times a panel (depth, C vectors), rows of `a` and of the panel `row` and `wide` floats apart. With
 * kSkip the third column adds to the fourth sum. Unless `ahead` is null, `depth` cache lines from there come into the second
 * cache meanwhile.
 */
template <int R, int C, bool kSkip = false, int W>
TORCHBOOK_INLINE void accumulate(Vec (&sums)[R][W], const float* a, int64_t row, int64_t depth, const float* panel,
                                 int64_t wide, const float* ahead) {
  if (ahead == nullptr) accumulate_all<R, C, kSkip, false>(sums, a, row, depth, panel, wide, ahead);
  else accumulate_all<R, C, kSkip, true>(sums, a, row, depth, panel, wide, ahead);
}

/** The same with `a` lying the other way: adds a' (depth, R)' times a panel (depth, C vectors). */
template <int R, int C>
TORCHBOOK_INLINE void accumulate_turned(Vec (&sums)[R][C], const float* a, int64_t row, int64_t depth, const float* panel,
                                        int64_t wide) {
  for (int64_t k = 0; k < depth; ++k) {
    Vec weights[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; ++c) weights[c] = load(panel + k * wide + c * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec value = splat(a[k * row + r]);
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) sums[r][c] += value * weights[c];
    }
  }
}
