/**
 * @file Singular values and vectors of upper bidiagonal matrices as LAPACK's bdsdc finds them, the vectors' signs included.
 *
 * Implicit QR steps, without a shift where small values would suffer: Golub & Van Loan, 8.6; Demmel & Kahan, Accurate singular
 * values of bidiagonal matrices (LAPACK working note 3). LAPACK divides matrices of more than 25 rows (Gu & Eisenstat, A
 * divide-and-conquer algorithm for the bidiagonal SVD), which finds the same vectors but gives them other signs; here the steps find
 * them, and the signs follow from how parts are joined.
 */
#ifndef TORCHBOOK_BIDIAGONAL_H_
#define TORCHBOOK_BIDIAGONAL_H_

#include <algorithm>
#include <map>
#include <vector>

#include "rotation.h"

namespace torchbook {

/** Parts of more rows are divided. */
constexpr int64_t kUndivided = 25;

/** A bidiagonal matrix: `d` on the diagonal, `e` above it, and once it is solved its left and right singular vectors in rows. */
template <typename T>
struct Bidiagonal {
  std::vector<T> d, e, left, right;

  /** With `wide` it has one column more than rows, whose entry is the last of `e`. */
  explicit Bidiagonal(int64_t n, bool wide = false) : d(n), e(n), n_(n), columns_(n + wide) {}

  /** Diagonalises it: `d` then has the singular values, the greatest first. Returns whether the steps came to an end. */
  bool solve(bool vectors) {
    vectors_ = vectors;
    if (vectors) {
      left.assign(n_ * n_, T(0));
      right.assign(columns_ * columns_, T(0));
      for (int64_t i = 0; i < n_; ++i) left[i * n_ + i] = 1;
      for (int64_t i = 0; i < columns_; ++i) right[i * columns_ + i] = 1;
    }
    room_.resize(2 * columns_);
    if (columns_ > n_) drop_column();
    const std::vector<T> diagonal = d, beside = e;
    if (!steps()) return false;
    make_positive();
    if (vectors && n_ > kUndivided) {
      T scale = 0;
      for (int64_t i = 0; i < n_; ++i) scale = std::max({scale, std::fabs(diagonal[i]), std::fabs(beside[i])});
      for (int64_t begin = 0; begin < n_;) {
        int64_t end = begin + 1;
        while (end < n_ && std::fabs(beside[end - 1]) >= kUnit<T> * scale) ++end;
        set_signs(diagonal, beside, begin, end, scale);
        begin = end;
      }
    }
    sort();
    return true;
  }

  /**
   * From lower form, `e` below the diagonal, to upper form. Returns the rotations, which the left vectors are to be turned back by,
   * from the last to the first.
   */
  std::vector<Rotation<T>> make_upper() {
    std::vector<Rotation<T>> turns(n_ > 0 ? n_ - 1 : 0);
    for (int64_t i = 0; i + 1 < n_; ++i) {
      turns[i] = rotation_of(d[i], e[i]);
      d[i] = turns[i].r;
      e[i] = turns[i].s * d[i + 1];
      d[i + 1] = turns[i].c * d[i + 1];
    }
    return turns;
  }

 private:
  T* left_row(int64_t i) { return &left[i * n_]; }
  T* right_row(int64_t i) { return &right[i * columns_]; }

  void turn_left(int64_t i, T c, T s) {
    if (vectors_) rotate(left_row(i), left_row(i + 1), n_, c, s);
  }
  void turn_right(int64_t i, T c, T s) {
    if (vectors_) rotate(right_row(i), right_row(i + 1), columns_, c, s);
  }

  /** Makes the last column zero: to lower form and back. */
  void drop_column() {
    for (int64_t i = 0; i < n_; ++i) {
      const Rotation<T> turn = rotation_of(d[i], e[i]);
      d[i] = turn.r;
      if (i + 1 < n_) {
        e[i] = turn.s * d[i + 1];
        d[i + 1] = turn.c * d[i + 1];
      } else {
        e[i] = 0;
      }
      turn_right(i, turn.c, turn.s);
    }
    const std::vector<Rotation<T>> turns = make_upper();
    for (int64_t i = 0; i + 1 < n_; ++i) turn_left(i, turns[i].c, turns[i].s);
  }

  /** One block [first, last] that is being worked on, and which way steps run over it. */
  struct Block {
    int64_t first = -1, last = -1;
    bool down = true;
  };

  bool steps() {
    const T tolerance = std::max(T(10), std::min(T(100), std::pow(kUnit<T>, T(-0.125)))) * kUnit<T>;
    T least = n_ > 0 ? std::fabs(d[0]) : T(0), mu = least;
    for (int64_t i = 1; i < n_ && least != 0; ++i) {
      mu = std::fabs(d[i]) * (mu / (mu + std::fabs(e[i - 1])));
      least = std::min(least, mu);
    }
    threshold_ = std::max(tolerance * (least / std::sqrt(T(n_))), 6 * n_ * (n_ * std::numeric_limits<T>::min()));
    Block known;
    int64_t more = 6 * n_ * n_ + 60;
    for (int64_t last = n_ - 1; last > 0;) {
      T most = std::fabs(d[last]);
      int64_t first = last;
      bool split = false;
      while (first > 0) {
        const T beside = std::fabs(e[first - 1]);
        if (beside <= threshold_) {
          e[first - 1] = 0;
          split = true;
          break;
        }
        --first;
        most = std::max({most, std::fabs(d[first]), beside});
      }
      if (split && first == last) {
        --last;
        continue;
      }
      if (first == last - 1) {
        const SingularPair<T> pair = singular_pair(d[first], e[first], d[last]);
        d[first] = pair.greater;
        e[first] = 0;
        d[last] = pair.lesser;
        turn_right(first, pair.right_c, pair.right_s);
        turn_left(first, pair.left_c, pair.left_s);
        last -= 2;
        continue;
      }
      if (first > known.last || last < known.first) known.down = std::fabs(d[first]) >= std::fabs(d[last]);
      T small;
      if (converged(first, last, known.down, tolerance, &small)) continue;
      known.first = first;
      known.last = last;
      if (more-- == 0) return false;
      step(first, last, known.down, shift_of(first, last, known.down, tolerance, small, most));
    }
    return true;
  }

  /** Sets an entry beside the diagonal to 0 that the singular values hardly feel; else a bound below the least of them. */
  bool converged(int64_t first, int64_t last, bool down, T tolerance, T* small) {
    const int64_t edge = down ? last - 1 : first;
    const T beyond = std::fabs(down ? d[last] : d[first]);
    if (std::fabs(e[edge]) <= tolerance * beyond) {
      e[edge] = 0;
      return true;
    }
    T mu = std::fabs(down ? d[first] : d[last]);
    *small = mu;
    for (int64_t k = 0; k < last - first; ++k) {
      const int64_t at = down ? first + k : last - 1 - k;
      if (std::fabs(e[at]) <= tolerance * mu) {
        e[at] = 0;
        return true;
      }
      mu = std::fabs(d[down ? at + 1 : at]) * (mu / (mu + std::fabs(e[at])));
      *small = std::min(*small, mu);
    }
    return false;
  }

  T shift_of(int64_t first, int64_t last, bool down, T tolerance, T small, T most) const {
    if (n_ * tolerance * (small / most) <= std::max(kUnit<T>, T(0.01) * tolerance)) return 0;
    const T start = std::fabs(down ? d[first] : d[last]);
    const T shift = down ? least_singular(d[last - 1], e[last - 1], d[last])
                         : least_singular(d[first], e[first], d[first + 1]);
    return start > 0 && (shift / start) * (shift / start) < kUnit<T> ? T(0) : shift;
  }

  void step(int64_t first, int64_t last, bool down, T shift) {
    Sweep<T> one{room_.data()}, other{room_.data() + columns_};
    if (shift == 0) {
      plain_step(first, last, down, &one, &other);
    } else {
      shifted_step(first, last, down, shift, &one, &other);
    }
    // What turns the columns on the way down turns the rows on the way up.
    T& edge = e[down ? last - 1 : first];
    if (std::fabs(edge) <= threshold_) edge = 0;
    if (!vectors_) return;
    (down ? one : other).apply(right.data(), columns_);
    (down ? other : one).apply(left.data(), n_);
  }

  void plain_step(int64_t first, int64_t last, bool down, Sweep<T>* one, Sweep<T>* other) {
    T c = 1, old_c = 1, s = 0, old_s = 0;
    const int64_t by = down ? 1 : -1;
    const int64_t begin = down ? first : last, end = down ? last : first;
    for (int64_t i = begin; i != end; i += by) {
      const int64_t beside = down ? i : i - 1;
      const Rotation<T> turn = rotation_of(d[i] * c, e[beside]);
      c = turn.c;
      s = turn.s;
      if (i != begin) e[beside - by] = old_s * turn.r;
      const Rotation<T> back = rotation_of(old_c * turn.r, d[i + by] * s);
      old_c = back.c;
      old_s = back.s;
      d[i] = back.r;
      one->add(beside, c, down ? s : -s);
      other->add(beside, old_c, down ? old_s : -old_s);
    }
    const T h = d[end] * c;
    d[end] = h * old_c;
    e[down ? end - 1 : end] = h * old_s;
  }

  void shifted_step(int64_t first, int64_t last, bool down, T shift, Sweep<T>* one, Sweep<T>* other) {
    const int64_t by = down ? 1 : -1;
    const int64_t begin = down ? first : last, end = down ? last : first;
    T f = (std::fabs(d[begin]) - shift) * (std::copysign(T(1), d[begin]) + shift / d[begin]);
    T g = e[down ? begin : begin - 1];
    for (int64_t i = begin; i != end; i += by) {
      const int64_t beside = down ? i : i - 1;
      const Rotation<T> turn = rotation_of(f, g);
      if (i != begin) e[beside - by] = turn.r;
      f = turn.c * d[i] + turn.s * e[beside];
      e[beside] = turn.c * e[beside] - turn.s * d[i];
      g = turn.s * d[i + by];
      d[i + by] = turn.c * d[i + by];
      const Rotation<T> back = rotation_of(f, g);
      d[i] = back.r;
      f = back.c * e[beside] + back.s * d[i + by];
      d[i + by] = back.c * d[i + by] - back.s * e[beside];
      if (i + by != end) {
        g = back.s * e[beside + by];
        e[beside + by] = back.c * e[beside + by];
      }
      one->add(beside, turn.c, down ? turn.s : -turn.s);
      other->add(beside, back.c, down ? back.s : -back.s);
    }
    e[down ? end - 1 : end] = f;
  }

  void make_positive() {
    for (int64_t i = 0; i < n_; ++i) {
      if (d[i] > 0) continue;
      if (std::signbit(d[i]) && vectors_) flip(n_ == 1 ? left_row(i) : right_row(i), n_ == 1 ? n_ : columns_);
      d[i] = std::fabs(d[i]);
    }
  }

  void sort() {
    for (int64_t end = n_; end > 1; --end) {
      // The least goes to the end; of equal ones the last.
      int64_t least = 0;
      for (int64_t i = 1; i < end; ++i) {
        if (d[i] <= d[least]) least = i;
      }
      if (least == end - 1) continue;
      std::swap(d[least], d[end - 1]);
      if (!vectors_) continue;
      std::swap_ranges(left_row(least), left_row(least) + n_, left_row(end - 1));
      std::swap_ranges(right_row(least), right_row(least) + columns_, right_row(end - 1));
    }
  }

  static void flip(T* v, int64_t count) {
    for (int64_t i = 0; i < count; ++i) v[i] = -v[i];
  }

  /**
   * The signs that joining gives: parts are what is left above and below a row, and joined by it; the left vectors of the whole get
   * -1 in that row before they are normalised. One with 0 there is a part's, and keeps its sign.
   */
  void set_signs(const std::vector<T>& diagonal, const std::vector<T>& beside, int64_t begin, int64_t end, T scale) {
    if (end - begin == 1) return;
    int64_t depth = 0;
    for (int64_t size = end - begin; size > kUndivided; size /= 2) ++depth;
    std::map<int64_t, Bidiagonal> leaves;
    for (int64_t row = 0; row < n_; ++row) {
      T* u = left_row(row);
      T mass = 0;
      for (int64_t i = begin; i < end; ++i) mass += u[i] * u[i];
      if (mass < T(0.5)) continue;
      int64_t from = begin, to = end;
      bool turned = false;
      for (int64_t level = depth;; --level) {
        if (level == 0) {
          turned = leaf_sign(diagonal, beside, end, from, to, u, &leaves);
          break;
        }
        const int64_t middle = from + (to - from) / 2;
        if (std::fabs(u[middle]) * d[row] > 8 * kUnit<T> * scale) {
          turned = u[middle] > 0;
          break;
        }
        T first = 0;
        for (int64_t i = from; i < middle; ++i) first += u[i] * u[i];
        if (first > T(0.5)) {
          to = middle;
        } else {
          from = middle + 1;
        }
      }
      if (!turned) continue;
      flip(u, n_);
      flip(right_row(row), columns_);
    }
  }

  /** Whether the vector of a part that is not divided further has the other sign there. */
  static bool leaf_sign(const std::vector<T>& diagonal, const std::vector<T>& beside, int64_t end, int64_t from, int64_t to,
                        const T* u, std::map<int64_t, Bidiagonal>* leaves) {
    const int64_t size = to - from;
    if (size <= 0) return false;
    auto found = leaves->find(from);
    if (found == leaves->end()) {
      Bidiagonal leaf(size, to < end);
      std::copy(&diagonal[from], &diagonal[from] + size, leaf.d.begin());
      std::copy(&beside[from], &beside[from] + size - (to == end), leaf.e.begin());
      if (!leaf.solve(true)) return false;
      found = leaves->emplace(from, std::move(leaf)).first;
    }
    T best = 0;
    for (int64_t row = 0; row < size; ++row) {
      T dot = 0;
      for (int64_t i = 0; i < size; ++i) dot += found->second.left[row * size + i] * u[from + i];
      if (std::fabs(dot) > std::fabs(best)) best = dot;
    }
    return best < 0;
  }

  int64_t n_, columns_;
  bool vectors_ = false;
  T threshold_ = 0;
  std::vector<typename Sweep<T>::Turn> room_;
};

}  // namespace torchbook

#endif
