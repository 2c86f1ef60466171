/**
 * @file What the recurrent layers' ops and their kernels, compiled once per instruction set, agree on.
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

/**
 * One direction of one layer. Row `b` of step `t` is row `base[t] + b * stride` of all matrices over steps; step `t` has the
 * rows below `sizes[t]`, which never grow with `t`.
 */
struct Pass {
  Cell cell;
  bool reverse;
  int64_t steps, input, hidden;
  const int32_t* sizes;
  const int64_t* base;
  int64_t stride;

  /** Weights in the order of the loops, see `pack_forward` and `pack_backward`. */
  float* panels;
  const float *w_ih, *w_hh, *b_ih, *b_hh;
  /** Initial states, (batch, hidden); c0 for LSTM only. */
  const float *h0, *c0;
  /** (rows, input) */
  const float* x;

  /** (rows, output_stride), this direction's columns first; backward reads it. */
  float* output;
  int64_t output_stride;
  /** (rows, saved_of * hidden), null to save nothing; backward reads it. */
  float* saved;
  /** Final states, (batch, hidden). */
  float *hn, *cn;

  /** Gradients that come; those of states may be null. */
  const float *d_output, *d_hn, *d_cn;
  /** (rows, gates * hidden): gradients of the gates as x W_ih' meets them, and as h W_hh' does (GRU; else the same). */
  float *d_input, *d_hidden;
  /** (rows, hidden): the states before each step. */
  float* h_before;
  float *d_h0, *d_c0;
};

/** The kernels of one instruction set. Sizes are in floats. */
struct Kernels {
  const char* name;
  /** How many blocks the packing has, each packed by itself. */
  int64_t (*forward_blocks)(const Pass&);
  int64_t (*forward_panel_size)(const Pass&);
  void (*pack_forward)(const Pass&, int64_t block);
  int64_t (*backward_blocks)(const Pass&);
  int64_t (*backward_panel_size)(const Pass&);
  void (*pack_backward)(const Pass&, int64_t block);
  /** Memory that `rows` rows need. */
  int64_t (*scratch_size)(const Pass&, int64_t rows);
  /** All steps for the batch's rows from `begin` to `end`. */
  void (*forward)(const Pass&, int64_t begin, int64_t end, float* scratch);
  void (*backward)(const Pass&, int64_t begin, int64_t end, float* scratch);
};

extern const Kernels kBaseKernels;
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TORCHBOOK_X86_VARIANTS 1
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

}  // namespace torchbook

#endif  // TORCHBOOK_RECURRENT_H_
