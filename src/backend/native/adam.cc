/**
 * @file Ops for a step of Adam or AdamW, in one pass over memory: TorchbookAdam for one parameter, TorchbookAdamStep for
 * many, TorchbookAdamRows for a table whose gradient is known by rows.
 *
 * In TensorFlow's own ops a step is a dozen passes, each as long as the parameter; an embedding's parameters are large.
 */
#include <cstdint>

#include "adam-pass.h"
#include "optimizer.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using torchbook::adam;
using torchbook::Numbers;

/** What `numbers` holds, in this order; computed in float64 by the caller. */
enum Number {
  /** Minus the learning rate over the first bias correction. */
  kStep,
  /** One over the root of the second bias correction: a division takes as long as all else that is computed. */
  kCorrection,
  kEpsilon,
  /** 1 - beta1. */
  kFirstShare,
  kBeta2,
  /** 1 - beta2. */
  kSecondShare,
  /** Share of the parameter that is added to its gradient. */
  kDecay,
  /** What the parameter is multiplied by before the step. */
  kShrink,
  /** 1, or -1 to climb. */
  kSign,
  kNumbers
};

/** A rough count: memory traffic, a root and two divisions. */
constexpr int64_t kCyclesPerElement = 10;

/** Reads a step's numbers; `more` follow them. Null where they are not complete. */
template <typename T>
bool read_numbers(const Tensor& given, int more, Numbers<T>* numbers) {
  if (given.NumElements() != kNumbers + more) return false;
  const double* at = given.flat<double>().data();
  *numbers = {T(at[kStep]),  T(at[kCorrection]),  T(at[kEpsilon]), T(at[kFirstShare]), T(at[kBeta2]),
              T(at[kSecondShare]), T(at[kDecay]), T(at[kShrink]),  T(at[kSign])};
  return true;
}

const char* const kIncomplete = "the step's numbers are not complete";

/** One parameter, everything comes out anew: for averages that others have seen. */
template <typename T>
class AdamOp : public OpKernel {
 public:
  explicit AdamOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& param = context->input(0);
    for (int i = 1; i < 4; ++i) {
      OP_REQUIRES(context, context->input(i).shape() == param.shape(),
                  absl::InvalidArgumentError("the parameter, its gradient and averages differ in shape"));
    }
    Numbers<T> numbers;
    OP_REQUIRES(context, read_numbers(context->input(4), 0, &numbers), absl::InvalidArgumentError(kIncomplete));
    const T* p = param.flat<T>().data();
    const T* g = context->input(1).flat<T>().data();
    const T* m = context->input(2).flat<T>().data();
    const T* v = context->input(3).flat<T>().data();
    T* fresh[3];
    for (int i = 0; i < 3; ++i) {
      Tensor* output = nullptr;
      OP_REQUIRES_OK(context, context->allocate_output(i, param.shape(), &output));
      fresh[i] = output->flat<T>().data();
    }
    torchbook::shard(context, param.NumElements(), kCyclesPerElement, [&](int64_t begin, int64_t end) {
      adam<T>(numbers, end - begin, p + begin, g + begin, m + begin, v + begin, fresh[0] + begin,
              fresh[1] + begin, fresh[2] + begin);
    });
  }
};

/**
 * Many parameters. The averages are changed where they are, so nobody but the optimizer may have seen them. So are
 * parameters that the caller says nobody else holds; the others come out anew.
 */
template <typename T>
class AdamStepOp : public OpKernel {
 public:
  explicit AdamStepOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("N", &count_));
  }

  void Compute(OpKernelContext* context) override {
    Numbers<T> numbers;
    const Tensor& given = context->input(4 * count_);
    OP_REQUIRES(context, read_numbers(given, count_, &numbers), absl::InvalidArgumentError(kIncomplete));
    torchbook::Segments<4, T> segments;
    for (int i = 0; i < count_; ++i) {
      const Tensor& param = context->input(i);
      T* parts[4];
      for (int k = 1; k < 4; ++k) {
        const Tensor& part = context->input(k * count_ + i);
        OP_REQUIRES(context, part.shape() == param.shape(),
                    absl::InvalidArgumentError("a parameter, its gradient and averages differ in shape"));
        parts[k] = const_cast<T*>(part.flat<T>().data());
      }
      const bool own = given.flat<double>()(kNumbers + i) != 0;
      OP_REQUIRES_OK(context, torchbook::own_or_fresh(context, i, param, own, &parts[0]));
      segments.add(param.NumElements(), param.flat<T>().data(), parts);
    }
    torchbook::shard(context, segments.total(), kCyclesPerElement, [&](int64_t begin, int64_t end) {
      segments.each(begin, end, [&](int64_t count, const T* p, T* const* parts) {
        adam<T>(numbers, count, p, parts[1], parts[2], parts[3], parts[0], parts[2], parts[3]);
      });
    });
  }

 private:
  int count_;
};

/** One table, its gradient given as rows that are to be added up where `index` says; as {@link AdamStepOp} otherwise. */
template <typename T, typename Index>
class AdamRowsOp : public OpKernel {
 public:
  explicit AdamRowsOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& param = context->input(0);
    const Tensor& first = context->input(3);
    const Tensor& second = context->input(4);
    const Tensor& given = context->input(5);
    Numbers<T> numbers;
    OP_REQUIRES(context, read_numbers(given, 1, &numbers), absl::InvalidArgumentError(kIncomplete));
    torchbook::RowGradient<T> rows;
    OP_REQUIRES_OK(context, torchbook::read_rows<Index>(param, context->input(1), context->input(2), &rows));
    OP_REQUIRES(context, first.shape() == param.shape() && second.shape() == param.shape(),
                absl::InvalidArgumentError("the parameter and its averages differ in shape"));
    T* out = nullptr;
    const bool own = given.flat<double>()(kNumbers) != 0;
    OP_REQUIRES_OK(context, torchbook::own_or_fresh(context, 0, param, own, &out));
    const T* p = param.flat<T>().data();
    T* m = const_cast<T*>(first.flat<T>().data());
    T* v = const_cast<T*>(second.flat<T>().data());
    const int64_t width = param.dim_size(1);
    torchbook::shard(context, param.dim_size(0), kCyclesPerElement * width, [&](int64_t begin, int64_t end) {
      torchbook::adam_rows(numbers, rows, begin, end, width, p, m, v, out);
    });
  }
};

REGISTER_OP("TorchbookAdam")
    .Input("param: T")
    .Input("grad: T")
    .Input("exp_avg: T")
    .Input("exp_avg_sq: T")
    .Input("numbers: float64")
    .Output("new_param: T")
    .Output("new_exp_avg: T")
    .Output("new_exp_avg_sq: T")
    .Attr("T: {float, double}")
    .SetShapeFn([](tensorflow::shape_inference::InferenceContext* context) {
      for (int i = 0; i < 3; ++i) context->set_output(i, context->input(0));
      return absl::OkStatus();
    });

REGISTER_OP("TorchbookAdamStep")
    .Input("params: N * T")
    .Input("grads: N * T")
    .Input("exp_avg: N * T")
    .Input("exp_avg_sq: N * T")
    .Input("numbers: float64")
    .Output("new_params: N * T")
    .Attr("N: int >= 1")
    .Attr("T: {float, double}")
    .SetIsStateful()
    .SetShapeFn(torchbook::same_shapes);

REGISTER_OP("TorchbookAdamRows")
    .Input("param: T")
    .Input("rows: T")
    .Input("index: Index")
    .Input("exp_avg: T")
    .Input("exp_avg_sq: T")
    .Input("numbers: float64")
    .Output("new_param: T")
    .Attr("T: {float, double}")
    .Attr("Index: {int32, int64}")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

#define TORCHBOOK_REGISTER_ADAM(T)                                                                         \
  REGISTER_KERNEL_BUILDER(Name("TorchbookAdam").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),     \
                          AdamOp<T>);                                                                      \
  REGISTER_KERNEL_BUILDER(Name("TorchbookAdamStep").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), \
                          AdamStepOp<T>);                                                                  \
  REGISTER_KERNEL_BUILDER(Name("TorchbookAdamRows")                                                        \
                              .Device(tensorflow::DEVICE_CPU)                                              \
                              .TypeConstraint<T>("T")                                                      \
                              .TypeConstraint<int32_t>("Index"),                                           \
                          AdamRowsOp<T, int32_t>);                                                         \
  REGISTER_KERNEL_BUILDER(Name("TorchbookAdamRows")                                                        \
                              .Device(tensorflow::DEVICE_CPU)                                              \
                              .TypeConstraint<T>("T")                                                      \
                              .TypeConstraint<int64_t>("Index"),                                           \
                          AdamRowsOp<T, int64_t>)

TORCHBOOK_REGISTER_ADAM(float);
TORCHBOOK_REGISTER_ADAM(double);

}  // namespace
