/** @file See program.h. */
#include "program.h"

#include <algorithm>

namespace torchbook {

namespace {

/** More inputs or outputs than any op or program has: what is larger is a mistake, not a wish for memory. */
constexpr int32_t kMostValues = 1 << 24;

}  // namespace

absl::Status Program::read(const int32_t* numbers, size_t count) {
  size_t at = 0;
  bool ok = true;
  const auto next = [&]() -> int32_t {
    if (at >= count || numbers[at] < 0) {
      ok = false;
      return 0;
    }
    return numbers[at++];
  };
  inputs_ = next();
  ok = ok && inputs_ <= kMostValues;
  if (!ok) return absl::InvalidArgumentError("no program");
  count_ = inputs_;
  const int32_t steps = next();
  std::vector<int32_t> last_user(inputs_, -1);
  for (int32_t i = 0; ok && i < steps; ++i) {
    Step step;
    step.op = next();
    const int32_t taken = next();
    for (int32_t k = 0; ok && k < taken; ++k) {
      const int32_t value = next();
      ok = ok && static_cast<size_t>(value) < count_;
      if (!ok) break;
      step.inputs.push_back(value);
      last_user[value] = i;
    }
    step.first = static_cast<int32_t>(count_);
    step.outputs = next();
    ok = ok && step.outputs <= kMostValues && count_ <= kMostValues;
    if (!ok) break;
    count_ += step.outputs;
    last_user.resize(count_, i);
    steps_.push_back(std::move(step));
  }
  const int32_t results = next();
  std::vector<bool> is_result(count_, false);
  for (int32_t i = 0; ok && i < results; ++i) {
    const int32_t value = next();
    ok = ok && static_cast<size_t>(value) >= inputs_ && static_cast<size_t>(value) < count_ && !is_result[value];
    if (!ok) break;
    is_result[value] = true;
    results_.push_back(value);
  }
  if (!ok || at != count) return absl::InvalidArgumentError("no program");
  for (size_t value = inputs_; value < count_; ++value) {
    if (!is_result[value]) steps_[last_user[value]].last.push_back(static_cast<int32_t>(value));
  }
  return absl::OkStatus();
}

absl::Status Program::run(Dispatcher& dispatcher, Values& values, absl::Span<Value* const> inputs,
                          std::vector<Value*>* out) const {
  std::vector<Value*> at(count_, nullptr);
  std::copy(inputs.begin(), inputs.end(), at.begin());
  std::vector<Value*> given, made;
  absl::Status status;
  for (const Step& step : steps_) {
    given.clear();
    made.clear();
    for (const int32_t value : step.inputs) given.push_back(at[value]);
    for (int32_t k = 0; k < step.outputs; ++k) made.push_back(at[step.first + k] = values.take());
    status = dispatcher.run(step.op, given, made, values);
    if (!status.ok()) break;
    for (const int32_t value : step.last) {
      values.give_back(at[value]);
      at[value] = nullptr;
    }
  }
  if (!status.ok()) {
    for (size_t value = inputs_; value < count_; ++value) {
      if (at[value] != nullptr) values.give_back(at[value]);
    }
    return status;
  }
  for (const int32_t value : results_) out->push_back(at[value]);
  return absl::OkStatus();
}

}  // namespace torchbook
