/**
 * @file Eigenvalues and eigenvectors of symmetric matrices as LAPACK's syevd finds them, the vectors' signs included.
 *
 * Householder's reduction to tridiagonal form, then implicit QL or QR steps (Golub & Van Loan, 8.3). LAPACK divides matrices of more
 * than 25 rows and joins the parts by a rank-one change (Cuppen; Gu & Eisenstat), which finds the same vectors but gives them other
 * signs; here the steps find them, and the signs follow from that rank-one change.
 */
#ifndef TORCHBOOK_TRIDIAGONAL_H_
#define TORCHBOOK_TRIDIAGONAL_H_

#include <algorithm>
#include <map>
#include <vector>

#include "reflection.h"
#include "rotation.h"

namespace torchbook {

/** Matrices of more rows are divided. */
constexpr int64_t kLeaf = 25;

/** A symmetric tridiagonal matrix, and its eigenvectors in rows once it is solved. */
template <typename T>
struct Tridiagonal {
  std::vector<T> d, e, vectors;

  explicit Tridiagonal(int64_t n) : d(n), e(n), n_(n) {}

  /** Diagonalises it: `d` then has the eigenvalues, the least first. Returns whether the steps came to an end. */
  bool solve() {
    vectors.assign(n_ * n_, T(0));
    for (int64_t i = 0; i < n_; ++i) vectors[i * n_ + i] = 1;
    if (n_ <= kLeaf) return steps() && sort();
    const std::vector<T> diagonal = d, beside = e;
    if (!steps()) return false;
    // Blocks that nothing joins are solved each by itself.
    for (int64_t begin = 0; begin < n_;) {
      int64_t end = begin + 1;
      while (end < n_ && std::fabs(beside[end - 1]) > tiny(diagonal, end)) ++end;
      set_signs(diagonal, beside, begin, end);
      begin = end;
    }
    return sort();
  }

 private:
  static T tiny(const std::vector<T>& d, int64_t i) {
    return kUnit<T> * std::sqrt(std::fabs(d[i - 1])) * std::sqrt(std::fabs(d[i]));
  }

  /** Splits off blocks at negligible entries and lets steps run over each from its smaller end. */
  bool steps() {
    std::vector<typename Sweep<T>::Turn> room(n_);
    int64_t left = 30 * n_;
    for (int64_t begin = 0; begin < n_;) {
      int64_t last = begin;
      while (last + 1 < n_ && e[last] != 0 && std::fabs(e[last]) > tiny(d, last + 1)) ++last;
      if (last + 1 < n_) e[last] = 0;
      const bool down = std::fabs(d[last]) < std::fabs(d[begin]);
      if (!(down ? rightward(begin, last, room.data(), &left) : leftward(begin, last, room.data(), &left))) return false;
      begin = last + 1;
    }
    return true;
  }

  bool negligible(int64_t i) const {
    return e[i] * e[i] <= (kUnit<T> * kUnit<T> * std::fabs(d[i])) * std::fabs(d[i + 1]) + std::numeric_limits<T>::min();
  }

  void diagonalise_pair(int64_t i) {
    const Pair<T> pair = eigenpair(d[i], e[i], d[i + 1]);
    rotate(&vectors[i * n_], &vectors[(i + 1) * n_], n_, pair.c, pair.s);
    d[i] = pair.greater;
    d[i + 1] = pair.lesser;
    e[i] = 0;
  }

  /** Wilkinson's shift, from the pair that d[i] and e[j] belong to. */
  T shifted(T from, T next, T beside, T far) const {
    const T g = (next - from) / (2 * beside);
    const T r = length_of(g, T(1));
    return far - from + beside / (g + std::copysign(r, g));
  }

  /** QL: eigenvalues come out at the begin. */
  bool leftward(int64_t begin, int64_t last, typename Sweep<T>::Turn* room, int64_t* left) {
    for (int64_t l = begin; l <= last;) {
      int64_t m = l;
      while (m < last && !negligible(m)) ++m;
      if (m < last) e[m] = 0;
      if (m == l) {
        ++l;
        continue;
      }
      if (m == l + 1) {
        diagonalise_pair(l);
        l += 2;
        continue;
      }
      if ((*left)-- == 0) return false;
      Sweep<T> sweep{room};
      T g = shifted(d[l], d[l + 1], e[l], d[m]);
      T s = 1, c = 1, p = 0;
      for (int64_t i = m - 1; i >= l; --i) {
        const T f = s * e[i], b = c * e[i];
        const Rotation<T> turn = rotation_by_larger(g, f);
        c = turn.c;
        s = turn.s;
        if (i != m - 1) e[i + 1] = turn.r;
        g = d[i + 1] - p;
        const T r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        sweep.add(i, c, -s);
      }
      sweep.apply(vectors.data(), n_);
      d[l] -= p;
      e[l] = g;
    }
    return true;
  }

  /** QR: eigenvalues come out at the end. */
  bool rightward(int64_t begin, int64_t last, typename Sweep<T>::Turn* room, int64_t* left) {
    for (int64_t l = last; l >= begin;) {
      int64_t m = l;
      while (m > begin && !negligible(m - 1)) --m;
      if (m > begin) e[m - 1] = 0;
      if (m == l) {
        --l;
        continue;
      }
      if (m == l - 1) {
        diagonalise_pair(m);
        l -= 2;
        continue;
      }
      if ((*left)-- == 0) return false;
      Sweep<T> sweep{room};
      T g = shifted(d[l], d[l - 1], e[l - 1], d[m]);
      T s = 1, c = 1, p = 0;
      for (int64_t i = m; i < l; ++i) {
        const T f = s * e[i], b = c * e[i];
        const Rotation<T> turn = rotation_by_larger(g, f);
        c = turn.c;
        s = turn.s;
        if (i != m) e[i - 1] = turn.r;
        g = d[i] - p;
        const T r = (d[i + 1] - g) * s + 2 * c * b;
        p = s * r;
        d[i] = g + p;
        g = c * r - b;
        sweep.add(i, c, s);
      }
      sweep.apply(vectors.data(), n_);
      d[l] -= p;
      e[l - 1] = g;
    }
    return true;
  }

  bool sort() {
    for (int64_t i = 0; i + 1 < n_; ++i) {
      const int64_t least = std::min_element(d.begin() + i, d.end()) - d.begin();
      if (least == i || d[least] == d[i]) continue;
      std::swap(d[least], d[i]);
      std::swap_ranges(&vectors[i * n_], &vectors[i * n_] + n_, &vectors[least * n_]);
    }
    return true;
  }

  /**
   * The signs that joining gives. With T = diag(T', T'') + ρuuᵀ, u the unit vectors on both sides of the cut, added or subtracted as
   * the entry that was cut is positive or not, an eigenvector is a sum of those of the parts with weights uᵀq/(d - λ), so that
   * uᵀv = -1/ρ before it is normalised: it is negative. A vector with uᵀv = 0 is one of a part's and keeps its sign.
   */
  void set_signs(const std::vector<T>& diagonal, const std::vector<T>& beside, int64_t begin, int64_t end) {
    if (end - begin == 1) return;
    T scale = 0;
    for (int64_t i = begin; i < end; ++i) {
      scale = std::max({scale, std::fabs(diagonal[i]), i + 1 < end ? std::fabs(beside[i]) : T(0)});
    }
    // How often each part is halved: until the last one, which is the largest, is small enough.
    int64_t depth = 0;
    for (int64_t size = end - begin; size > kLeaf; size = (size + 1) / 2) ++depth;
    std::map<int64_t, Tridiagonal> leaves;
    for (int64_t row = 0; row < n_; ++row) {
      T* v = &vectors[row * n_];
      T mass = 0;
      for (int64_t i = begin; i < end; ++i) mass += v[i] * v[i];
      if (mass < T(0.5)) continue;
      int64_t from = begin, to = end;
      for (int64_t level = depth;; --level) {
        if (level == 0) {
          if (leaf_sign(diagonal, beside, begin, end, from, to, v, &leaves)) flip(v);
          break;
        }
        const int64_t cut = from + (to - from) / 2;
        const T joined = v[cut - 1] + std::copysign(T(1), beside[cut - 1]) * v[cut];
        if (std::fabs(beside[cut - 1]) * std::fabs(joined) > 8 * kUnit<T> * scale) {
          if (joined > 0) flip(v);
          break;
        }
        T first = 0;
        for (int64_t i = from; i < cut; ++i) first += v[i] * v[i];
        (first > T(0.5) ? to : from) = cut;
      }
    }
  }

  void flip(T* v) const {
    for (int64_t i = 0; i < n_; ++i) v[i] = -v[i];
  }

  /** Whether the vector of a part that is not divided further has the other sign there. */
  static bool leaf_sign(const std::vector<T>& diagonal, const std::vector<T>& beside, int64_t begin, int64_t end,
                        int64_t from, int64_t to, const T* v, std::map<int64_t, Tridiagonal>* leaves) {
    const int64_t size = to - from;
    auto found = leaves->find(from);
    if (found == leaves->end()) {
      Tridiagonal leaf(size);
      std::copy(&diagonal[from], &diagonal[from] + size, leaf.d.begin());
      std::copy(&beside[from], &beside[from] + size - 1, leaf.e.begin());
      if (from > begin) leaf.d.front() -= std::fabs(beside[from - 1]);
      if (to < end) leaf.d.back() -= std::fabs(beside[to - 1]);
      if (!leaf.solve()) return false;
      found = leaves->emplace(from, std::move(leaf)).first;
    }
    T best = 0;
    for (int64_t row = 0; row < size; ++row) {
      T dot = 0;
      for (int64_t i = 0; i < size; ++i) dot += found->second.vectors[row * size + i] * v[from + i];
      if (std::fabs(dot) > std::fabs(best)) best = dot;
    }
    return best < 0;
  }

  int64_t n_;
};

/** The tridiagonal form of a symmetric matrix, given whole, which the reflections then stand in. */
template <typename T>
struct Reduction {
  Tridiagonal<T> form;
  std::vector<T> tau;
};

template <typename T>
Reduction<T> reduce_symmetric(T* a, int64_t n) {
  Reduction<T> reduction{Tridiagonal<T>(n), std::vector<T>(n)};
  std::vector<T> v(n), w(n);
  for (int64_t i = 0; i + 1 < n; ++i) {
    const int64_t size = n - i - 1;
    T* column = a + (i + 1) * n + i;
    T& tau = reduction.tau[i];
    tau = reflect(column, column + n, size - 1, n);
    reduction.form.e[i] = *column;
    reduction.form.d[i] = a[i * n + i];
    if (tau == 0) continue;
    unpack(column + n, size - 1, n, v.data());
    T product = 0;
    for (int64_t row = 0; row < size; ++row) {
      const T* values = a + (i + 1 + row) * n + i + 1;
      T dot = 0;
      for (int64_t j = 0; j < size; ++j) dot += values[j] * v[j];
      w[row] = tau * dot;
      product += w[row] * v[row];
    }
    const T share = -tau * product / 2;
    for (int64_t row = 0; row < size; ++row) w[row] += share * v[row];
    for (int64_t row = 0; row < size; ++row) {
      T* values = a + (i + 1 + row) * n + i + 1;
      for (int64_t j = 0; j < size; ++j) values[j] -= v[row] * w[j] + w[row] * v[j];
    }
  }
  if (n > 0) reduction.form.d[n - 1] = a[n * n - 1];
  return reduction;
}

/**
 * Eigenvalues, the least first, and eigenvectors in columns.
 *
 * @param a n×n in row-major order; of it the upper or the lower triangle is read.
 * @returns Whether it came to an end.
 */
template <typename T>
bool symmetric_eigen(const T* a, int64_t n, bool upper, T* values, T* vectors) {
  // The upper form is the lower one with rows and columns from the last to the first.
  const auto place = [&](int64_t i) { return upper ? n - 1 - i : i; };
  std::vector<T> work(n * n);
  T most = 0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j <= i; ++j) {
      const T value = a[place(i) * n + place(j)];
      work[i * n + j] = work[j * n + i] = value;
      most = std::max(most, std::fabs(value));
    }
  }
  // Between these bounds nothing overflows, nor is lost, when entries are squared.
  const T least_size = std::sqrt(std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon());
  const T scale = most > 0 && most < least_size ? least_size / most : most > 1 / least_size ? 1 / least_size / most : T(1);
  if (scale != 1) {
    for (T& value : work) value *= scale;
  }
  Reduction<T> reduction = reduce_symmetric(work.data(), n);
  Tridiagonal<T>& form = reduction.form;
  if (upper) {
    std::reverse(form.d.begin(), form.d.end());
    std::reverse(form.e.begin(), form.e.end() - 1);
  }
  if (!form.solve()) return false;
  std::vector<T> v(n);
  if (upper) {
    for (int64_t row = 0; row < n; ++row) std::reverse(&form.vectors[row * n], &form.vectors[row * n] + n);
  }
  for (int64_t i = n - 2; i >= 0; --i) {
    unpack(&work[(i + 1) * n + i] + n, n - i - 2, n, v.data());
    reflect_rows(&form.vectors[i + 1], n, n, v.data(), n - i - 1, reduction.tau[i]);
  }
  for (int64_t i = 0; i < n; ++i) {
    values[i] = form.d[i] / scale;
    for (int64_t j = 0; j < n; ++j) vectors[place(j) * n + i] = form.vectors[i * n + j];
  }
  return true;
}

}  // namespace torchbook

#endif
