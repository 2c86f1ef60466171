/** @file Adam's pass over memory. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_ADAM_PASS_H_
#define TORCHBOOK_ADAM_PASS_H_

#include <cmath>
#include <cstdint>

#include "row-gradient.h"
#include "vector-clones.h"

namespace torchbook {
namespace {

/** What the op is given, in the parameters' own type. */
template <typename T>
struct Numbers {
  T step, correction, epsilon, first_share, beta2, second_share, decay, shrink, sign;
};

/** The arithmetic; without a gradient it is zero. Where it writes in place, an element only replaces itself. */
template <typename T, bool kHasGrad>
inline __attribute__((always_inline)) void adam_loop(const Numbers<T>& n, int64_t count, const T* param,
                                                     const T* grad, const T* first, const T* second,
                                                     T* new_param, T* new_first, T* new_second) {
  const T step = n.step, correction = n.correction, epsilon = n.epsilon, first_share = n.first_share;
  const T beta2 = n.beta2, second_share = n.second_share, decay = n.decay, shrink = n.shrink;
  const T sign = n.sign;
  // PyTorch's lerp takes the other form from a weight of one half on.
  const bool far = std::abs(first_share) >= T(0.5);
  const T keep = T(1) - first_share;
#pragma GCC ivdep
  for (int64_t i = 0; i < count; ++i) {
    const T g = (kHasGrad ? sign * grad[i] : T(0)) + decay * param[i];
    const T difference = g - first[i];
    const T m = far ? g - difference * keep : first[i] + first_share * difference;
    const T v = beta2 * second[i] + second_share * g * g;
    new_first[i] = m;
    new_second[i] = v;
    new_param[i] = shrink * param[i] + step * m / (std::sqrt(v) * correction + epsilon);
  }
}

#define TORCHBOOK_ADAM(T, NAME)                                                                            \
  TORCHBOOK_VECTOR_CLONES                                                                                  \
  void NAME(const Numbers<T>& n, int64_t count, const T* param, const T* grad, const T* first,             \
            const T* second, T* new_param, T* new_first, T* new_second) {                                  \
    if (grad != nullptr) {                                                                                 \
      adam_loop<T, true>(n, count, param, grad, first, second, new_param, new_first, new_second);          \
    } else {                                                                                               \
      adam_loop<T, false>(n, count, param, grad, first, second, new_param, new_first, new_second);         \
    }                                                                                                      \
  }

TORCHBOOK_ADAM(float, adam_float)
TORCHBOOK_ADAM(double, adam_double)

#define TORCHBOOK_ALL_ZERO(T, NAME)                              \
  TORCHBOOK_VECTOR_CLONES                                        \
  bool NAME(const T* values, int64_t count) {                    \
    bool any = false;                                            \
    for (int64_t i = 0; i < count; ++i) any |= values[i] != T(0); \
    return !any;                                                 \
  }

TORCHBOOK_ALL_ZERO(float, all_zero_float)
TORCHBOOK_ALL_ZERO(double, all_zero_double)

inline bool all_zero(const float* values, int64_t count) { return all_zero_float(values, count); }
inline bool all_zero(const double* values, int64_t count) { return all_zero_double(values, count); }

template <typename T>
constexpr auto adam = nullptr;
template <>
constexpr auto adam<float> = &adam_float;
template <>
constexpr auto adam<double> = &adam_double;

/**
 * Rows [begin, end) of a table. A row that never had a gradient has averages of zero and stays as it is where that is what the
 * arithmetic gives; to see that costs less than to write it.
 */
template <typename T>
void adam_rows(const Numbers<T>& numbers, const RowGradient<T>& rows, int64_t begin, int64_t end, int64_t width,
               const T* param, T* first, T* second, T* out) {
  const bool rests = out == param && numbers.decay == 0 && numbers.shrink == 1 && numbers.epsilon > 0;
  const auto step = [&](int64_t row, int64_t count, const T* grad) {
    const int64_t at = row * width;
    adam<T>(numbers, count * width, param + at, grad, first + at, second + at, out + at, first + at, second + at);
  };
  rows.each(begin, end, [&](int64_t row, int64_t count, const T* grad) {
    if (grad != nullptr || !rests) return step(row, count, grad);
    const auto at_rest = [&](int64_t k) {
      return all_zero(second + k * width, width) && all_zero(first + k * width, width);
    };
    for (int64_t k = row; k < row + count;) {
      int64_t last = k;
      while (last < row + count && !at_rest(last)) ++last;
      if (last > k) step(k, last - k, nullptr);
      k = last + 1;
    }
  });
}

}  // namespace
}  // namespace torchbook

#endif
