/** @file Native tensors by slot. */
#ifndef TORCHBOOK_VALUES_H_
#define TORCHBOOK_VALUES_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "tensorflow/c/eager/c_api.h"
#include "tensorflow/core/framework/tensor.h"

namespace torchbook {

/** One native tensor: on the CPU the tensor itself, on other devices TensorFlow's eager handle. */
struct Value {
  tensorflow::Tensor tensor;
  TFE_TensorHandle* handle = nullptr;
  int64_t bytes = 0;
  int32_t slot = 0;
  bool live = false;
  struct Values* owner = nullptr;
};

/** The tensors of one environment (main thread or worker); JavaScript knows them by their slots. */
struct Values {
  /** Addresses stay while it grows. */
  std::deque<Value> all;
  std::vector<int32_t> vacant;
  int64_t live = 0;
  int64_t live_bytes = 0;

  /** A live tensor, null for a slot that holds none. */
  Value* at(int32_t slot) {
    if (slot < 0 || static_cast<size_t>(slot) >= all.size() || !all[slot].live) return nullptr;
    return &all[slot];
  }
  /** An empty place. */
  Value* take();
  /** Counts what has been put there. */
  void fill(Value* value, int64_t bytes);
  /** Frees the tensor; the place stays taken. */
  void clear(Value* value);
  /** Lets the place be taken again. */
  void give_back(Value* value);
};

}  // namespace torchbook

#endif
