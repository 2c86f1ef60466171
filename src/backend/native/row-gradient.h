/** @file The gradient of a table that is known by rows. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_ROW_GRADIENT_H_
#define TORCHBOOK_ROW_GRADIENT_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace torchbook {

/** The gradient of a table as rows that are added up where an index says; a negative index adds nowhere. */
template <typename T>
class RowGradient {
 public:
  /** Takes `count` rows of `width` numbers for a table of `height` rows. Says what is wrong, null if nothing. */
  template <typename Index>
  const char* read(int64_t height, int64_t width, const T* rows, const Index* index, int64_t count) {
    width_ = width;
    rows_ = rows;
    first_.assign(height, -1);
    next_.resize(count);
    // Backwards, so that each row's list comes in the order of the index: sums round as PyTorch's.
    for (int64_t i = count - 1; i >= 0; --i) {
      const int64_t row = index[i];
      if (row < 0) continue;
      if (row >= height) return "a row of the gradient is out of range";
      next_[i] = first_[row];
      first_[row] = static_cast<int32_t>(i);
    }
    return nullptr;
  }

  /** Calls `work(row, count, gradient)` for runs of rows of [begin, end); without gradient (null) they are as long as they can be. */
  template <typename Work>
  void each(int64_t begin, int64_t end, const Work& work) const {
    std::vector<T> sum(width_);
    for (int64_t row = begin; row < end;) {
      const int32_t i = first_[row];
      if (i < 0) {
        int64_t last = row + 1;
        while (last < end && first_[last] < 0) ++last;
        work(row, last - row, nullptr);
        row = last;
        continue;
      }
      const T* gradient = rows_ + i * width_;
      if (next_[i] >= 0) {
        std::copy(gradient, gradient + width_, sum.begin());
        for (int32_t k = next_[i]; k >= 0; k = next_[k]) {
          const T* more = rows_ + k * width_;
          for (int64_t j = 0; j < width_; ++j) sum[j] += more[j];
        }
        gradient = sum.data();
      }
      work(row, 1, gradient);
      ++row;
    }
  }

 private:
  int64_t width_ = 0;
  const T* rows_ = nullptr;
  /** The first entry of each row of the table, and the one after each entry; -1 for none. */
  std::vector<int32_t> first_, next_;
};

}  // namespace torchbook

#endif
