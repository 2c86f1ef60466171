/**
 * @file Householder's reflections I - tau v vᵀ, whose v begins with 1, which is not stored. Golub & Van Loan, 5.1; the first
 * component takes the sign that is not its own, so that nothing cancels.
 */
#ifndef TORCHBOOK_REFLECTION_H_
#define TORCHBOOK_REFLECTION_H_

#include <cmath>
#include <cstdint>

#include "rotation.h"

namespace torchbook {

/**
 * Makes the reflection that turns (alpha, x) into (beta, 0), writes v's other components over x, and beta over alpha. Returns tau,
 * 0 where x is zero already.
 *
 * @param count How many components x has.
 * @param stride From one to the next.
 */
template <typename T>
T reflect(T* alpha, T* x, int64_t count, int64_t stride) {
  T most = 0;
  for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(x[i * stride]));
  if (most == 0) return 0;
  // What rounding leaves of a matrix that has not full rank may be so small that squares and reciprocals are lost.
  int exponent;
  std::frexp(std::max(most, std::fabs(*alpha)), &exponent);
  const int shift = exponent < std::numeric_limits<T>::min_exponent / 3 ? -exponent : 0;
  if (shift != 0) {
    for (int64_t i = 0; i < count; ++i) x[i * stride] = std::ldexp(x[i * stride], shift);
    *alpha = std::ldexp(*alpha, shift);
  }
  double squares = 0;
  for (int64_t i = 0; i < count; ++i) squares += static_cast<double>(x[i * stride]) * x[i * stride];
  const T beta = -std::copysign(length_of(*alpha, static_cast<T>(std::sqrt(squares))), *alpha);
  const T tau = (beta - *alpha) / beta;
  const T scale = 1 / (*alpha - beta);
  for (int64_t i = 0; i < count; ++i) x[i * stride] *= scale;
  *alpha = shift == 0 ? beta : std::ldexp(beta, -shift);
  return tau;
}

/** Reflects the rows of a matrix as vectors: each of the `rows`, `width` components apart, has `count` of them. */
template <typename T>
void reflect_rows(T* matrix, int64_t rows, int64_t width, const T* v, int64_t count, T tau) {
  if (tau == 0) return;
  for (int64_t row = 0; row < rows; ++row) {
    T* x = matrix + row * width;
    T dot = 0;
    for (int64_t i = 0; i < count; ++i) dot += x[i] * v[i];
    dot *= tau;
    for (int64_t i = 0; i < count; ++i) x[i] -= dot * v[i];
  }
}

/** Reflects the columns of a matrix as vectors; `room` has place for a row of `columns`. */
template <typename T>
void reflect_columns(T* matrix, int64_t columns, int64_t width, const T* v, int64_t count, T tau, T* room) {
  if (tau == 0) return;
  for (int64_t j = 0; j < columns; ++j) room[j] = 0;
  for (int64_t i = 0; i < count; ++i) {
    const T* row = matrix + i * width;
    for (int64_t j = 0; j < columns; ++j) room[j] += v[i] * row[j];
  }
  for (int64_t i = 0; i < count; ++i) {
    T* row = matrix + i * width;
    const T scale = tau * v[i];
    for (int64_t j = 0; j < columns; ++j) row[j] -= scale * room[j];
  }
}

/** A reflection's vector with its 1, taken from where it is stored. */
template <typename T>
void unpack(const T* x, int64_t count, int64_t stride, T* v) {
  v[0] = 1;
  for (int64_t i = 0; i < count; ++i) v[i + 1] = x[i * stride];
}

}  // namespace torchbook

#endif
