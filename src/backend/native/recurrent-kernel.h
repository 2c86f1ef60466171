/**
 * @file The recurrent layers' time loops, forward and back. Included by one source per instruction set, which defines
 * TORCHBOOK_VARIANT (a namespace), TORCHBOOK_LANES (floats per vector) and TORCHBOOK_ROWS (rows per tile).
 *
 * Each call runs all steps for some rows of the batch, so that threads never wait for one another between steps. A tile is a
 * few rows times four vectors: x W_ih' and h W_hh' add up in the same registers, and the cell's functions are applied before
 * anything is stored. Nothing but plain C may be used here: inline functions of the standard library would be compiled with
 * this instruction set and then shared with code for lesser processors.
 */
#include "recurrent.h"

namespace torchbook {
namespace TORCHBOOK_VARIANT {
namespace {

constexpr int64_t kLanes = TORCHBOOK_LANES;
constexpr int kRows = TORCHBOOK_ROWS;
/** Vectors across a tile. */
constexpr int kWide = 4;

typedef float Vec __attribute__((vector_size(TORCHBOOK_LANES * 4)));
typedef int32_t Ints __attribute__((vector_size(TORCHBOOK_LANES * 4)));
/** A vector anywhere in memory. */
typedef float Loose __attribute__((vector_size(TORCHBOOK_LANES * 4), aligned(4), may_alias));

#define TORCHBOOK_INLINE inline __attribute__((always_inline))

TORCHBOOK_INLINE Vec load(const float* at) { return *reinterpret_cast<const Loose*>(at); }
TORCHBOOK_INLINE void store(float* at, Vec value) { *reinterpret_cast<Loose*>(at) = value; }

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
TORCHBOOK_INLINE int64_t round_up(int64_t value, int64_t to) { return (value + to - 1) / to * to; }

TORCHBOOK_INLINE void copy(float* to, const float* from, int64_t count) {
  for (int64_t k = 0; k < count; ++k) to[k] = from[k];
}

/** e^x to about one unit in the last place: Cephes' polynomial after taking out powers of two. */
TORCHBOOK_INLINE Vec exp(Vec x) {
  x = x > 88.0f ? Vec{} + 88.0f : x;
  x = x < -87.0f ? Vec{} - 87.0f : x;
  // Adding and taking away 1.5 * 2^23 rounds to a whole number.
  const Vec n = (x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
  const Vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vec y = Vec{} + 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  const Ints power = (__builtin_convertvector(n, Ints) + 127) << 23;
  return y * (Vec)power;
}

TORCHBOOK_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + exp(-x)); }

/** tanh as a rational function of degrees 13 and 6 (the coefficients are those of Eigen), within a few units in the last place. */
TORCHBOOK_INLINE Vec tanh(Vec x) {
  x = x > 7.90531110763549805f ? Vec{} + 7.90531110763549805f : x;
  x = x < -7.90531110763549805f ? Vec{} - 7.90531110763549805f : x;
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
  return p / q;
}

/** Units in a forward block: cells with one gate have four vectors of units instead of four gates of one vector. */
constexpr int64_t units_of(Cell cell) { return gates_of(cell) == 1 ? kWide * kLanes : kLanes; }
/** Vectors of weights per row of a forward panel. */
constexpr int columns_of(Cell cell) { return cell == kGru ? 3 : kWide; }

TORCHBOOK_INLINE int64_t padded(const Pass& pass) { return round_up(pass.hidden, kWide * kLanes); }

/** Adds a (R rows, depth) times a panel (depth, C vectors). With kSkip the third column adds to the fourth sum. */
template <int R, int C, bool kSkip>
TORCHBOOK_INLINE void accumulate(Vec (&sums)[R][kWide], const float* a, int64_t row, int64_t depth, const float* panel) {
  for (int64_t k = 0; k < depth; ++k) {
    Vec weights[C];
#pragma GCC unroll 8
    for (int c = 0; c < C; ++c) weights[c] = load(panel + (k * C + c) * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vec value = Vec{} + a[r * row + k];
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) sums[r][kSkip && c == 2 ? 3 : c] += value * weights[c];
    }
  }
}

/** Floats of a forward block: biases, then the input's and the hidden state's weights. */
template <Cell kCell>
int64_t block_size(const Pass& pass) {
  return (kWide + columns_of(kCell) * (pass.input + pass.hidden)) * kLanes;
}

/** Which gate and first unit column `c` of block `block` holds. */
template <Cell kCell>
TORCHBOOK_INLINE void column_at(int64_t block, int c, int64_t* gate, int64_t* unit) {
  const bool gated = gates_of(kCell) > 1;
  *gate = gated ? c : 0;
  *unit = block * units_of(kCell) + (gated ? 0 : c * kLanes);
}

template <Cell kCell>
void pack_forward(const Pass& pass, int64_t block) {
  const int64_t hidden = pass.hidden;
  float* at = pass.panels + block * block_size<kCell>(pass);
  for (int c = 0; c < kWide; ++c) {
    // GRU's fourth sum is the hidden state's share of n alone, its third the input's.
    int64_t gate, unit;
    column_at<kCell>(block, kCell == kGru && c == 3 ? 2 : c, &gate, &unit);
    for (int64_t k = 0; k < kLanes; ++k, ++at) {
      const bool there = unit + k < hidden && pass.b_ih != nullptr;
      const int64_t from = gate * hidden + unit + k;
      const bool from_input = !(kCell == kGru && c == 3);
      const bool from_hidden = !(kCell == kGru && c == 2);
      *at = !there ? 0.0f : (from_input ? pass.b_ih[from] : 0.0f) + (from_hidden ? pass.b_hh[from] : 0.0f);
    }
  }
  const int columns = columns_of(kCell);
  for (int part = 0; part < 2; ++part) {
    const float* weights = part == 0 ? pass.w_ih : pass.w_hh;
    const int64_t depth = part == 0 ? pass.input : hidden;
    for (int c = 0; c < columns; ++c) {
      int64_t gate, unit;
      column_at<kCell>(block, c, &gate, &unit);
      for (int64_t k = 0; k < kLanes; ++k) {
        const bool there = unit + k < hidden;
        const float* row = weights + (gate * hidden + unit + k) * depth;
        float* to = at + c * kLanes + k;
        for (int64_t d = 0; d < depth; ++d) to[d * columns * kLanes] = there ? row[d] : 0.0f;
      }
    }
    at += depth * columns * kLanes;
  }
}

/** Row numbers of one step. */
struct Step {
  int64_t t, before;
  /** Rows of the task in this step, and in the step before in the direction's order (0 if there is none). */
  int64_t count, count_before;
  /** Row of the task's first row in all matrices over steps, now and a step before. */
  int64_t row, row_before;
};

TORCHBOOK_INLINE int64_t rows_in(const Pass& pass, int64_t t, int64_t begin, int64_t end) {
  if (t < 0 || t >= pass.steps) return 0;
  const int64_t count = smaller(pass.sizes[t], end) - begin;
  return count > 0 ? count : 0;
}

TORCHBOOK_INLINE Step step_at(const Pass& pass, int64_t position, int64_t begin, int64_t end) {
  Step step;
  step.t = pass.reverse ? pass.steps - 1 - position : position;
  step.before = pass.reverse ? step.t + 1 : step.t - 1;
  step.count = rows_in(pass, step.t, begin, end);
  step.count_before = rows_in(pass, step.before, begin, end);
  step.row = pass.base[step.t] + begin * pass.stride;
  step.row_before = step.count_before > 0 ? pass.base[step.before] + begin * pass.stride : 0;
  return step;
}

/** Calls `run` with tiles of nearly equal numbers of rows. */
template <int R, typename Run>
TORCHBOOK_INLINE void tile_of(int64_t rows, int64_t first, const Run& run) {
  if constexpr (R > 0) {
    if (rows == R) run.template operator()<R>(first);
    else tile_of<R - 1>(rows, first, run);
  }
}

template <typename Run>
TORCHBOOK_INLINE void for_tiles(int64_t rows, const Run& run) {
  const int64_t tiles = (rows + kRows - 1) / kRows;
  for (int64_t k = 0; k < tiles; ++k) {
    const int64_t first = rows * k / tiles;
    tile_of<kRows>(rows * (k + 1) / tiles - first, first, run);
  }
}

/** One tile of one block of units at one step. */
template <Cell kCell>
struct ForwardTile {
  const Pass& pass;
  const Step& step;
  int64_t block, width;
  const float* panel;
  const float* h;
  float* next;
  float* c;

  template <int R>
  void operator()(int64_t first) const {
    const int64_t hidden = pass.hidden;
    const int columns = columns_of(kCell);
    Vec sums[R][kWide];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int w = 0; w < kWide; ++w) sums[r][w] = load(panel + w * kLanes);
    }
    const float* weights = panel + kWide * kLanes;
    const int64_t row = step.row + first * pass.stride;
    accumulate<R, columns, false>(sums, pass.x + row * pass.input, pass.stride * pass.input, pass.input, weights);
    weights += pass.input * columns * kLanes;
    accumulate<R, columns, kCell == kGru>(sums, h + first * width, width, hidden, weights);

    const int64_t unit = block * units_of(kCell);
    const int64_t lanes = hidden - unit;
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const int64_t at = row + r * pass.stride;
      float* state = next + (first + r) * width + unit;
      float* output = pass.output + at * pass.output_stride + unit;
      float* saved = pass.saved == nullptr ? nullptr : pass.saved + at * saved_of(kCell) * hidden + unit;
      if constexpr (kCell == kLstm) {
        const Vec i = sigmoid(sums[r][0]);
        const Vec f = sigmoid(sums[r][1]);
        const Vec g = tanh(sums[r][2]);
        const Vec o = sigmoid(sums[r][3]);
        float* cell = c + (first + r) * width + unit;
        const Vec next_cell = f * load(cell) + i * g;
        const Vec result = o * tanh(next_cell);
        store(cell, next_cell);
        store(state, result);
        store_part(output, result, lanes);
        if (saved != nullptr) {
          store_part(saved, i, lanes);
          store_part(saved + hidden, f, lanes);
          store_part(saved + 2 * hidden, g, lanes);
          store_part(saved + 3 * hidden, o, lanes);
          store_part(saved + 4 * hidden, next_cell, lanes);
        }
      } else if constexpr (kCell == kGru) {
        const Vec reset = sigmoid(sums[r][0]);
        const Vec update = sigmoid(sums[r][1]);
        const Vec n = tanh(sums[r][2] + reset * sums[r][3]);
        const Vec result = n + update * (load(h + (first + r) * width + unit) - n);
        store(state, result);
        store_part(output, result, lanes);
        if (saved != nullptr) {
          store_part(saved, reset, lanes);
          store_part(saved + hidden, update, lanes);
          store_part(saved + 2 * hidden, n, lanes);
          store_part(saved + 3 * hidden, sums[r][3], lanes);
        }
      } else {
#pragma GCC unroll 8
        for (int w = 0; w < kWide; ++w) {
          const Vec sum = sums[r][w];
          const Vec result = kCell == kTanh ? tanh(sum) : (sum < 0.0f ? Vec{} : sum);
          store(state + w * kLanes, result);
          if (lanes > w * kLanes) store_part(output + w * kLanes, result, lanes - w * kLanes);
        }
      }
    }
  }
};

template <Cell kCell>
void forward(const Pass& pass, int64_t begin, int64_t end, float* scratch) {
  const int64_t hidden = pass.hidden;
  const int64_t width = padded(pass);
  const int64_t rows = end - begin;
  float* h = scratch;
  float* next = h + rows * width;
  float* c = next + rows * width;
  for (int64_t k = 0; k < 3 * rows * width; ++k) scratch[k] = 0.0f;
  for (int64_t r = 0; r < rows; ++r) {
    copy(h + r * width, pass.h0 + (begin + r) * hidden, hidden);
    if (kCell == kLstm) copy(c + r * width, pass.c0 + (begin + r) * hidden, hidden);
  }
  const int64_t blocks = (hidden + units_of(kCell) - 1) / units_of(kCell);
  const int64_t size = block_size<kCell>(pass);
  for (int64_t position = 0; position < pass.steps; ++position) {
    const Step step = step_at(pass, position, begin, end);
    if (step.count == 0) continue;
    for (int64_t block = 0; block < blocks; ++block) {
      for_tiles(step.count,
                ForwardTile<kCell>{pass, step, block, width, pass.panels + block * size, h, next, c});
    }
    copy(h, next, step.count * width);
  }
  for (int64_t r = 0; r < rows; ++r) {
    copy(pass.hn + (begin + r) * hidden, h + r * width, hidden);
    if (kCell == kLstm) copy(pass.cn + (begin + r) * hidden, c + r * width, hidden);
  }
}

/** Panels of W_hh for the way back: blocks of four vectors of hidden units, one row per gate unit. */
void pack_backward(const Pass& pass, int64_t block) {
  const int64_t depth = gates_of(pass.cell) * pass.hidden;
  const int64_t unit = block * kWide * kLanes;
  const int64_t count = smaller(pass.hidden - unit, kWide * kLanes);
  float* at = pass.panels + block * depth * kWide * kLanes;
  for (int64_t k = 0; k < depth; ++k, at += kWide * kLanes) {
    const float* from = pass.w_hh + k * pass.hidden + unit;
    for (int64_t j = 0; j < kWide * kLanes; ++j) at[j] = j < count ? from[j] : 0.0f;
  }
}

/** Gradients of the hidden state before a step, added to what flows past the gates. */
struct BackwardTile {
  const Pass& pass;
  const Step& step;
  int64_t block, width, depth;
  const float* panel;
  float* dh;

  template <int R>
  void operator()(int64_t first) const {
    const int64_t unit = block * kWide * kLanes;
    Vec sums[R][kWide];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int w = 0; w < kWide; ++w) sums[r][w] = load(dh + (first + r) * width + unit + w * kLanes);
    }
    const int64_t row = step.row + first * pass.stride;
    accumulate<R, kWide, false>(sums, pass.d_hidden + row * depth, pass.stride * depth, depth, panel);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int w = 0; w < kWide; ++w) store(dh + (first + r) * width + unit + w * kLanes, sums[r][w]);
    }
  }
};

/** Gradients of the gates of one row at one step; leaves in `dh` what flows past the gates. */
template <Cell kCell>
TORCHBOOK_INLINE void gate_gradients(const Pass& pass, int64_t row, const float* before, const float* cell_before,
                                     float* dh, float* dc) {
  const int64_t hidden = pass.hidden;
  const float* saved = pass.saved + row * saved_of(kCell) * hidden;
  const float* d_output = pass.d_output + row * pass.output_stride;
  float* d_input = pass.d_input + row * gates_of(kCell) * hidden;
  float* d_hidden = pass.d_hidden + row * gates_of(kCell) * hidden;
  float* h_before = pass.h_before + row * hidden;
  for (int64_t unit = 0; unit < hidden; unit += kLanes) {
    const int64_t lanes = hidden - unit;
    const Vec grad = load_part(d_output + unit, lanes) + load(dh + unit);
    const Vec previous = load_part(before + unit, lanes);
    store_part(h_before + unit, previous, lanes);
    if constexpr (kCell == kLstm) {
      const Vec i = load_part(saved + unit, lanes);
      const Vec f = load_part(saved + hidden + unit, lanes);
      const Vec g = load_part(saved + 2 * hidden + unit, lanes);
      const Vec o = load_part(saved + 3 * hidden + unit, lanes);
      const Vec squashed = tanh(load_part(saved + 4 * hidden + unit, lanes));
      const Vec cell = load(dc + unit) + grad * o * (1.0f - squashed * squashed);
      store_part(d_input + unit, cell * g * i * (1.0f - i), lanes);
      store_part(d_input + hidden + unit, cell * load_part(cell_before + unit, lanes) * f * (1.0f - f), lanes);
      store_part(d_input + 2 * hidden + unit, cell * i * (1.0f - g * g), lanes);
      store_part(d_input + 3 * hidden + unit, grad * squashed * o * (1.0f - o), lanes);
      store(dc + unit, cell * f);
      store(dh + unit, Vec{});
    } else if constexpr (kCell == kGru) {
      const Vec reset = load_part(saved + unit, lanes);
      const Vec update = load_part(saved + hidden + unit, lanes);
      const Vec n = load_part(saved + 2 * hidden + unit, lanes);
      const Vec share = load_part(saved + 3 * hidden + unit, lanes);
      const Vec d_n = grad * (1.0f - update) * (1.0f - n * n);
      const Vec d_reset = d_n * share * reset * (1.0f - reset);
      const Vec d_update = grad * (previous - n) * update * (1.0f - update);
      store_part(d_input + unit, d_reset, lanes);
      store_part(d_input + hidden + unit, d_update, lanes);
      store_part(d_input + 2 * hidden + unit, d_n, lanes);
      store_part(d_hidden + unit, d_reset, lanes);
      store_part(d_hidden + hidden + unit, d_update, lanes);
      store_part(d_hidden + 2 * hidden + unit, d_n * reset, lanes);
      store(dh + unit, grad * update);
    } else {
      const Vec y = load_part(pass.output + row * pass.output_stride + unit, lanes);
      store_part(d_input + unit, kCell == kTanh ? grad * (1.0f - y * y) : (y > 0.0f ? grad : Vec{}), lanes);
      store(dh + unit, Vec{});
    }
  }
}

template <Cell kCell>
void backward(const Pass& pass, int64_t begin, int64_t end, float* scratch) {
  const int64_t hidden = pass.hidden;
  const int64_t width = padded(pass);
  const int64_t rows = end - begin;
  const int64_t depth = gates_of(kCell) * hidden;
  float* dh = scratch;
  float* dc = dh + rows * width;
  for (int64_t k = 0; k < 2 * rows * width; ++k) scratch[k] = 0.0f;
  for (int64_t r = 0; r < rows; ++r) {
    if (pass.d_hn != nullptr) copy(dh + r * width, pass.d_hn + (begin + r) * hidden, hidden);
    if (kCell == kLstm && pass.d_cn != nullptr) copy(dc + r * width, pass.d_cn + (begin + r) * hidden, hidden);
  }
  const int64_t blocks = width / (kWide * kLanes);
  for (int64_t position = pass.steps - 1; position >= 0; --position) {
    const Step step = step_at(pass, position, begin, end);
    if (step.count == 0) continue;
    for (int64_t r = 0; r < step.count; ++r) {
      const bool first = r >= step.count_before;
      const int64_t row_before = step.row_before + r * pass.stride;
      const float* before = first ? pass.h0 + (begin + r) * hidden : pass.output + row_before * pass.output_stride;
      const float* cell_before = nullptr;
      if (kCell == kLstm) {
        cell_before = first ? pass.c0 + (begin + r) * hidden
                            : pass.saved + (row_before * saved_of(kCell) + 4) * hidden;
      }
      gate_gradients<kCell>(pass, step.row + r * pass.stride, before, cell_before, dh + r * width, dc + r * width);
    }
    for (int64_t block = 0; block < blocks; ++block) {
      const float* panel = pass.panels + block * depth * kWide * kLanes;
      for_tiles(step.count, BackwardTile{pass, step, block, width, depth, panel, dh});
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    copy(pass.d_h0 + (begin + r) * hidden, dh + r * width, hidden);
    if (kCell == kLstm) copy(pass.d_c0 + (begin + r) * hidden, dc + r * width, hidden);
  }
}

int64_t forward_blocks(const Pass& pass) {
  const int64_t units = units_of(pass.cell);
  return (pass.hidden + units - 1) / units;
}

int64_t forward_panel_size(const Pass& pass) {
  return forward_blocks(pass) * (kWide + columns_of(pass.cell) * (pass.input + pass.hidden)) * kLanes;
}

int64_t backward_blocks(const Pass& pass) { return padded(pass) / (kWide * kLanes); }

int64_t backward_panel_size(const Pass& pass) { return padded(pass) * gates_of(pass.cell) * pass.hidden; }

int64_t scratch_size(const Pass& pass, int64_t rows) { return 3 * rows * padded(pass); }

void pack_forward_any(const Pass& pass, int64_t block) {
  switch (pass.cell) {
    case kTanh:
    case kRelu: return pack_forward<kTanh>(pass, block);
    case kGru: return pack_forward<kGru>(pass, block);
    case kLstm: return pack_forward<kLstm>(pass, block);
  }
}

void forward_any(const Pass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.cell) {
    case kTanh: return forward<kTanh>(pass, begin, end, scratch);
    case kRelu: return forward<kRelu>(pass, begin, end, scratch);
    case kGru: return forward<kGru>(pass, begin, end, scratch);
    case kLstm: return forward<kLstm>(pass, begin, end, scratch);
  }
}

void backward_any(const Pass& pass, int64_t begin, int64_t end, float* scratch) {
  switch (pass.cell) {
    case kTanh: return backward<kTanh>(pass, begin, end, scratch);
    case kRelu: return backward<kRelu>(pass, begin, end, scratch);
    case kGru: return backward<kGru>(pass, begin, end, scratch);
    case kLstm: return backward<kLstm>(pass, begin, end, scratch);
  }
}

}  // namespace
}  // namespace TORCHBOOK_VARIANT

#define TORCHBOOK_TEXT_(name) #name
#define TORCHBOOK_TEXT(name) TORCHBOOK_TEXT_(name)

const Kernels TORCHBOOK_KERNELS = {
    TORCHBOOK_TEXT(TORCHBOOK_VARIANT),      TORCHBOOK_VARIANT::forward_blocks,
    TORCHBOOK_VARIANT::forward_panel_size,  TORCHBOOK_VARIANT::pack_forward_any,
    TORCHBOOK_VARIANT::backward_blocks,     TORCHBOOK_VARIANT::backward_panel_size,
    TORCHBOOK_VARIANT::pack_backward,       TORCHBOOK_VARIANT::scratch_size,
    TORCHBOOK_VARIANT::forward_any,         TORCHBOOK_VARIANT::backward_any,
};

}  // namespace torchbook
