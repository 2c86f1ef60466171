/** @file Parameters that one pass goes over. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_SEGMENTS_H_
#define TORCHBOOK_SEGMENTS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace torchbook {

/** Parameters behind one another, so that one pass over them can be shared out evenly. Each has `kParts` arrays beside it. */
template <int kParts, typename T>
class Segments {
 public:
  void add(int64_t count, const T* param, T* const* parts) {
    Segment segment = {total_, count, param, {}};
    std::copy(parts, parts + kParts, segment.parts);
    segments_.push_back(segment);
    total_ += count;
  }

  int64_t total() const { return total_; }

  /** Calls `work(count, param, parts)` for the pieces of parameters within [begin, end). */
  template <typename Work>
  void each(int64_t begin, int64_t end, const Work& work) const {
    for (const Segment& segment : segments_) {
      const int64_t from = std::max(begin - segment.start, int64_t{0});
      const int64_t to = std::min(end - segment.start, segment.count);
      if (from >= to) continue;
      T* parts[kParts];
      for (int k = 0; k < kParts; ++k) parts[k] = segment.parts[k] == nullptr ? nullptr : segment.parts[k] + from;
      work(to - from, segment.param + from, parts);
    }
  }

 private:
  struct Segment {
    int64_t start, count;
    const T* param;
    T* parts[kParts];
  };
  std::vector<Segment> segments_;
  int64_t total_ = 0;
};

}  // namespace torchbook

#endif
