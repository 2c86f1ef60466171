/**
 * @file The recurrent layers' kernels: common parts and the way forward. Included by one source per instruction set, which
 * defines TORCHBOOK_VARIANT (a namespace), TORCHBOOK_KERNELS (the table), TORCHBOOK_LANES (floats per vector) and
 * TORCHBOOK_ROWS (rows per tile).
 *
 * Each call runs all steps for some rows of the batch, so that threads never wait for one another between steps. A tile is a
 * few rows times four vectors: x W_ih' and h W_hh' add up in the same registers, and the cell's functions are applied before
 * anything is stored.
 */
#include "recurrent.h"

namespace torchbook {
namespace TORCHBOOK_VARIANT {
namespace {

#include "recurrent-vector.h"

/** Units in a block: cells with one gate have four vectors of units instead of four gates of one vector. */
constexpr int64_t units_of(Cell cell) { return gates_of(cell) == 1 ? kBlock : kLanes; }
/** Vectors of weights per row of a panel. */
constexpr int columns_of(Cell cell) { return cell == kGru ? 3 : kWide; }

int64_t blocks_of(const Layer& layer) { return parts_of(layer.hidden, units_of(layer.cell)); }

/** Floats per row of a state: whole blocks. */
TORCHBOOK_INLINE int64_t width_of(const Layer& layer) { return round_up(layer.hidden, kBlock); }

int64_t saved_width(const Layer& layer) { return blocks_of(layer) * saved_of(layer.cell) * kLanes; }

/** Where a step's saved numbers are: how many rows the steps before it have, and how many it has. */
struct Place {
  int64_t before, size;
};

/** One step for some rows. */
struct Step {
  /** Rows in this step, and in the step before in the direction's order (0 if there is none). */
  int64_t count, count_before;
  /** Row of the first in all matrices over steps, now and a step before. */
  int64_t row, row_before;
  Place now, then;
};

TORCHBOOK_INLINE int64_t rows_in(const Layer& layer, const Rows& rows, int64_t t) {
  if (t < 0 || t >= layer.steps || layer.sizes[t] <= rows.first) return 0;
  return smaller(parts_of(layer.sizes[t] - rows.first, rows.step), rows.count);
}

TORCHBOOK_INLINE Place place_of(const Layer& layer, int64_t t) {
  return {layer.stride > 1 ? t * layer.batch : layer.base[t], layer.sizes[t]};
}

TORCHBOOK_INLINE Step step_at(const Layer& layer, const Direction& direction, const Rows& rows, int64_t position) {
  const int64_t t = direction.reverse ? layer.steps - 1 - position : position;
  const int64_t before = direction.reverse ? t + 1 : t - 1;
  Step step = {};
  if (position < 0 || position >= layer.steps) return step;
  step.count = rows_in(layer, rows, t);
  step.count_before = rows_in(layer, rows, before);
  step.row = layer.base[t] + rows.first * layer.stride;
  step.row_before = step.count_before > 0 ? layer.base[before] + rows.first * layer.stride : 0;
  step.now = place_of(layer, t);
  step.then = step.count_before > 0 ? place_of(layer, before) : step.now;
  return step;
}

/**
 * The saved numbers of the first of some rows at one block of units, those of the next row behind them. However the batch
 * lies, they are in the order in which they are written: step, block, row.
 */
template <Cell kCell>
TORCHBOOK_INLINE float* saved_at(const Layer& layer, const Direction& direction, const Rows& rows, const Place& place,
                                 int64_t block) {
  const int64_t row = place.before * blocks_of(layer) + block * place.size + rows.first;
  return direction.saved + row * saved_of(kCell) * kLanes;
}

/** Floats of a forward block: biases, then the input's and the hidden state's weights. */
template <Cell kCell>
TORCHBOOK_INLINE int64_t block_size(const Layer& layer) {
  return (kWide + columns_of(kCell) * (layer.input + layer.hidden)) * kLanes;
}

template <Cell kCell>
void pack_forward(const Layer& layer, const Direction& direction, int64_t block) {
  const int64_t hidden = layer.hidden;
  const bool gated = gates_of(kCell) > 1;
  float* at = direction.panels + block * block_size<kCell>(layer);
  for (int c = 0; c < kWide; ++c) {
    // GRU's fourth sum is the hidden state's share of n alone, its third the input's.
    const int64_t gate = !gated ? 0 : kCell == kGru && c == 3 ? 2 : c;
    const int64_t unit = block * units_of(kCell) + (gated ? 0 : c * kLanes);
    const bool from_input = !(kCell == kGru && c == 3);
    const bool from_hidden = !(kCell == kGru && c == 2);
    for (int64_t k = 0; k < kLanes; ++k, ++at) {
      const int64_t from = gate * hidden + unit + k;
      *at = unit + k >= hidden || direction.b_ih == nullptr
                ? 0.0f
                : (from_input ? direction.b_ih[from] : 0.0f) + (from_hidden ? direction.b_hh[from] : 0.0f);
    }
  }
  constexpr int columns = columns_of(kCell);
  for (int part = 0; part < 2; ++part) {
    const float* weights = part == 0 ? direction.w_ih : direction.w_hh;
    const int64_t depth = part == 0 ? layer.input : hidden;
    // The rows of a gate's units lie behind one another: those of the next gate come while one is turned over.
    for (int c = -1; c < columns; ++c) {
      if (c + 1 < columns) {
        const int64_t unit = block * units_of(kCell) + (gated ? 0 : (c + 1) * kLanes);
        const int64_t units = smaller(hidden - unit, kLanes);
        if (units > 0) prefetch_row(weights + ((gated ? (c + 1) * hidden : 0) + unit) * depth, units * depth);
      }
      if (c < 0) continue;
      const int64_t unit = block * units_of(kCell) + (gated ? 0 : c * kLanes);
      const float* from = weights + ((gated ? c * hidden : 0) + unit) * depth;
      for (int64_t k = 0; k < depth; k += kLanes) {
        transpose(at + (k * columns + c) * kLanes, columns * kLanes, from + k, depth, smaller(hidden - unit, kLanes),
                  smaller(depth - k, kLanes), true);
      }
    }
    at += depth * columns * kLanes;
  }
}

/** One tile of one block of units at one step. */
template <Cell kCell>
struct ForwardTile {
  const Layer& layer;
  const Direction& direction;
  /** The first row in all matrices over steps, and how far apart rows are. */
  int64_t row, apart;
  /** How far apart rows are among what is saved. */
  int64_t saved_apart;
  int64_t block, width;
  const float* panel;
  const float* h;
  float* next;
  float* c;
  /** For the first row; null to save nothing. */
  float* saved_first;
  /** The next block's panel if it is to be fetched meanwhile, else null; and how much of it per row. */
  const float* ahead;
  int64_t ahead_each;
  /** Which part of the depth, the input's features and then the hidden state's, and where sums wait for the other parts. */
  int64_t begin, end;
  float* waiting;

  template <int R>
  void operator()(int64_t first) const {
    const int64_t hidden = layer.hidden;
    const bool last = end == layer.input + hidden;
    constexpr int columns = columns_of(kCell);
    constexpr int64_t kept = saved_of(kCell) * kLanes;
    const int64_t unit = block * units_of(kCell);
    const int64_t at = row + first * apart;
    float* output = direction.output + at * layer.output_stride + unit;
    float* saved = saved_first == nullptr ? nullptr : saved_first + first * saved_apart * kept;
    // The results' lines come while the product is calculated.
#pragma GCC unroll 16
    for (int r = 0; r < R && last; ++r) {
      prefetch_to_write(output + r * apart * layer.output_stride);
      if (kept > 0 && saved != nullptr) {
#pragma GCC unroll 8
        for (int64_t k = 0; k < kept; k += kLine) prefetch_to_write(saved + r * saved_apart * kept + k);
      }
    }
    const float* from = begin == 0 ? panel : waiting + first * kBlock;
    const int64_t from_apart = begin == 0 ? 0 : kBlock;
    Vec sums[R][kWide];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int w = 0; w < kWide; ++w) sums[r][w] = load(from + r * from_apart + w * kLanes);
    }
    const float* weights = panel + kBlock + begin * columns * kLanes;
    const float* coming = ahead == nullptr ? nullptr : ahead + first * ahead_each + begin * kLine;
    if (begin < layer.input) {
      const int64_t depth = smaller(end, layer.input) - begin;
      accumulate<R, columns>(sums, layer.x + at * layer.input + begin, apart * layer.input, depth, weights, columns * kLanes,
                             coming);
      weights += depth * columns * kLanes;
      if (coming != nullptr) coming += depth * kLine;
    }
    if (end > layer.input) {
      const int64_t start = larger(begin, layer.input);
      accumulate<R, columns, kCell == kGru>(sums, h + first * width + start - layer.input, width, end - start, weights,
                                            columns * kLanes, coming);
    }
    if (!last) {
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
        for (int w = 0; w < kWide; ++w) store(waiting + (first + r) * kBlock + w * kLanes, sums[r][w]);
      }
      return;
    }

    const int64_t lanes = hidden - unit;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      float* state = next + (first + r) * width + unit;
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
          store(saved, i);
          store(saved + kLanes, f);
          store(saved + 2 * kLanes, g);
          store(saved + 3 * kLanes, o);
          store(saved + 4 * kLanes, next_cell);
        }
      } else if constexpr (kCell == kGru) {
        const Vec reset = sigmoid(sums[r][0]);
        const Vec update = sigmoid(sums[r][1]);
        const Vec n = tanh(sums[r][2] + reset * sums[r][3]);
        const Vec result = n + update * (load(h + (first + r) * width + unit) - n);
        store(state, result);
        store_part(output, result, lanes);
        if (saved != nullptr) {
          store(saved, reset);
          store(saved + kLanes, update);
          store(saved + 2 * kLanes, n);
          store(saved + 3 * kLanes, sums[r][3]);
        }
      } else {
#pragma GCC unroll 8
        for (int w = 0; w < kWide; ++w) {
          const Vec sum = sums[r][w];
          const Vec result = kCell == kTanh ? tanh(sum) : (sum > 0.0f ? sum : Vec{});
          store(state + w * kLanes, result);
          if (lanes > w * kLanes) store_part(output + w * kLanes, result, lanes - w * kLanes);
        }
      }
      output += apart * layer.output_stride;
      if (saved != nullptr) saved += saved_apart * kept;
    }
  }
};

/** A step's rows of the input. */
TORCHBOOK_INLINE void prefetch_inputs(const Layer& layer, const Step& step, int64_t apart) {
  for (int64_t r = 0; r < step.count; ++r) prefetch_row(layer.x + (step.row + r * apart) * layer.input, layer.input);
}

template <Cell kCell>
void forward(const Layer& layer, const Direction& direction, const Rows& rows, float* scratch) {
  const int64_t hidden = layer.hidden;
  const int64_t width = width_of(layer);
  float* h = scratch;
  float* next = h + rows.count * width;
  float* c = next + rows.count * width;
  float* sums = c + rows.count * width;
  for (int64_t k = 0; k < 3 * rows.count * width; ++k) scratch[k] = 0.0f;
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t b = rows.first + r * rows.step;
    if (direction.h0 != nullptr) copy(h + r * width, direction.h0 + b * hidden, hidden);
    if (kCell == kLstm && direction.c0 != nullptr) copy(c + r * width, direction.c0 + b * hidden, hidden);
  }
  const int64_t blocks = blocks_of(layer);
  const int64_t size = block_size<kCell>(layer);
  const int64_t apart = layer.stride * rows.step;
  const bool large = blocks * size > kSecond;
  const int64_t depth = layer.input + hidden;
  const int64_t parts = large ? parts_of(size, kFirst) : 1;
  for (int64_t position = 0; position < layer.steps; ++position) {
    const Step step = step_at(layer, direction, rows, position);
    if (step.count == 0) continue;
    prefetch_inputs(layer, step_at(layer, direction, rows, position + 1), apart);
    for (int64_t k = 0; k < blocks; ++k) {
      // A large layer's blocks are passed to and fro: the last ones are still in the second cache.
      const bool back = large && position % 2 == 1;
      const int64_t block = back ? blocks - 1 - k : k;
      const float* panel = direction.panels + block * size;
      const float* ahead = !large || k + 1 == blocks ? nullptr : back ? panel - size : panel + size;
      float* saved = direction.saved == nullptr ? nullptr : saved_at<kCell>(layer, direction, rows, step.now, block);
      for (int64_t part = 0; part < parts; ++part) {
        for_tiles<kRows>(step.count, ForwardTile<kCell>{layer, direction, step.row, apart, rows.step, block, width, panel, h,
                                                       next, c, saved, ahead, size / kLine / step.count * kLine,
                                                       depth * part / parts, depth * (part + 1) / parts, sums});
      }
    }
    // Rows that are not in this step keep their states.
    copy(h, next, step.count * width);
  }
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t b = rows.first + r * rows.step;
    copy(direction.hn + b * hidden, h + r * width, hidden);
    if (kCell == kLstm) copy(direction.cn + b * hidden, c + r * width, hidden);
  }
}

int64_t forward_panel_size(const Layer& layer) {
  return blocks_of(layer) * (kWide + columns_of(layer.cell) * (layer.input + layer.hidden)) * kLanes;
}

int64_t forward_scratch_size(const Layer& layer, int64_t rows) { return rows * (3 * width_of(layer) + kBlock); }

void pack_forward_any(const Layer& layer, const Direction& direction, int64_t part) {
  switch (layer.cell) {
    case kTanh:
    case kRelu: return pack_forward<kTanh>(layer, direction, part);
    case kGru: return pack_forward<kGru>(layer, direction, part);
    case kLstm: return pack_forward<kLstm>(layer, direction, part);
  }
}

void forward_any(const Layer& layer, const Direction& direction, const Rows& rows, float* scratch) {
  switch (layer.cell) {
    case kTanh: return forward<kTanh>(layer, direction, rows, scratch);
    case kRelu: return forward<kRelu>(layer, direction, rows, scratch);
    case kGru: return forward<kGru>(layer, direction, rows, scratch);
    case kLstm: return forward<kLstm>(layer, direction, rows, scratch);
  }
}

#include "recurrent-product.h"

#include "recurrent-backward.h"

}  // namespace
}  // namespace TORCHBOOK_VARIANT

#define TORCHBOOK_TEXT_(name) #name
#define TORCHBOOK_TEXT(name) TORCHBOOK_TEXT_(name)

const Kernels TORCHBOOK_KERNELS = {
    TORCHBOOK_TEXT(TORCHBOOK_VARIANT),
    TORCHBOOK_VARIANT::saved_width,
    TORCHBOOK_VARIANT::forward_panel_size,
    TORCHBOOK_VARIANT::blocks_of,
    TORCHBOOK_VARIANT::pack_forward_any,
    TORCHBOOK_VARIANT::forward_scratch_size,
    TORCHBOOK_VARIANT::forward_any,
    TORCHBOOK_VARIANT::backward_panel_size,
    TORCHBOOK_VARIANT::backward_parts,
    TORCHBOOK_VARIANT::pack_backward,
    TORCHBOOK_VARIANT::backward_scratch_size,
    TORCHBOOK_VARIANT::sums_size,
    TORCHBOOK_VARIANT::backward_any,
    TORCHBOOK_VARIANT::blocks_of,
    TORCHBOOK_VARIANT::gather_any,
};

}  // namespace torchbook
