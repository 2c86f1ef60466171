/** @file See values.h. */
#include "values.h"

namespace torchbook {

Value* Values::take() {
  if (vacant.empty()) {
    all.emplace_back();
    all.back().slot = static_cast<int32_t>(all.size() - 1);
    all.back().owner = this;
    return &all.back();
  }
  Value* value = &all[vacant.back()];
  vacant.pop_back();
  return value;
}

void Values::fill(Value* value, int64_t bytes) {
  value->live = true;
  value->bytes = bytes;
  live += 1;
  live_bytes += bytes;
}

void Values::clear(Value* value) {
  if (!value->live) return;
  value->live = false;
  value->tensor = tensorflow::Tensor();
  if (value->handle != nullptr) TFE_DeleteTensorHandle(value->handle);
  value->handle = nullptr;
  live -= 1;
  live_bytes -= value->bytes;
}

void Values::give_back(Value* value) {
  clear(value);
  vacant.push_back(value->slot);
}

}  // namespace torchbook
