/**
 * @file Ops for a step of SGD in one pass over memory: TorchbookSgdStep for many parameters, TorchbookSgdRows for a table
 * whose gradient is known by rows; without momentum only the rows that have a gradient are touched.
 */
#include <cstdint>

#include "optimizer.h"
#include "sgd-pass.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using torchbook::sgd;

/** What `numbers` holds, in this order; one flag for each parameter, whether it may be changed in place, follows. */
enum Number {
  kRate,
  /** Share of the parameter that is added to its gradient. */
  kDecay,
  /** 1, or -1 to climb. */
  kSign,
  kNumbers
};

constexpr int64_t kCyclesPerElement = 3;
const char* const kIncomplete = "the step's numbers are not complete";

/** Many parameters, without momentum. */
template <typename T>
class SgdStepOp : public OpKernel {
 public:
  explicit SgdStepOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("N", &count_));
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& given = context->input(2 * count_);
    OP_REQUIRES(context, given.NumElements() == kNumbers + count_, absl::InvalidArgumentError(kIncomplete));
    const double* at = given.flat<double>().data();
    torchbook::Segments<2, T> segments;
    for (int i = 0; i < count_; ++i) {
      const Tensor& param = context->input(i);
      const Tensor& grad = context->input(count_ + i);
      OP_REQUIRES(context, grad.shape() == param.shape(),
                  absl::InvalidArgumentError("a parameter and its gradient differ in shape"));
      T* parts[2] = {nullptr, const_cast<T*>(grad.flat<T>().data())};
      OP_REQUIRES_OK(context, torchbook::own_or_fresh(context, i, param, at[kNumbers + i] != 0, &parts[0]));
      segments.add(param.NumElements(), param.flat<T>().data(), parts);
    }
    torchbook::shard(context, segments.total(), kCyclesPerElement, [&](int64_t begin, int64_t end) {
      segments.each(begin, end, [&](int64_t count, const T* p, T* const* parts) {
        sgd<T>(T(at[kRate]), T(at[kDecay]), T(at[kSign]), count, p, parts[1], parts[0]);
      });
    });
  }

 private:
  int count_;
};

/** One table, its gradient given as rows that are to be added up where `index` says; no momentum, no decay. */
template <typename T, typename Index>
class SgdRowsOp : public OpKernel {
 public:
  explicit SgdRowsOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& param = context->input(0);
    const Tensor& given = context->input(3);
    OP_REQUIRES(context, given.NumElements() == kNumbers + 1, absl::InvalidArgumentError(kIncomplete));
    const double* at = given.flat<double>().data();
    torchbook::RowGradient<T> rows;
    OP_REQUIRES_OK(context, torchbook::read_rows<Index>(param, context->input(1), context->input(2), &rows));
    T* out = nullptr;
    OP_REQUIRES_OK(context, torchbook::own_or_fresh(context, 0, param, at[kNumbers] != 0, &out));
    const T* p = param.flat<T>().data();
    const int64_t width = param.dim_size(1);
    torchbook::shard(context, param.dim_size(0), kCyclesPerElement * width, [&](int64_t begin, int64_t end) {
      torchbook::sgd_rows<T>(T(at[kRate]), T(at[kSign]), rows, begin, end, width, p, out);
    });
  }
};

REGISTER_OP("TorchbookSgdStep")
    .Input("params: N * T")
    .Input("grads: N * T")
    .Input("numbers: float64")
    .Output("new_params: N * T")
    .Attr("N: int >= 1")
    .Attr("T: {float, double}")
    .SetIsStateful()
    .SetShapeFn(torchbook::same_shapes);

REGISTER_OP("TorchbookSgdRows")
    .Input("param: T")
    .Input("rows: T")
    .Input("index: Index")
    .Input("numbers: float64")
    .Output("new_param: T")
    .Attr("T: {float, double}")
    .Attr("Index: {int32, int64}")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

#define TORCHBOOK_REGISTER_SGD(T)                                                                          \
  REGISTER_KERNEL_BUILDER(Name("TorchbookSgdStep").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),  \
                          SgdStepOp<T>);                                                                   \
  REGISTER_KERNEL_BUILDER(Name("TorchbookSgdRows")                                                         \
                              .Device(tensorflow::DEVICE_CPU)                                              \
                              .TypeConstraint<T>("T")                                                      \
                              .TypeConstraint<int32_t>("Index"),                                           \
                          SgdRowsOp<T, int32_t>);                                                          \
  REGISTER_KERNEL_BUILDER(Name("TorchbookSgdRows")                                                         \
                              .Device(tensorflow::DEVICE_CPU)                                              \
                              .TypeConstraint<T>("T")                                                      \
                              .TypeConstraint<int64_t>("Index"),                                           \
                          SgdRowsOp<T, int64_t>)

TORCHBOOK_REGISTER_SGD(float);
TORCHBOOK_REGISTER_SGD(double);

}  // namespace
