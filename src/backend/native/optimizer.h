/**
 * @file What the optimizers' ops share: passes over many parameters, gradients that are known by rows, and buffers that may
 * be changed in place.
 */
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"
#include "vector-clones.h"

namespace torchbook {

/** Runs `work(begin, end)` over [0, count) on TensorFlow's threads; few cycles stay on this one. */
template <typename Work>
void shard(tensorflow::OpKernelContext* context, int64_t count, int64_t cycles, const Work& work) {
  const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads.num_threads, threads.workers, count, cycles, work);
}

/**
 * Where a parameter's new value goes: into its own buffer where the caller says that nobody else holds the tensor and no
 * other tensor (a reshape of it, say) shares the buffer; into a fresh output otherwise.
 */
template <typename T>
absl::Status own_or_fresh(tensorflow::OpKernelContext* context, int at, const tensorflow::Tensor& param, bool own,
                          T** out) {
  if (own && param.RefCountIsOne()) {
    *out = const_cast<T*>(param.flat<T>().data());
    context->set_output(at, param);
    return absl::OkStatus();
  }
  tensorflow::Tensor* fresh = nullptr;
  TF_RETURN_IF_ERROR(context->allocate_output(at, param.shape(), &fresh));
  *out = fresh->flat<T>().data();
  return absl::OkStatus();
}

/** Shapes of the outputs are those of the first inputs. */
inline absl::Status same_shapes(tensorflow::shape_inference::InferenceContext* context) {
  for (int i = 0; i < context->num_outputs(); ++i) context->set_output(i, context->input(i));
  return absl::OkStatus();
}

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

/** The gradient of a table as rows that are added up where an index says; a negative index adds nowhere. */
template <typename T>
class RowGradient {
 public:
  template <typename Index>
  absl::Status read(const tensorflow::Tensor& table, const tensorflow::Tensor& rows, const tensorflow::Tensor& index) {
    if (table.dims() != 2 || rows.NumElements() != index.NumElements() * table.dim_size(1)) {
      return absl::InvalidArgumentError("the rows of the gradient do not fit the table");
    }
    const int64_t height = table.dim_size(0);
    width_ = table.dim_size(1);
    rows_ = rows.flat<T>().data();
    const Index* at = index.flat<Index>().data();
    const int64_t count = index.NumElements();
    first_.assign(height, -1);
    next_.resize(count);
    // Backwards, so that each row's list comes in the order of the index: sums round as PyTorch's.
    for (int64_t i = count - 1; i >= 0; --i) {
      const int64_t row = at[i];
      if (row < 0) continue;
      if (row >= height) return absl::InvalidArgumentError("a row of the gradient is out of range");
      next_[i] = first_[row];
      first_[row] = static_cast<int32_t>(i);
    }
    return absl::OkStatus();
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
