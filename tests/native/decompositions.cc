/**
 * @file Checks the decompositions by themselves, for builds with a sanitizer: every array has exactly its size, and the parts are
 * multiplied together again.
 */
#include <cstdio>
#include <memory>
#include <random>

#include "../../src/backend/native/singular.h"
#include "../../src/backend/native/tridiagonal.h"

namespace {

using namespace torchbook;

double worst = 0;

template <typename T>
void near(T a, T b, double scale) {
  const double difference = std::fabs(static_cast<double>(a) - static_cast<double>(b)) / (scale * kUnit<T>);
  worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
}

enum class Kind { kPlain, kDeficient, kSame, kZero, kTiny };

template <typename T>
std::unique_ptr<T[]> matrix(int64_t m, int64_t n, Kind kind, std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::unique_ptr<T[]> a(new T[m * n]);
  for (int64_t i = 0; i < m * n; ++i) {
    a[i] = kind == Kind::kSame ? T(2) : kind == Kind::kZero ? T(0) : static_cast<T>(normal(random));
    if (kind == Kind::kTiny) a[i] *= std::numeric_limits<T>::min();
  }
  if (kind == Kind::kDeficient) {
    for (int64_t i = n; i < m * n; ++i) a[i] = a[i % (2 * n)];
  }
  return a;
}

template <typename T>
void orthonormal(const T* q, int64_t rows, int64_t columns) {
  for (int64_t i = 0; i < columns; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      T dot = 0;
      for (int64_t row = 0; row < rows; ++row) dot += q[row * columns + i] * q[row * columns + j];
      near(dot, T(i == j), static_cast<double>(rows));
    }
  }
}

template <typename T>
void check_singular(int64_t m, int64_t n, bool full, Kind kind, std::mt19937& random) {
  const int64_t k = std::min(m, n), wide = full ? m : k, high = full ? n : k;
  const auto a = matrix<T>(m, n, kind, random);
  std::unique_ptr<T[]> u(new T[m * wide]), s(new T[k]), v(new T[high * n]);
  if (!singular_values(a.get(), m, n, full, u.get(), s.get(), v.get())) worst = INFINITY;
  orthonormal(u.get(), m, wide);
  const double scale = static_cast<double>(std::max(s[0], std::numeric_limits<T>::min() / kUnit<T>)) * static_cast<double>(m + n);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      T sum = 0;
      for (int64_t r = 0; r < k; ++r) sum += u[i * wide + r] * s[r] * v[r * n + j];
      near(sum, a[i * n + j], scale);
    }
  }
}

template <typename T>
void check_eigen(int64_t n, bool upper, Kind kind, std::mt19937& random) {
  const auto a = matrix<T>(n, n, kind, random);
  std::unique_ptr<T[]> values(new T[n]), vectors(new T[n * n]);
  if (!symmetric_eigen(a.get(), n, upper, values.get(), vectors.get())) worst = INFINITY;
  orthonormal(vectors.get(), n, n);
  T most = std::numeric_limits<T>::min() / kUnit<T>;
  for (int64_t i = 0; i < n; ++i) most = std::max(most, std::fabs(values[i]));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j <= i; ++j) {
      T sum = 0;
      for (int64_t r = 0; r < n; ++r) sum += vectors[i * n + r] * values[r] * vectors[j * n + r];
      near(sum, upper ? a[j * n + i] : a[i * n + j], static_cast<double>(most) * static_cast<double>(n));
    }
  }
}

}  // namespace

int main() {
  std::mt19937 random(1);
  const int64_t sizes[][2] = {{1, 1}, {1, 5}, {5, 1}, {2, 2}, {3, 4}, {4, 3}, {9, 6}, {6, 9}, {13, 13}, {30, 27}, {28, 41}, {70, 30}, {55, 55}};
  for (const Kind kind : {Kind::kPlain, Kind::kDeficient, Kind::kSame, Kind::kZero, Kind::kTiny}) {
    for (const auto& size : sizes) {
      for (const bool flag : {false, true}) {
        check_singular<float>(size[0], size[1], flag, kind, random);
        check_singular<double>(size[0], size[1], flag, kind, random);
        check_eigen<float>(size[0], flag, kind, random);
        check_eigen<double>(size[0], flag, kind, random);
      }
    }
  }
  std::printf("worst difference %.2g roundings per row\n", worst);
  return worst < 20 ? 0 : 1;
}
