/** @file Rows on their way to places. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_ROW_PLACES_H_
#define TORCHBOOK_ROW_PLACES_H_

#include <cstdint>
#include <cstring>
#include <vector>

namespace torchbook {

class RowPlaces {
 public:
  /** Takes where each row goes, of `height` places. Says what is wrong, null if nothing. */
  const char* read(const int32_t* at, int64_t rows, int64_t height) {
    source_.assign(height, -1);
    for (int64_t i = 0; i < rows; ++i) {
      if (at[i] < 0 || at[i] >= height) return "a place is out of range";
      source_[at[i]] = static_cast<int32_t>(i);
    }
    return nullptr;
  }

  /** Takes what stands where no row goes: a value of `size` bytes, in rows of `width` bytes. */
  void pad(const char* value, int64_t size, int64_t width) {
    empty_.resize(width);
    for (int64_t byte = 0; byte < width; byte += size) std::memcpy(&empty_[byte], value, size);
  }

  /** Fills the places [begin, end). */
  void fill(const char* from, char* to, int64_t begin, int64_t end) const {
    const int64_t width = static_cast<int64_t>(empty_.size());
    for (int64_t row = begin; row < end; ++row) {
      const char* given = source_[row] < 0 ? empty_.data() : from + source_[row] * width;
      std::memcpy(to + row * width, given, width);
    }
  }

 private:
  /** Which row comes to each place, -1 for none. */
  std::vector<int32_t> source_;
  /** One row of padding to copy from. */
  std::vector<char> empty_;
};

}  // namespace torchbook

#endif
