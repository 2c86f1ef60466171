/** @file A list of ops that is run in one call: values between them never come to JavaScript. */
#ifndef TORCHBOOK_PROGRAM_H_
#define TORCHBOOK_PROGRAM_H_

#include <cstdint>
#include <vector>

#include "dispatch.h"

namespace torchbook {

/** Values are numbers: the inputs first, then every op's outputs. */
class Program {
 public:
  /**
   * Reads a program: the number of inputs, the number of ops; per op its number as the dispatcher knows it, how many inputs,
   * their values, how many outputs; then how many results, and their values, each an op's output and each once.
   */
  absl::Status read(const int32_t* numbers, size_t count);

  size_t inputs() const { return inputs_; }
  size_t results() const { return results_.size(); }

  /** Runs it. `out` takes the results; on failure nothing is left. */
  absl::Status run(Dispatcher& dispatcher, Values& values, absl::Span<Value* const> inputs, std::vector<Value*>* out) const;

 private:
  struct Step {
    int32_t op;
    std::vector<int32_t> inputs;
    int32_t first, outputs;
    /** Values that no later op and no result needs. */
    std::vector<int32_t> last;
  };
  size_t inputs_ = 0;
  size_t count_ = 0;
  std::vector<Step> steps_;
  std::vector<int32_t> results_;
};

}  // namespace torchbook

#endif
