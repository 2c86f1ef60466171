/**
 * @file Ops that draw from PyTorch's generator (mt19937) and give its state after them: TorchbookBernoulli, a mask, and
 * TorchbookDropout, a mask and an input times it.
 *
 * An element takes two draws of 32 bits, the first one high, of which 53 bits make a number in [0, 1); below `chance` the
 * element is `value`, else 0.
 */
#include <cstdint>

#include "mersenne.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor_shape.h"

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using torchbook::draw_mask;
using torchbook::kState;
using torchbook::kWords;
using torchbook::Mersenne;

/** The generator's state as a tensor, and the chance and value of elements that are not zero. */
absl::Status check_state(const Tensor& state, const Tensor& numbers) {
  if (state.NumElements() != kState || numbers.NumElements() != 2) {
    return absl::InvalidArgumentError("the generator's state and two numbers are expected");
  }
  const int32_t* at = state.flat<int32_t>().data();
  if (!Mersenne::is_state(at)) {
    return absl::InvalidArgumentError("no state of a generator");
  }
  return absl::OkStatus();
}

template <typename T>
class BernoulliOp : public OpKernel {
 public:
  explicit BernoulliOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& state = context->input(0);
    const Tensor& sizes = context->input(1);
    const Tensor& numbers = context->input(2);
    OP_REQUIRES_OK(context, check_state(state, numbers));
    TensorShape shape;
    OP_REQUIRES_OK(context, tensorflow::TensorShapeUtils::MakeShape(sizes.flat<int32_t>().data(),
                                                                    sizes.NumElements(), &shape));
    Tensor* mask = nullptr;
    Tensor* after = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &mask));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({kState}), &after));
    Mersenne generator(state.flat<int32_t>().data());
    draw_mask<T>(generator, numbers.flat<double>()(0), static_cast<T>(numbers.flat<double>()(1)), mask->NumElements(),
                 mask->flat<T>().data(), nullptr, nullptr);
    generator.write(after->flat<int32_t>().data());
  }
};

template <typename T>
class DropoutOp : public OpKernel {
 public:
  explicit DropoutOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& state = context->input(0);
    const Tensor& input = context->input(1);
    const Tensor& numbers = context->input(2);
    OP_REQUIRES_OK(context, check_state(state, numbers));
    Tensor* output = nullptr;
    Tensor* mask = nullptr;
    Tensor* after = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, input.shape(), &output));
    OP_REQUIRES_OK(context, context->allocate_output(1, input.shape(), &mask));
    OP_REQUIRES_OK(context, context->allocate_output(2, TensorShape({kState}), &after));
    Mersenne generator(state.flat<int32_t>().data());
    draw_mask<T>(generator, numbers.flat<double>()(0), static_cast<T>(numbers.flat<double>()(1)), input.NumElements(),
                 mask->flat<T>().data(), input.flat<T>().data(), output->flat<T>().data());
    generator.write(after->flat<int32_t>().data());
  }
};

REGISTER_OP("TorchbookBernoulli")
    .Input("state: int32")
    .Input("shape: int32")
    .Input("numbers: float64")
    .Output("mask: T")
    .Output("after: int32")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

REGISTER_OP("TorchbookDropout")
    .Input("state: int32")
    .Input("input: T")
    .Input("numbers: float64")
    .Output("output: T")
    .Output("mask: T")
    .Output("after: int32")
    .Attr("T: {float, double}")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

#define TORCHBOOK_REGISTER_BERNOULLI(T)                                                                     \
  REGISTER_KERNEL_BUILDER(Name("TorchbookBernoulli").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), \
                          BernoulliOp<T>);                                                                  \
  REGISTER_KERNEL_BUILDER(Name("TorchbookDropout").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), DropoutOp<T>)

TORCHBOOK_REGISTER_BERNOULLI(float);
TORCHBOOK_REGISTER_BERNOULLI(double);

}  // namespace
