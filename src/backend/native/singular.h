/**
 * @file The singular value decomposition as LAPACK's gesdd makes it, the vectors' signs included: Householder's reduction to
 * bidiagonal form (Golub & Van Loan, 5.4), of R alone where a matrix is much taller than wide (Chan).
 */
#ifndef TORCHBOOK_SINGULAR_H_
#define TORCHBOOK_SINGULAR_H_

#include <algorithm>
#include <vector>

#include "bidiagonal.h"
#include "reflection.h"

namespace torchbook {

/** A matrix in bidiagonal form, upper where it has at least as many rows as columns, and the reflections that led there. */
template <typename T>
class Bidiagonalisation {
 public:
  /** `a` is m×n in row-major order; the reflections are left in it. */
  Bidiagonalisation(T* a, int64_t m, int64_t n)
      : form(std::min(m, n)), a_(a), m_(m), n_(n), k_(std::min(m, n)), left_(k_), right_(k_), v_(std::max(m, n)),
        room_(std::max(m, n)) {
    for (int64_t i = 0; i < k_; ++i) {
      if (m >= n) {
        form.d[i] = column(i, i);
        if (i + 1 < n) form.e[i] = row(i, i + 1);
      } else {
        form.d[i] = row(i, i);
        if (i + 1 < m) form.e[i] = column(i + 1, i);
      }
    }
  }

  Bidiagonal<T> form;

  /** Turns left vectors of the form, `count` rows of m, into those of the matrix. */
  void left(T* vectors, int64_t count) {
    const int64_t below = m_ >= n_ ? 0 : 1;
    for (int64_t i = k_ - 1; i >= 0; --i) {
      const int64_t first = i + below;
      if (first >= m_ || left_[i] == 0) continue;
      unpack(a_ + (first + 1) * n_ + i, m_ - first - 1, n_, v_.data());
      reflect_rows(vectors + first, count, m_, v_.data(), m_ - first, left_[i]);
    }
  }

  /** Turns right vectors of the form, `count` rows of n, into those of the matrix. */
  void right(T* vectors, int64_t count) {
    const int64_t beside = m_ >= n_ ? 1 : 0;
    for (int64_t i = k_ - 1; i >= 0; --i) {
      const int64_t first = i + beside;
      if (first >= n_ || right_[i] == 0) continue;
      unpack(a_ + i * n_ + first + 1, n_ - first - 1, 1, v_.data());
      reflect_rows(vectors + first, count, n_, v_.data(), n_ - first, right_[i]);
    }
  }

 private:
  /** Clears a column below a row and reflects the columns after it. */
  T column(int64_t i, int64_t j) {
    T* top = a_ + i * n_ + j;
    left_[j] = reflect(top, top + n_, m_ - i - 1, n_);
    unpack(top + n_, m_ - i - 1, n_, v_.data());
    reflect_columns(top + 1, n_ - j - 1, n_, v_.data(), m_ - i, left_[j], room_.data());
    return *top;
  }

  /** Clears a row after a column and reflects the rows below it. */
  T row(int64_t i, int64_t j) {
    T* start = a_ + i * n_ + j;
    right_[i] = reflect(start, start + 1, n_ - j - 1, 1);
    unpack(start + 1, n_ - j - 1, 1, v_.data());
    reflect_rows(start + n_, m_ - i - 1, n_, v_.data(), n_ - j, right_[i]);
    return *start;
  }

  T* a_;
  int64_t m_, n_, k_;
  std::vector<T> left_, right_, v_, room_;
};

/** Copies rows of `from` columns into the beginning of rows of `to` columns. */
template <typename T>
void widen(const std::vector<T>& rows, int64_t count, int64_t from, T* wide, int64_t to) {
  for (int64_t i = 0; i < count; ++i) std::copy(&rows[i * from], &rows[i * from] + from, wide + i * to);
}

/**
 * A = U diag(S) V with the greatest singular value first.
 *
 * @param a m×n in row-major order, which is worked in.
 * @param full U of m×m and V of n×n; else of m×k and k×n, k the lesser of m and n.
 * @param u null for the values alone.
 * @returns Whether it came to an end.
 */
template <typename T>
bool decompose_tall_or_wide(T* a, int64_t m, int64_t n, bool full, T* u, T* s, T* v) {
  const int64_t k = std::min(m, n);
  const int64_t rows_u = full ? m : k, rows_v = full ? n : k;
  // R of a tall matrix; its reflections stand below the diagonal.
  const bool first_qr = m >= n && m > n && m >= n * 3 / 2;
  std::vector<T> r, tau(k), room(n), x(m);
  if (first_qr) {
    for (int64_t i = 0; i < n; ++i) {
      T* top = a + i * n + i;
      tau[i] = reflect(top, top + n, m - i - 1, n);
      unpack(top + n, m - i - 1, n, x.data());
      reflect_columns(top + 1, n - i - 1, n, x.data(), m - i, tau[i], room.data());
    }
    r.assign(n * n, T(0));
    for (int64_t i = 0; i < n; ++i) std::copy(a + i * n + i, a + (i + 1) * n, &r[i * n + i]);
  }
  const int64_t height = first_qr ? n : m;
  Bidiagonalisation<T> reduced(first_qr ? r.data() : a, height, n);
  Bidiagonal<T>& form = reduced.form;
  const std::vector<Rotation<T>> turns = m >= n ? std::vector<Rotation<T>>() : form.make_upper();
  if (!form.solve(u != nullptr)) return false;
  std::copy(form.d.begin(), form.d.end(), s);
  if (u == nullptr) return true;
  for (int64_t i = static_cast<int64_t>(turns.size()) - 1; i >= 0; --i) {
    for (int64_t row = 0; row < k; ++row) rotate(&form.left[row * k + i], &form.left[row * k + i + 1], 1, turns[i].c, -turns[i].s);
  }
  // Vectors in rows; those beyond the k come from unit vectors.
  std::vector<T> left(rows_u * m, T(0));
  for (int64_t i = k; i < rows_u; ++i) left[i * m + i] = 1;
  if (first_qr) {
    std::vector<T> inner = form.left;
    reduced.left(inner.data(), k);
    widen(inner, k, k, left.data(), m);
    for (int64_t i = n - 1; i >= 0; --i) {
      unpack(a + (i + 1) * n + i, m - i - 1, n, x.data());
      reflect_rows(left.data() + i, rows_u, m, x.data(), m - i, tau[i]);
    }
  } else {
    widen(form.left, k, k, left.data(), m);
    reduced.left(left.data(), rows_u);
  }
  std::fill(v, v + rows_v * n, T(0));
  for (int64_t i = k; i < rows_v; ++i) v[i * n + i] = 1;
  widen(form.right, k, k, v, n);
  reduced.right(v, rows_v);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < rows_u; ++j) u[i * rows_u + j] = left[j * m + i];
  }
  return true;
}

/** {@link decompose_tall_or_wide} of a matrix that is left as it is, and whose entries may be of any size. */
template <typename T>
bool singular_values(const T* a, int64_t m, int64_t n, bool full, T* u, T* s, T* v) {
  std::vector<T> work(a, a + m * n);
  T most = 0;
  for (const T value : work) most = std::max(most, std::fabs(value));
  const T small = std::sqrt(std::numeric_limits<T>::min()) / std::numeric_limits<T>::epsilon();
  const T scale = most > 0 && most < small ? small / most : most > 1 / small ? 1 / small / most : T(1);
  if (scale != 1) {
    for (T& value : work) value *= scale;
  }
  if (!decompose_tall_or_wide(work.data(), m, n, full, u, s, v)) return false;
  for (int64_t i = 0; i < std::min(m, n); ++i) s[i] /= scale;
  return true;
}

}  // namespace torchbook

#endif
