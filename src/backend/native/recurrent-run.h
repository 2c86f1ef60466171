/** @file Runs a recurrent layer's kernels on several threads. Knows nothing of TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_RECURRENT_RUN_H_
#define TORCHBOOK_RECURRENT_RUN_H_

#include <functional>

#include "recurrent.h"

namespace torchbook {

/** Threads to run on. */
struct Threads {
  /** How many may run at once, the caller's own among them. */
  int64_t count;
  /** Has another thread call a function, now or later. */
  std::function<void(std::function<void()>)> start;
};

/** The best kernels that this processor runs, or those that TORCHBOOK_INSTRUCTIONS (base, avx2) asks for. */
const Kernels& kernels();

/** All steps of a layer, from the inputs to the outputs that `layer` names. Reads and writes nothing else of it. */
void run_forward(const Kernels& kernels, Layer layer, const Threads& threads);

/** All gradients of a layer that `layer` has room for. */
void run_backward(const Kernels& kernels, Layer layer, const Threads& threads);

}  // namespace torchbook

#endif  // TORCHBOOK_RECURRENT_RUN_H_
