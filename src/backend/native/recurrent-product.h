/**
 * @file The recurrent layers' kernels: gates' gradients times weights, which gives the gradients of the input and of the state
 * before. Included by `recurrent-kernel.h` inside its namespace.
 */

/** Rows of the buffer of gates' gradients. */
constexpr int64_t kChunk = 128;
static_assert(kChunk >= kMostRows, "a step must fit into the buffer");

/** The input's and the hidden state's sides of the gates. */
enum Side { kInputSide, kHiddenSide };
constexpr Side kSides[] = {kInputSide, kHiddenSide};

/** The first of a side's vectors in a block. */
constexpr int first_of(Cell cell, Side side) { return cell == kGru && side == kInputSide ? 1 : 0; }
TORCHBOOK_INLINE int64_t gate_at(Cell cell, int v) {
  return cell == kLstm ? v : cell == kGru ? (v == 0 ? 2 : v - 1) : 0;
}
TORCHBOOK_INLINE int64_t unit_at(Cell cell, int64_t block, int v) {
  return block * units_of(cell) + (gates_of(cell) == 1 ? v * kLanes : 0);
}
TORCHBOOK_INLINE int64_t features_of(const Layer& layer, Side side) {
  return side == kInputSide ? layer.input : layer.hidden;
}
/** Gate columns of a side, whole blocks. */
TORCHBOOK_INLINE int64_t depth_of(const Layer& layer) { return blocks_of(layer) * columns_of(layer.cell) * kLanes; }

/** Columns of a product, shared out over tiles of at most four vectors. */
struct Group {
  int64_t first, vectors;
};
TORCHBOOK_INLINE int64_t groups_of(int64_t features) { return parts_of(parts_of(features, kLanes), kWide); }
TORCHBOOK_INLINE Group group_at(int64_t features, int64_t group) {
  const int64_t vectors = parts_of(features, kLanes), groups = groups_of(features);
  const int64_t first = vectors * group / groups;
  return {first, vectors * (group + 1) / groups - first};
}

/** Where the panels of a side begin. */
TORCHBOOK_INLINE int64_t panels_at(const Layer& layer, Side side) {
  return side == kHiddenSide ? 0 : round_up(layer.hidden, kLanes) * depth_of(layer);
}

int64_t backward_panel_size(const Layer& layer) {
  return (round_up(layer.hidden, kLanes) + round_up(layer.input, kLanes)) * depth_of(layer);
}

int64_t backward_parts(const Layer& layer) { return groups_of(layer.hidden) + groups_of(layer.input); }

/** One group of columns of W_hh or W_ih: one row per gate and unit, in the order of the buffer. */
void pack_backward(const Layer& layer, const Direction& direction, int64_t part) {
  const int64_t hidden_groups = groups_of(layer.hidden);
  const Side side = part < hidden_groups ? kHiddenSide : kInputSide;
  if (side == kInputSide && direction.d_x == nullptr) return;
  const int64_t features = features_of(layer, side);
  const Group group = group_at(features, side == kHiddenSide ? part : part - hidden_groups);
  const float* weights = (side == kHiddenSide ? direction.w_hh : direction.w_ih) + group.first * kLanes;
  const int64_t wide = group.vectors * kLanes;
  const int64_t count = smaller(features - group.first * kLanes, wide);
  float* at = direction.panels + panels_at(layer, side) + group.first * kLanes * depth_of(layer);
  const int64_t blocks = blocks_of(layer);
  const int first = first_of(layer.cell, side);
  for (int64_t block = 0; block < blocks; ++block) {
    for (int v = first; v < first + columns_of(layer.cell); ++v) {
      const int64_t unit = unit_at(layer.cell, block, v);
      for (int64_t k = 0; k < kLanes; ++k, at += wide) {
        const bool there = unit + k < layer.hidden;
        if (there) copy(at, weights + (gate_at(layer.cell, v) * layer.hidden + unit + k) * features, count);
        for (int64_t j = there ? count : 0; j < wide; ++j) at[j] = 0.0f;
      }
    }
  }
}

/** What becomes of a product of gates' gradients with a side's weights. */
struct Target {
  /** One row per row of the product. */
  float* const* rows;
  /** Columns, which may end within a vector. */
  int64_t columns;
  /** Whether it is added to what is there. */
  bool add;
};

/** Gates' gradients of some rows, in some blocks of gates, times one group of columns of a side's weights. */
struct Product {
  const float* gates;
  const float* panel;
  int64_t blocks, depth, column;
  const Target& target;
  bool add;
  /** What is fetched meanwhile unless it is null, and how much of it per row. */
  const float* ahead;
  int64_t ahead_each;
};

/** A tile of a product, C vectors wide. */
template <int C>
struct GradientTile {
  const Product& of;

  template <int R>
  void operator()(int64_t first) const {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) prefetch_to_write(of.target.rows[first + r] + of.column + c * kLanes);
    }
    Vec sums[R][C] = {};
    const float* ahead = of.ahead == nullptr ? nullptr : of.ahead + first * of.ahead_each;
    for (int64_t block = 0; block < of.blocks; ++block) {
      accumulate<R, C>(sums, of.gates + (block * kChunk + first) * kBlock, kBlock, of.depth,
                       of.panel + block * of.depth * C * kLanes, C * kLanes, ahead);
      if (ahead != nullptr) ahead += of.depth * kLine;
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) {
        float* to = of.target.rows[first + r] + of.column + c * kLanes;
        const int64_t lanes = of.target.columns - of.column - c * kLanes;
        store_part(to, of.add ? sums[r][c] + load_part(to, lanes) : sums[r][c], lanes);
      }
    }
  }
};

/** The product of `rows` rows of gates' gradients with a side's weights. */
void times_weights(const Layer& layer, const Direction& direction, Side side, const float* gates, int64_t rows,
                   const Target& target) {
  const int64_t features = features_of(layer, side);
  const int64_t blocks = blocks_of(layer);
  const int64_t depth = columns_of(layer.cell) * kLanes;
  const float* from = gates + first_of(layer.cell, side) * kLanes;
  const float* panels = direction.panels + panels_at(layer, side);
  const bool large = features * blocks * depth > kSecond;
  const int64_t parts = large ? smaller(blocks, parts_of(blocks * depth * kBlock, kFirst)) : 1;
  const float* panel = panels;
  for (int64_t k = 0; k < groups_of(features); ++k) {
    const Group group = group_at(features, k);
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t begin = blocks * part / parts, end = blocks * (part + 1) / parts;
      const int64_t size = (end - begin) * depth * group.vectors * kLanes;
      const bool last = k + 1 == groups_of(features) && part + 1 == parts;
      const Product product{from + begin * kChunk * kBlock,
                            panel,
                            end - begin,
                            depth,
                            group.first * kLanes,
                            target,
                            target.add || part > 0,
                            !large ? nullptr : last ? panels : panel + size,
                            size / kLine / rows * kLine};
      switch (group.vectors) {
        case 1: for_tiles<rows_of(1)>(rows, GradientTile<1>{product}); break;
        case 2: for_tiles<rows_of(2)>(rows, GradientTile<2>{product}); break;
        case 3: for_tiles<rows_of(3)>(rows, GradientTile<3>{product}); break;
        default: for_tiles<rows_of(4)>(rows, GradientTile<4>{product});
      }
      panel += size;
    }
  }
}
