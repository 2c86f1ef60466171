/**
 * @file Plane rotations, and the singular values and eigenvalues of 2×2 matrices, with the signs of the
 * LAPACK that PyTorch is built with (MKL), which has two rules for rotations.
 *
 * Formulas: Golub & Van Loan, Matrix Computations, 5.1.8 and 8.6; Demmel & Kahan, Accurate singular values of bidiagonal matrices
 * (LAPACK working note 3).
 */
#ifndef TORCHBOOK_ROTATION_H_
#define TORCHBOOK_ROTATION_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace torchbook {

/** Half the distance from 1 to the next number: the greatest relative error of rounding. */
template <typename T>
constexpr T kUnit = std::numeric_limits<T>::epsilon() / 2;

/** √(f² + g²), written so that it rounds as LAPACK's does: how often a sweep runs, and so a sign, can hang on it. */
template <typename T>
T length_of(T f, T g) {
  const T fa = std::fabs(f), ga = std::fabs(g);
  const T most = std::max(fa, ga), least = std::min(fa, ga);
  if (least == 0) return most;
  return most * std::sqrt(1 + (least / most) * (least / most));
}

template <typename T>
struct Rotation {
  T c, s, r;
};

/** The rotation that turns (f, g) into (r, 0), where r has the sign of f. */
template <typename T>
Rotation<T> rotation_of(T f, T g) {
  if (g == 0) return {1, 0, f};
  if (f == 0) return {0, std::copysign(T(1), g), std::fabs(g)};
  // Squares of numbers beyond these bounds would be lost or overflow; powers of two round nothing.
  const T most = std::max(std::fabs(f), std::fabs(g));
  constexpr int kFar = std::numeric_limits<T>::max_exponent / 3;
  int exponent;
  std::frexp(most, &exponent);
  const int shift = exponent < -kFar || exponent > kFar ? -exponent : 0;
  const T x = shift == 0 ? f : std::ldexp(f, shift), y = shift == 0 ? g : std::ldexp(g, shift);
  const T size = std::sqrt(x * x + y * y);
  const T c = x / size, s = y / size, length = shift == 0 ? size : std::ldexp(size, -shift);
  if (f < 0) return {-c, -s, -length};
  return {c, s, length};
}

/** The same, but r has the sign of f only where f is the larger one. */
template <typename T>
Rotation<T> rotation_by_larger(T f, T g) {
  if (g != 0 && f == 0) return {0, 1, g};
  const Rotation<T> turn = rotation_of(f, g);
  if (f < 0 && std::fabs(f) <= std::fabs(g)) return {-turn.c, -turn.s, -turn.r};
  return turn;
}

/** Rotates two vectors. */
template <typename T>
inline void rotate(T* x, T* y, int64_t count, T c, T s) {
  if (c == 1 && s == 0) return;
  for (int64_t i = 0; i < count; ++i) {
    const T old = x[i];
    x[i] = c * old + s * y[i];
    y[i] = c * y[i] - s * old;
  }
}

/** The rotations of one sweep, kept until it is over: they then go over the vectors row by row. */
template <typename T>
struct Sweep {
  struct Turn {
    int64_t row;
    T c, s;
  };
  Turn* turns;
  int64_t count = 0;

  void add(int64_t row, T c, T s) { turns[count++] = {row, c, s}; }

  /** Rotates each row with the next one, in the order in which the turns were added. */
  void apply(T* rows, int64_t width) {
    for (int64_t i = 0; i < count; ++i) {
      T* row = rows + turns[i].row * width;
      rotate(row, row + width, width, turns[i].c, turns[i].s);
    }
    count = 0;
  }
};

template <typename T>
struct Pair {
  /** The value of the greater, then of the lesser magnitude. */
  T greater, lesser;
  /** The vector of the greater one. */
  T c, s;
};

/** Eigenvalues of [[a, b], [b, c]]. */
template <typename T>
Pair<T> eigenpair(T a, T b, T c) {
  const T sum = a + c, difference = a - c, twice = b + b;
  const T root = length_of(difference, twice);
  const T larger = std::fabs(a) > std::fabs(c) ? a : c, smaller = std::fabs(a) > std::fabs(c) ? c : a;
  Pair<T> pair;
  bool down = false;
  if (sum == 0) {
    pair.greater = root / 2;
    pair.lesser = -root / 2;
  } else {
    down = sum < 0;
    pair.greater = (down ? sum - root : sum + root) / 2;
    pair.lesser = (larger / pair.greater) * smaller - (b / pair.greater) * b;
  }
  const bool falls = difference < 0;
  const T leg = falls ? difference - root : difference + root;
  if (std::fabs(leg) > std::fabs(twice)) {
    const T cotangent = -twice / leg;
    pair.s = 1 / std::sqrt(1 + cotangent * cotangent);
    pair.c = cotangent * pair.s;
  } else if (twice == 0) {
    pair.c = 1;
    pair.s = 0;
  } else {
    const T tangent = -leg / twice;
    pair.c = 1 / std::sqrt(1 + tangent * tangent);
    pair.s = tangent * pair.c;
  }
  if (down == falls) {
    const T old = pair.c;
    pair.c = -pair.s;
    pair.s = old;
  }
  return pair;
}

/** The lesser singular value of [[f, g], [0, h]]. */
template <typename T>
T least_singular(T f, T g, T h) {
  const T fa = std::fabs(f), ga = std::fabs(g), ha = std::fabs(h);
  const T least = std::min(fa, ha), most = std::max(fa, ha);
  if (least == 0) return 0;
  const T sum = 1 + least / most, difference = (most - least) / most;
  if (ga < most) {
    const T ratio = (ga / most) * (ga / most);
    return least * (2 / (std::sqrt(sum * sum + ratio) + std::sqrt(difference * difference + ratio)));
  }
  const T ratio = most / ga;
  if (ratio == 0) return (least * most) / ga;
  const T a = sum * ratio, b = difference * ratio;
  return 2 * ((least / (std::sqrt(1 + a * a) + std::sqrt(1 + b * b))) * ratio);
}

template <typename T>
struct SingularPair {
  T greater, lesser;
  /** The right and the left vector of the greater one. */
  T right_c, right_s, left_c, left_s;
};

/** The decomposition of [[f, g], [0, h]]; the values carry signs. */
template <typename T>
SingularPair<T> singular_pair(T f, T g, T h) {
  const auto sign = [](T value) { return std::copysign(T(1), value); };
  const bool swapped = std::fabs(h) > std::fabs(f);
  const T ft = swapped ? h : f, ht = swapped ? f : h;
  const T fa = std::fabs(ft), ha = std::fabs(ht), ga = std::fabs(g);
  T greater, lesser, cl, sl, cr, sr;
  // Which entry is the largest decides the signs.
  int largest = swapped ? 3 : 1;
  if (ga == 0) {
    greater = fa;
    lesser = ha;
    cl = cr = 1;
    sl = sr = 0;
  } else {
    if (ga > fa) largest = 2;
    if (ga > fa && fa / ga < kUnit<T>) {
      greater = ga;
      lesser = ha > 1 ? fa / (ga / ha) : (fa / ga) * ha;
      cl = 1;
      sl = ht / g;
      sr = 1;
      cr = ft / g;
    } else {
      const T d = fa - ha;
      const T l = d == fa ? T(1) : d / fa;
      const T m = g / ft;
      T t = 2 - l;
      const T mm = m * m;
      const T s = std::sqrt(t * t + mm);
      const T r = l == 0 ? std::fabs(m) : std::sqrt(l * l + mm);
      const T a = (s + r) / 2;
      lesser = ha / a;
      greater = fa * a;
      if (mm != 0) {
        t = (m / (s + t) + m / (r + l)) * (1 + a);
      } else if (l == 0) {
        t = std::copysign(T(2), ft) * sign(g);
      } else {
        t = g / std::copysign(d, ft) + m / t;
      }
      const T length = std::sqrt(t * t + 4);
      cr = 2 / length;
      sr = t / length;
      cl = (cr + sr * m) / a;
      sl = (ht / ft) * sr / a;
    }
  }
  if (swapped) {
    std::swap(cl, sr);
    std::swap(sl, cr);
  }
  const T turn = largest == 1   ? sign(cr) * sign(cl) * sign(f)
                 : largest == 2 ? sign(sr) * sign(cl) * sign(g)
                                : sign(sr) * sign(sl) * sign(h);
  return {std::copysign(greater, turn), std::copysign(lesser, turn * sign(f) * sign(h)), cr, sr, cl, sl};
}

}  // namespace torchbook

#endif
