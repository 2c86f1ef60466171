/** @file SGD's pass over memory. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_SGD_PASS_H_
#define TORCHBOOK_SGD_PASS_H_

#include <cstdint>
#include <cstring>

#include "row-gradient.h"
#include "vector-clones.h"

namespace torchbook {
namespace {

#define TORCHBOOK_SGD(T, NAME)                                                                             \
  TORCHBOOK_VECTOR_CLONES                                                                                  \
  void NAME(T rate, T decay, T sign, int64_t count, const T* param, const T* grad, T* out) {               \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < count; ++i) {                                             \
      out[i] = param[i] - rate * (sign * grad[i] + decay * param[i]);                                      \
    }                                                                                                      \
  }

TORCHBOOK_SGD(float, sgd_float)
TORCHBOOK_SGD(double, sgd_double)

template <typename T>
constexpr auto sgd = nullptr;
template <>
constexpr auto sgd<float> = &sgd_float;
template <>
constexpr auto sgd<double> = &sgd_double;

/** Rows [begin, end) of a table, those without a gradient as they are. */
template <typename T>
void sgd_rows(T rate, T sign, const RowGradient<T>& rows, int64_t begin, int64_t end, int64_t width, const T* param,
              T* out) {
  rows.each(begin, end, [&](int64_t row, int64_t count, const T* grad) {
    const int64_t from = row * width;
    if (grad != nullptr) {
      sgd<T>(rate, T(0), sign, width, param + from, grad, out + from);
    } else if (out != param) {
      std::memcpy(out + from, param + from, count * width * sizeof(T));
    }
  });
}

}  // namespace
}  // namespace torchbook

#endif
