/**
 * @file The op TorchbookBernoulli: draws of PyTorch's generator (mt19937) as a mask, and the generator's state after them.
 *
 * An element takes two draws of 32 bits, the first one high, of which 53 bits make a number in [0, 1); below `chance` the
 * element is `value`, else 0.
 */
#include <cstdint>
#include <cstring>

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

constexpr int kWords = 624;
constexpr int kShift = 397;
/** In the state's tensor the words are followed by how many draws are left before a refill, plus one, and the next one's place. */
constexpr int kState = kWords + 2;

inline uint32_t twist(uint32_t u, uint32_t v) {
  return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ ((0u - (v & 1u)) & 0x9908b0dfu);
}

class Mersenne {
 public:
  explicit Mersenne(const int32_t* state) {
    std::memcpy(words_, state, sizeof(words_));
    left_ = state[kWords];
    next_ = state[kWords + 1];
    temper(next_);
  }

  void write(int32_t* state) const {
    std::memcpy(state, words_, sizeof(words_));
    state[kWords] = left_;
    state[kWords + 1] = next_;
  }

  uint32_t draw() {
    if (--left_ == 0) refill();
    return drawn_[next_++];
  }

 private:
  void refill() {
    int i = 0;
    for (; i < kWords - kShift; ++i) words_[i] = words_[i + kShift] ^ twist(words_[i], words_[i + 1]);
    for (; i < kWords - 1; ++i) words_[i] = words_[i + kShift - kWords] ^ twist(words_[i], words_[i + 1]);
    words_[kWords - 1] = words_[kShift - 1] ^ twist(words_[kWords - 1], words_[0]);
    left_ = kWords;
    next_ = 0;
    temper(0);
  }

  void temper(int from) {
    for (int i = from; i < kWords; ++i) {
      uint32_t y = words_[i];
      y ^= y >> 11;
      y ^= (y << 7) & 0x9d2c5680u;
      y ^= (y << 15) & 0xefc60000u;
      drawn_[i] = y ^ (y >> 18);
    }
  }

  uint32_t words_[kWords];
  uint32_t drawn_[kWords];
  int32_t left_, next_;
};

template <typename T>
class BernoulliOp : public OpKernel {
 public:
  explicit BernoulliOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& state = context->input(0);
    const Tensor& sizes = context->input(1);
    const Tensor& numbers = context->input(2);
    OP_REQUIRES(context, state.NumElements() == kState && numbers.NumElements() == 2,
                absl::InvalidArgumentError("the generator's state and two numbers are expected"));
    const int32_t* at = state.flat<int32_t>().data();
    OP_REQUIRES(context, at[kWords] >= 1 && at[kWords] <= kWords && at[kWords + 1] >= 0 && at[kWords + 1] <= kWords,
                absl::InvalidArgumentError("no state of a generator"));
    TensorShape shape;
    OP_REQUIRES_OK(context, tensorflow::TensorShapeUtils::MakeShape(sizes.flat<int32_t>().data(),
                                                                    sizes.NumElements(), &shape));
    Tensor* mask = nullptr;
    Tensor* after = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &mask));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({kState}), &after));
    const double chance = numbers.flat<double>()(0);
    const T value = static_cast<T>(numbers.flat<double>()(1));
    Mersenne generator(at);
    T* out = mask->flat<T>().data();
    for (int64_t i = 0, count = mask->NumElements(); i < count; ++i) {
      const uint64_t high = generator.draw() & 0x1fffffu;
      const double drawn = static_cast<double>(high << 32 | generator.draw()) * 0x1p-53;
      out[i] = drawn < chance ? value : T(0);
    }
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

#define TORCHBOOK_REGISTER_BERNOULLI(T)                                                                     \
  REGISTER_KERNEL_BUILDER(Name("TorchbookBernoulli").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), \
                          BernoulliOp<T>)

TORCHBOOK_REGISTER_BERNOULLI(float);
TORCHBOOK_REGISTER_BERNOULLI(double);

}  // namespace
