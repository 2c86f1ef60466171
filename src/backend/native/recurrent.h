/**
 * @file What the recurrent layers' ops, the sharing out of their work and their kernels (compiled once per instruction set) agree on.
 *
 * No header with inline functions may be included here: a kernel's instruction set must not leak into shared ones.
 */
#ifndef TORCHBOOK_RECURRENT_H_
#define TORCHBOOK_RECURRENT_H_

#include <stdint.h>

namespace torchbook {

enum Cell { kTanh, kRelu, kGru, kLstm };

/** Gates of a cell: rows of its weights per unit. */
inline constexpr int64_t gates_of(Cell cell) { return cell == kLstm ? 4 : cell == kGru ? 3 : 1; }

/** Numbers per unit and row that forward keeps: i, f, g, o, c' (LSTM); r, z, n, h W_hn' + b_hn (GRU); nothing else. */
inline constexpr int64_t saved_of(Cell cell) { return cell == kLstm ? 5 : cell == kGru ? 4 : 0; }

/** One direction of a layer: its weights, its columns of what comes out, and the gradients. */
struct Direction {
  bool reverse;
  /** (gates * hidden, input) and (gates * hidden, hidden); biases may be null. */
  const float *w_ih, *w_hh, *b_ih, *b_hh;
  /** Initial states, (batch, hidden), null for zeros; c0 for LSTM only. */
  const float *h0, *c0;
  /** (rows, output_stride), this direction's columns first; backward reads it. */
  float* output;
  /** (rows, saved_width), null to save nothing; backward reads it. Its layout is the kernels' own. */
  float* saved;
  /** Final states, (batch, hidden). */
  float *hn, *cn;

  /** Gradients that come; all may be null. */
  const float *d_output, *d_hn, *d_cn;
  /** Gradients that go; all may be null, those of the weights together. */
  float *d_h0, *d_c0, *d_w_ih, *d_w_hh, *d_b_ih, *d_b_hh;
  /** (rows, input): gets this direction's share, or that of both. */
  float* d_x;

  /** Weights in the order of the loops. */
  float* panels;
};

/**
 * A layer over a batch. Row `b` of step `t` is row `base[t] + b * stride` of all matrices over steps; step `t` has the rows
 * below `sizes[t]`, which never grow with `t`.
 */
struct Layer {
  Cell cell;
  int64_t steps, batch, rows, input, hidden;
  const int32_t* sizes;
  const int64_t* base;
  int64_t stride;
  /** (rows, input) */
  const float* x;
  int64_t output_stride;
  int64_t directions;
  Direction direction[2];
};

/** Rows of the batch that run together: `first`, `first + step` and so on. */
struct Rows {
  int64_t first, step, count;
};

/** The most rows that run together. */
inline constexpr int64_t kMostRows = 96;

/** What one task of the way back adds up: gradients of one direction's weights in the order of the loops. */
struct Sums {
  float* values;
  /** Whether there is something in `values` already. */
  bool begun;
};

/** The kernels of one instruction set. Sizes are in floats. */
struct Kernels {
  const char* name;
  /** Columns of `saved`. */
  int64_t (*saved_width)(const Layer&);

  int64_t (*forward_panel_size)(const Layer&);
  /** How many parts the packing of one direction has, each packed by itself. */
  int64_t (*forward_parts)(const Layer&);
  void (*pack_forward)(const Layer&, const Direction&, int64_t part);
  int64_t (*forward_scratch_size)(const Layer&, int64_t rows);
  /** All steps of some rows. */
  void (*forward)(const Layer&, const Direction&, const Rows&, float* scratch);

  int64_t (*backward_panel_size)(const Layer&);
  int64_t (*backward_parts)(const Layer&);
  void (*pack_backward)(const Layer&, const Direction&, int64_t part);
  int64_t (*backward_scratch_size)(const Layer&, int64_t rows);
  int64_t (*sums_size)(const Layer&);
  /** All steps of some rows back; `add` adds to `d_x` instead of setting it, `sums` is null where no weight wants a gradient. */
  void (*backward)(const Layer&, const Direction&, const Rows&, bool add, Sums* sums, float* scratch);
  /** Writes a part of the weights' gradients (as many parts as there are blocks of units) from several tasks' sums. */
  int64_t (*blocks)(const Layer&);
  void (*gather)(const Layer&, const Direction&, float* const* sums, int64_t count, int64_t block);
};

extern const Kernels kBaseKernels;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TORCHBOOK_X86_VARIANTS 1
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

}  // namespace torchbook

#endif  // TORCHBOOK_RECURRENT_H_
