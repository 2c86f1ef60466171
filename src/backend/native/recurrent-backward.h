/**
 * @file The recurrent layers' kernels: the way back. Included by `recurrent-kernel.h` inside its namespace.
 *
 * The gates' gradients of some steps gather in a buffer, block by block of units, until it holds about kChunk rows: few enough
 * that a block of it stays in the first cache. Then the input's gradient and the weights' are calculated from it. A block is
 * four vectors wide: the gates i, f, g, o (LSTM); n as h W_hn' meets it, r, z, n as x W_in' does (GRU); units (RNN). The
 * weights' gradients are gathered turned over, so that vectors run over gates, whose number is even, and not over features.
 */

/** Gradients of the gates of one step's rows, into `gates`; leaves in `dh` what flows past them (GRU). */
template <Cell kCell>
void gate_gradients(const Layer& layer, const Direction& direction, const Rows& rows, const Step& step, float* dh,
                    float* dc, float* gates, float* biases) {
  const int64_t hidden = layer.hidden;
  const int64_t width = width_of(layer);
  const int64_t apart = layer.stride * rows.step;
  constexpr int64_t kept = saved_of(kCell) * kLanes;
  const int64_t blocks = blocks_of(layer);
  for (int64_t block = 0; block < blocks; ++block) {
    Vec sums[kWide];
    for (int v = 0; v < kWide; ++v) sums[v] = biases == nullptr ? Vec{} : load(biases + block * kBlock + v * kLanes);
    const float* saved = kept == 0 ? nullptr : saved_at<kCell>(layer, direction, rows, step.now, block);
    const float* saved_before = kept == 0 ? nullptr : saved_at<kCell>(layer, direction, rows, step.then, block);
    for (int64_t r = 0; r < step.count; ++r, saved += rows.step * kept, saved_before += rows.step * kept) {
      const int64_t b = rows.first + r * rows.step;
      const int64_t row = step.row + r * apart;
      const int64_t row_before = step.row_before + r * apart;
      const bool first = r >= step.count_before;
      const float* d_output = direction.d_output == nullptr ? nullptr : direction.d_output + row * layer.output_stride;
      float* to = gates + (block * kChunk + r) * kBlock;
      // The step before is the next one.
      if (kept > 0 && !first) {
#pragma GCC unroll 8
        for (int64_t k = 0; k < kept; k += kLine) prefetch_to_second(saved_before + k);
      }
      Vec parts[kWide];
      const int64_t unit = block * units_of(kCell);
      const int64_t lanes = hidden - unit;
      if constexpr (gates_of(kCell) > 1) {
        Vec grad = load(dh + r * width + unit);
        if (d_output != nullptr) grad += load_part(d_output + unit, lanes);
        if constexpr (kCell == kLstm) {
          const Vec i = load(saved);
          const Vec f = load(saved + kLanes);
          const Vec g = load(saved + 2 * kLanes);
          const Vec o = load(saved + 3 * kLanes);
          const Vec squashed = tanh(load(saved + 4 * kLanes));
          Vec before = {};
          if (!first) before = load(saved_before + 4 * kLanes);
          else if (direction.c0 != nullptr) before = load_part(direction.c0 + b * hidden + unit, lanes);
          const Vec cell = load(dc + r * width + unit) + grad * o * (1.0f - squashed * squashed);
          parts[0] = cell * g * i * (1.0f - i);
          parts[1] = cell * before * f * (1.0f - f);
          parts[2] = cell * i * (1.0f - g * g);
          parts[3] = grad * squashed * o * (1.0f - o);
          store(dc + r * width + unit, cell * f);
        } else {
          const Vec reset = load(saved);
          const Vec update = load(saved + kLanes);
          const Vec n = load(saved + 2 * kLanes);
          const Vec share = load(saved + 3 * kLanes);
          Vec before = {};
          if (!first) before = load_part(direction.output + row_before * layer.output_stride + unit, lanes);
          else if (direction.h0 != nullptr) before = load_part(direction.h0 + b * hidden + unit, lanes);
          const Vec d_n = grad * (1.0f - update) * (1.0f - n * n);
          parts[0] = d_n * reset;
          parts[1] = d_n * share * reset * (1.0f - reset);
          parts[2] = grad * (before - n) * update * (1.0f - update);
          parts[3] = d_n;
          store(dh + r * width + unit, grad * update);
        }
      } else {
        const float* output = direction.output + row * layer.output_stride + unit;
        for (int v = 0; v < kWide; ++v) {
          const int64_t from = v * kLanes;
          if (from >= lanes) {
            parts[v] = Vec{};
            continue;
          }
          const Vec y = load_part(output + from, lanes - from);
          Vec grad = load(dh + r * width + unit + from);
          if (d_output != nullptr) grad += load_part(d_output + unit + from, lanes - from);
          parts[v] = kCell == kTanh ? grad * (1.0f - y * y) : (y > 0.0f ? grad : Vec{});
        }
      }
#pragma GCC unroll 8
      for (int v = 0; v < kWide; ++v) {
        store(to + v * kLanes, parts[v]);
        sums[v] += parts[v];
      }
    }
    if (biases != nullptr) {
      for (int v = 0; v < kWide; ++v) store(biases + block * kBlock + v * kLanes, sums[v]);
    }
  }
}

/** One tile of the weights' gradients: some features of one block's gates, added up over the buffer's rows. */
template <int C>
struct WeightTile {
  const float* gates;
  const float* features;
  int64_t apart, rows;
  bool begun;
  float* sums;

  template <int R>
  void operator()(int64_t first) const {
    float* to = sums + first * C * kLanes;
    Vec values[R][C];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) values[r][c] = begun ? load(to + (r * C + c) * kLanes) : Vec{};
    }
    accumulate_turned<R, C>(values, features + first, apart, rows, gates, kBlock);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) store(to + (r * C + c) * kLanes, values[r][c]);
    }
  }
};

/** Floats from row to row of a buffer of features: an odd number of cache lines, so that rows spread over all of the cache. */
TORCHBOOK_INLINE int64_t features_apart(const Layer& layer) { return (parts_of(layer.input + layer.hidden, 16) | 1) * 16; }

/** Where a side's sums of a block begin; the biases' come first. */
TORCHBOOK_INLINE int64_t sums_at(const Layer& layer, Side side, int64_t block) {
  const int64_t each = columns_of(layer.cell) * kLanes;
  const int64_t blocks = blocks_of(layer);
  return blocks * kBlock + (side == kInputSide ? 0 : blocks * layer.input * each) + block * features_of(layer, side) * each;
}

int64_t sums_size(const Layer& layer) { return sums_at(layer, kHiddenSide, blocks_of(layer)); }

/** The rows whose gates' gradients are in the buffer: their rows in all matrices over steps, and the states before them. */
struct Chunk {
  int64_t rows;
  int64_t row[kChunk];
  const float* before[kChunk];
};

/** The buffer's share of the input's gradient and of the weights'. */
void finish_chunk(const Layer& layer, const Direction& direction, const Chunk& chunk, bool add, Sums* sums,
                  const float* gates, float* features) {
  if (direction.d_x != nullptr) {
    float* to[kChunk];
    for (int64_t r = 0; r < chunk.rows; ++r) to[r] = direction.d_x + chunk.row[r] * layer.input;
    times_weights(layer, direction, kInputSide, gates, chunk.rows, Target{to, layer.input, add});
  }
  if (sums == nullptr) return;
  const int64_t apart = features_apart(layer);
  for (int64_t r = 0; r < chunk.rows; ++r) {
    copy(features + r * apart, layer.x + chunk.row[r] * layer.input, layer.input);
    copy_or_clear(features + r * apart + layer.input, chunk.before[r], layer.hidden);
  }
  const int64_t blocks = blocks_of(layer);
  for (int64_t block = 0; block < blocks; ++block) {
    for (const Side side : kSides) {
      const float* panel = gates + block * kChunk * kBlock + first_of(layer.cell, side) * kLanes;
      const float* from = features + (side == kInputSide ? 0 : layer.input);
      float* to = sums->values + sums_at(layer, side, block);
      const int64_t count = features_of(layer, side);
      if (layer.cell == kGru) {
        for_tiles<rows_of(3)>(count, WeightTile<3>{panel, from, apart, chunk.rows, sums->begun, to});
      } else {
        for_tiles<rows_of(4)>(count, WeightTile<4>{panel, from, apart, chunk.rows, sums->begun, to});
      }
    }
  }
  sums->begun = true;
}

template <Cell kCell>
void backward(const Layer& layer, const Direction& direction, const Rows& rows, bool add, Sums* sums, float* scratch) {
  const int64_t hidden = layer.hidden;
  const int64_t width = width_of(layer);
  const int64_t blocks = blocks_of(layer);
  const int64_t apart = layer.stride * rows.step;
  float* dh = scratch;
  float* dc = dh + rows.count * width;
  float* gates = dc + rows.count * width;
  float* features = gates + blocks * kChunk * kBlock;
  for (int64_t k = 0; k < 2 * rows.count * width; ++k) scratch[k] = 0.0f;
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t b = rows.first + r * rows.step;
    if (direction.d_hn != nullptr) copy(dh + r * width, direction.d_hn + b * hidden, hidden);
    if (kCell == kLstm && direction.d_cn != nullptr) copy(dc + r * width, direction.d_cn + b * hidden, hidden);
  }
  float* biases = sums == nullptr ? nullptr : sums->values;
  if (sums != nullptr && !sums->begun) {
    for (int64_t k = 0; k < blocks * kBlock; ++k) biases[k] = 0.0f;
  }
  float* states[kMostRows];
  for (int64_t r = 0; r < rows.count; ++r) states[r] = dh + r * width;
  Chunk chunk;
  chunk.rows = 0;
  for (int64_t position = layer.steps - 1; position >= 0; --position) {
    const Step step = step_at(layer, direction, rows, position);
    if (step.count == 0) continue;
    if (chunk.rows + step.count > kChunk) {
      finish_chunk(layer, direction, chunk, add, sums, gates, features);
      chunk.rows = 0;
    }
    for (int64_t r = 0; r < step.count; ++r) {
      const int64_t b = rows.first + r * rows.step;
      chunk.row[chunk.rows + r] = step.row + r * apart;
      if (sums != nullptr) prefetch_row(layer.x + (step.row + r * apart) * layer.input, layer.input);
      chunk.before[chunk.rows + r] =
          r < step.count_before ? direction.output + (step.row_before + r * apart) * layer.output_stride
          : direction.h0 == nullptr ? nullptr : direction.h0 + b * hidden;
      // What the next step and the products of the buffer will read.
      if (r < step.count_before) {
        const int64_t row = step.row_before + r * apart;
        prefetch_row(direction.output + row * layer.output_stride, hidden);
        if (direction.d_output != nullptr) prefetch_row(direction.d_output + row * layer.output_stride, hidden);
      }
    }
    float* at = gates + chunk.rows * kBlock;
    gate_gradients<kCell>(layer, direction, rows, step, dh, dc, at, biases);
    times_weights(layer, direction, kHiddenSide, at, step.count, Target{states, width, kCell == kGru});
    chunk.rows += step.count;
  }
  if (chunk.rows > 0) finish_chunk(layer, direction, chunk, add, sums, gates, features);
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t b = rows.first + r * rows.step;
    if (direction.d_h0 != nullptr) copy(direction.d_h0 + b * hidden, dh + r * width, hidden);
    if (kCell == kLstm && direction.d_c0 != nullptr) copy(direction.d_c0 + b * hidden, dc + r * width, hidden);
  }
}

int64_t backward_scratch_size(const Layer& layer, int64_t rows) {
  return 2 * rows * width_of(layer) + blocks_of(layer) * kChunk * kBlock + kChunk * features_apart(layer);
}

/** A block's share of the weights' gradients: the tasks' sums, turned over. */
template <Cell kCell>
void gather(const Layer& layer, const Direction& direction, float* const* sums, int64_t count, int64_t block) {
  constexpr int columns = columns_of(kCell);
  const auto add_up = [&](int64_t at, int64_t size) {
    for (int64_t task = 1; task < count; ++task) {
      for (int64_t k = 0; k < size; k += kLanes) store(sums[0] + at + k, load(sums[0] + at + k) + load(sums[task] + at + k));
    }
  };
  // A unit's results, and those of the next units, lie behind one another: they come while the sums are added up.
  const auto fetch_results = [&](Side side, int c) {
    const int v = first_of(kCell, side) + c;
    const int64_t unit = unit_at(kCell, block, v);
    const int64_t features = features_of(layer, side);
    float* to = (side == kInputSide ? direction.d_w_ih : direction.d_w_hh) + (gate_at(kCell, v) * layer.hidden + unit) * features;
    const int64_t size = smaller(layer.hidden - unit, kLanes) * features;
    for (int64_t k = 0; k < size; k += kLine) prefetch_to_write(to + k);
  };
  add_up(block * kBlock, kBlock);
  for (const Side side : kSides) {
    const int64_t features = features_of(layer, side);
    const int64_t at = sums_at(layer, side, block);
    float* weights = side == kInputSide ? direction.d_w_ih : direction.d_w_hh;
    float* biases = side == kInputSide ? direction.d_b_ih : direction.d_b_hh;
    fetch_results(side, 0);
    add_up(at, features * columns * kLanes);
    for (int c = 0; c < columns; ++c) {
      const int v = first_of(kCell, side) + c;
      const int64_t unit = unit_at(kCell, block, v);
      const int64_t lanes = smaller(layer.hidden - unit, kLanes);
      if (lanes <= 0) continue;
      if (c + 1 < columns) fetch_results(side, c + 1);
      const int64_t to = gate_at(kCell, v) * layer.hidden + unit;
      if (biases != nullptr) store_part(biases + to, load(sums[0] + block * kBlock + v * kLanes), lanes);
      for (int64_t k = 0; k < features; k += kLanes) {
        transpose(weights + to * features + k, features, sums[0] + at + (k * columns + c) * kLanes, columns * kLanes,
                  smaller(features - k, kLanes), lanes, false);
      }
    }
  }
}

void backward_any(const Layer& layer, const Direction& direction, const Rows& rows, bool add, Sums* sums, float* scratch) {
  switch (layer.cell) {
    case kTanh: return backward<kTanh>(layer, direction, rows, add, sums, scratch);
    case kRelu: return backward<kRelu>(layer, direction, rows, add, sums, scratch);
    case kGru: return backward<kGru>(layer, direction, rows, add, sums, scratch);
    case kLstm: return backward<kLstm>(layer, direction, rows, add, sums, scratch);
  }
}

void gather_any(const Layer& layer, const Direction& direction, float* const* sums, int64_t count, int64_t block) {
  switch (layer.cell) {
    case kTanh:
    case kRelu: return gather<kTanh>(layer, direction, sums, count, block);
    case kGru: return gather<kGru>(layer, direction, sums, count, block);
    case kLstm: return gather<kLstm>(layer, direction, sums, count, block);
  }
}
