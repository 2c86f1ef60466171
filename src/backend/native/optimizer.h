/**
 * @file What the optimizers' ops share: how passes are shared out, gradients that are known by rows, and buffers that may be
 * changed in place.
 */
#pragma once

#include <cstdint>

#include "row-gradient.h"
#include "segments.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

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

/** Reads a gradient by rows. */
template <typename Index, typename T>
absl::Status read_rows(const tensorflow::Tensor& table, const tensorflow::Tensor& rows, const tensorflow::Tensor& index,
                       RowGradient<T>* gradient) {
  if (table.dims() != 2 || rows.NumElements() != index.NumElements() * table.dim_size(1)) {
    return absl::InvalidArgumentError("the rows of the gradient do not fit the table");
  }
  const char* wrong = gradient->template read<Index>(table.dim_size(0), table.dim_size(1), rows.flat<T>().data(),
                                                     index.flat<Index>().data(), index.NumElements());
  return wrong == nullptr ? absl::OkStatus() : absl::InvalidArgumentError(wrong);
}

}  // namespace torchbook
