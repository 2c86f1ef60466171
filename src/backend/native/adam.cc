/**
 * @file The op TorchbookAdam: one step of Adam or AdamW for one parameter, in one pass over memory.
 *
 * In TensorFlow's own ops a step is a dozen passes, each as long as the parameter; an embedding's parameters are large.
 */
#include <cmath>
#include <cstdint>

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/util/work_sharder.h"

// A root that would set errno is not vectorised.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-math-errno")
#endif

// One function, compiled for several vector lengths where the tool chain can pick at load time.
#if defined(__linux__) && defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define TORCHBOOK_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TORCHBOOK_VECTOR_CLONES
#endif

namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;

/** What `numbers` holds, in this order; computed in float64 by the caller. */
enum Number {
  /** Minus the learning rate over the first bias correction. */
  kStep,
  /** Root of the second bias correction. */
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

template <typename T>
struct Numbers {
  T step, correction, epsilon, first_share, beta2, second_share, decay, shrink, sign;
};

#define TORCHBOOK_ADAM(T, NAME)                                                                             \
  TORCHBOOK_VECTOR_CLONES                                                                                   \
  void NAME(const Numbers<T>& n, int64_t begin, int64_t end, const T* param,                     \
            const T* grad, const T* first, const T* second,                                                \
            T* new_param, T* new_first, T* new_second) {                                                    \
    const T step = n.step, correction = n.correction, epsilon = n.epsilon, first_share = n.first_share;     \
    const T beta2 = n.beta2, second_share = n.second_share, decay = n.decay, shrink = n.shrink;             \
    const T sign = n.sign;                                                                                  \
    /* PyTorch's lerp takes the other form from a weight of one half on. */                                 \
    const bool far = std::abs(first_share) >= T(0.5);                                                       \
    const T keep = T(1) - first_share;                                                                      \
    /* Where it writes in place, an element only replaces itself. */                                        \
    _Pragma("GCC ivdep") for (int64_t i = begin; i < end; ++i) {                                            \
      const T g = sign * grad[i] + decay * param[i];                                                        \
      const T difference = g - first[i];                                                                    \
      const T m = far ? g - difference * keep : first[i] + first_share * difference;                        \
      const T v = beta2 * second[i] + second_share * g * g;                                                 \
      new_first[i] = m;                                                                                     \
      new_second[i] = v;                                                                                    \
      new_param[i] = shrink * param[i] + step * m / (std::sqrt(v) / correction + epsilon);                  \
    }                                                                                                       \
  }

TORCHBOOK_ADAM(float, adam_float)
TORCHBOOK_ADAM(double, adam_double)

template <typename T>
constexpr auto adam = nullptr;
template <>
constexpr auto adam<float> = &adam_float;
template <>
constexpr auto adam<double> = &adam_double;

/**
 * With `kInPlace` the averages are changed where they are and only the parameter comes out anew: for averages that nobody
 * but the optimizer has seen. Everywhere else values are immutable.
 */
template <typename T, bool kInPlace>
class AdamOp : public OpKernel {
 public:
  explicit AdamOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& param = context->input(0);
    for (int i = 1; i < 4; ++i) {
      OP_REQUIRES(context, context->input(i).shape() == param.shape(),
                  absl::InvalidArgumentError("the parameter, its gradient and averages differ in shape"));
    }
    const Tensor& given = context->input(4);
    OP_REQUIRES(context, given.NumElements() == kNumbers,
                absl::InvalidArgumentError("the step's numbers are not complete"));
    const double* at = given.flat<double>().data();
    const Numbers<T> numbers = {T(at[kStep]),       T(at[kCorrection]), T(at[kEpsilon]),
                                T(at[kFirstShare]), T(at[kBeta2]),      T(at[kSecondShare]),
                                T(at[kDecay]),      T(at[kShrink]),     T(at[kSign])};
    const T* p = param.flat<T>().data();
    const T* g = context->input(1).flat<T>().data();
    const T* m = context->input(2).flat<T>().data();
    const T* v = context->input(3).flat<T>().data();
    Tensor* fresh = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, param.shape(), &fresh));
    T* new_p = fresh->flat<T>().data();
    T* new_m = const_cast<T*>(m);
    T* new_v = const_cast<T*>(v);
    if (!kInPlace) {
      OP_REQUIRES_OK(context, context->allocate_output(1, param.shape(), &fresh));
      new_m = fresh->flat<T>().data();
      OP_REQUIRES_OK(context, context->allocate_output(2, param.shape(), &fresh));
      new_v = fresh->flat<T>().data();
    }
    const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
    // A rough count of cycles per element: memory traffic, a root and two divisions.
    tensorflow::Shard(threads.num_threads, threads.workers, param.NumElements(), 10,
                      [&](int64_t begin, int64_t end) {
                        adam<T>(numbers, begin, end, p, g, m, v, new_p, new_m, new_v);
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

REGISTER_OP("TorchbookAdamInPlace")
    .Input("param: T")
    .Input("grad: T")
    .Input("exp_avg: T")
    .Input("exp_avg_sq: T")
    .Input("numbers: float64")
    .Output("new_param: T")
    .Attr("T: {float, double}")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::UnchangedShape);

#define TORCHBOOK_REGISTER_ADAM(T)                                                                          \
  REGISTER_KERNEL_BUILDER(Name("TorchbookAdam").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"),      \
                          AdamOp<T, false>);                                                                \
  REGISTER_KERNEL_BUILDER(                                                                                  \
      Name("TorchbookAdamInPlace").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), AdamOp<T, true>)

TORCHBOOK_REGISTER_ADAM(float);
TORCHBOOK_REGISTER_ADAM(double);

}  // namespace
