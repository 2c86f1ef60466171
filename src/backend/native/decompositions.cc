/**
 * @file The ops TorchbookSvd and TorchbookEigh: decompositions of batches of matrices, which fail with the number of
 * the first matrix that has none.
 */
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "singular.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"
#include "tridiagonal.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

enum class Outcome : uint8_t { kFine, kUnfinished, kNotNumbers };

template <typename T>
bool has(const T* values, int64_t count, bool (*is)(T)) {
  for (int64_t i = 0; i < count; ++i) {
    if (is(values[i])) return true;
  }
  return false;
}

/** What both ops share: the batch, and a loop over it. */
template <typename T>
class PerMatrixOp : public OpKernel {
 public:
  explicit PerMatrixOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& input = context->input(0);
    const int rank = input.dims();
    OP_REQUIRES(context, rank >= 2, absl::InvalidArgumentError("matrices are expected"));
    Outputs outputs;
    outputs.batch = input.shape();
    outputs.batch.RemoveLastDims(2);
    outputs.rows = input.dim_size(rank - 2);
    outputs.columns = input.dim_size(rank - 1);
    OP_REQUIRES_OK(context, allocate(context, &outputs));
    const int64_t size = outputs.rows * outputs.columns;
    const int64_t count = outputs.batch.num_elements();
    const T* values = input.flat<T>().data();
    std::vector<Outcome> outcomes(count, Outcome::kFine);
    // Operations for a matrix, about.
    const int64_t cost = 30 * size * std::min(outputs.rows, outputs.columns) + 1000;
    const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
    tensorflow::Shard(threads.num_threads, threads.workers, count, cost, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) outcomes[at] = work(values + at * size, at, outputs);
    });
    for (int64_t at = 0; at < count; ++at) {
      OP_REQUIRES(context, outcomes[at] != Outcome::kUnfinished,
                  absl::InvalidArgumentError("matrix " + std::to_string(at) + ": no convergence"));
      OP_REQUIRES(context, outcomes[at] != Outcome::kNotNumbers,
                  absl::InvalidArgumentError("matrix " + std::to_string(at) + ": non-finite values"));
    }
  }

 protected:
  struct Outputs {
    TensorShape batch;
    int64_t rows, columns;
    /** In the order of the op's outputs. */
    T* values[3] = {nullptr, nullptr, nullptr};
    int64_t sizes[3] = {0, 0, 0};

    T* of(int output, int64_t at) const { return values[output] + at * sizes[output]; }
    void fill_with_nan(int64_t at) const {
      for (int i = 0; i < 3; ++i) {
        if (values[i] != nullptr) std::fill_n(of(i, at), sizes[i], std::numeric_limits<T>::quiet_NaN());
      }
    }
  };

  virtual absl::Status allocate(OpKernelContext* context, Outputs* outputs) = 0;
  virtual Outcome work(const T* matrix, int64_t at, const Outputs& outputs) = 0;

  /** An output of the shape given per matrix. */
  static absl::Status allocate_one(OpKernelContext* context, int output, std::initializer_list<int64_t> shape,
                                   Outputs* outputs) {
    TensorShape whole = outputs->batch;
    outputs->sizes[output] = 1;
    for (const int64_t size : shape) {
      whole.AddDim(size);
      outputs->sizes[output] *= size;
    }
    Tensor* tensor = nullptr;
    const absl::Status status = context->allocate_output(output, whole, &tensor);
    if (status.ok()) outputs->values[output] = tensor->flat<T>().data();
    return status;
  }
};

template <typename T>
class SvdOp : public PerMatrixOp<T> {
  using typename PerMatrixOp<T>::Outputs;

 public:
  explicit SvdOp(OpKernelConstruction* context) : PerMatrixOp<T>(context) {
    OP_REQUIRES_OK(context, context->GetAttr("full", &full_));
  }

 protected:
  absl::Status allocate(OpKernelContext* context, Outputs* outputs) override {
    const int64_t rows = outputs->rows, columns = outputs->columns;
    const int64_t least = std::min(rows, columns);
    absl::Status status = this->allocate_one(context, 0, {rows, full_ ? rows : least}, outputs);
    if (status.ok()) status = this->allocate_one(context, 1, {least}, outputs);
    if (status.ok()) status = this->allocate_one(context, 2, {full_ ? columns : least, columns}, outputs);
    return status;
  }

  Outcome work(const T* matrix, int64_t at, const Outputs& to) override {
    const int64_t size = to.rows * to.columns;
    if (has<T>(matrix, size, [](T value) { return std::isnan(value); })) return Outcome::kNotNumbers;
    if (has<T>(matrix, size, [](T value) { return std::isinf(value); })) {
      to.fill_with_nan(at);
      return Outcome::kFine;
    }
    const bool done =
        torchbook::singular_values(matrix, to.rows, to.columns, full_, to.of(0, at), to.of(1, at), to.of(2, at));
    return done ? Outcome::kFine : Outcome::kUnfinished;
  }

 private:
  bool full_ = false;
};

template <typename T>
class EighOp : public PerMatrixOp<T> {
  using typename PerMatrixOp<T>::Outputs;

 public:
  explicit EighOp(OpKernelConstruction* context) : PerMatrixOp<T>(context) {
    OP_REQUIRES_OK(context, context->GetAttr("upper", &upper_));
  }

 protected:
  absl::Status allocate(OpKernelContext* context, Outputs* outputs) override {
    const int64_t rows = outputs->rows;
    if (rows != outputs->columns) return absl::InvalidArgumentError("square matrices are expected");
    absl::Status status = this->allocate_one(context, 0, {rows}, outputs);
    if (status.ok()) status = this->allocate_one(context, 1, {rows, rows}, outputs);
    return status;
  }

  Outcome work(const T* matrix, int64_t at, const Outputs& to) override {
    const int64_t n = to.rows;
    if (has<T>(matrix, n * n, [](T value) { return !std::isfinite(value); })) {
      to.fill_with_nan(at);
      return Outcome::kFine;
    }
    const bool done = torchbook::symmetric_eigen(matrix, n, upper_, to.of(0, at), to.of(1, at));
    return done ? Outcome::kFine : Outcome::kUnfinished;
  }

 private:
  bool upper_ = false;
};

REGISTER_OP("TorchbookSvd")
    .Input("input: T")
    .Output("u: T")
    .Output("s: T")
    .Output("v: T")
    .Attr("full: bool")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_OP("TorchbookEigh")
    .Input("input: T")
    .Output("values: T")
    .Output("vectors: T")
    .Attr("upper: bool")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

#define TORCHBOOK_REGISTER(T)                                                                                    \
  REGISTER_KERNEL_BUILDER(Name("TorchbookSvd").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), SvdOp<T>); \
  REGISTER_KERNEL_BUILDER(Name("TorchbookEigh").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), EighOp<T>);
TORCHBOOK_REGISTER(float)
TORCHBOOK_REGISTER(double)
#undef TORCHBOOK_REGISTER

}  // namespace
