/** @file PyTorch's generator (mt19937) in vectors, and masks drawn from it. Without TensorFlow, so that it can be checked by itself. */
#ifndef TORCHBOOK_MERSENNE_H_
#define TORCHBOOK_MERSENNE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "vector-clones.h"

namespace torchbook {
namespace {

constexpr int kWords = 624;
constexpr int kShift = 397;
/** In the state's tensor the words are followed by how many draws are left before a refill, plus one, and the next one's place. */
constexpr int kState = kWords + 2;

inline uint32_t twist(uint32_t u, uint32_t v) {
  return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ ((0u - (v & 1u)) & 0x9908b0dfu);
}

TORCHBOOK_VECTOR_CLONES
static void temper(const uint32_t* words, int from, uint32_t* drawn) {
  for (int i = from; i < kWords; ++i) {
    uint32_t y = words[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    drawn[i] = y ^ (y >> 18);
  }
}

/** The next 624 words. Each depends on one 227 places before, so that vectors do. */
TORCHBOOK_VECTOR_CLONES
static void refill_words(uint32_t* words) {
  int i = 0;
#pragma GCC ivdep
  for (; i < kWords - kShift; ++i) words[i] = words[i + kShift] ^ twist(words[i], words[i + 1]);
  for (; i < kWords - 1; ++i) words[i] = words[i + kShift - kWords] ^ twist(words[i], words[i + 1]);
  words[kWords - 1] = words[kShift - 1] ^ twist(words[kWords - 1], words[0]);
}

class Mersenne {
 public:
  /** Whether the two numbers behind the words are those of a generator. */
  static bool is_state(const int32_t* state) {
    return state[kWords] >= 1 && state[kWords] <= kWords && state[kWords + 1] >= 0 && state[kWords + 1] <= kWords;
  }

  explicit Mersenne(const int32_t* state) {
    std::memcpy(words_, state, sizeof(words_));
    left_ = state[kWords];
    next_ = state[kWords + 1];
    temper(words_, next_, drawn_);
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

  /** Draws that can be had without a refill; {@link take} gives them. */
  int ready() const { return std::min(left_ - 1, kWords - next_); }
  const uint32_t* take(int count) {
    const uint32_t* at = drawn_ + next_;
    left_ -= count;
    next_ += count;
    return at;
  }

 private:
  void refill() {
    refill_words(words_);
    left_ = kWords;
    next_ = 0;
    temper(words_, 0, drawn_);
  }

  uint32_t words_[kWords];
  uint32_t drawn_[kWords];
  int32_t left_, next_;
};

/** Whether the number of 53 bits that two draws make is below `chance`, given as `least` = ceil(chance * 2^53). */
inline bool is_below(const uint32_t* drawn, uint64_t least) {
  return (static_cast<uint64_t>(drawn[0] & 0x1fffffu) << 32 | drawn[1]) < least;
}

#define TORCHBOOK_MASK(T, NAME)                                                                  \
  TORCHBOOK_VECTOR_CLONES                                                                        \
  static void NAME(const uint32_t* drawn, int64_t count, uint64_t least, T value, T* mask) {     \
    for (int64_t i = 0; i < count; ++i) mask[i] = is_below(drawn + 2 * i, least) ? value : T(0); \
  }                                                                                              \
  TORCHBOOK_VECTOR_CLONES                                                                        \
  static void NAME##_times(const T* x, const T* mask, int64_t count, T* out) {                   \
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] * mask[i];                                 \
  }

TORCHBOOK_MASK(float, mask_float)
TORCHBOOK_MASK(double, mask_double)

inline void fill_mask(const uint32_t* d, int64_t n, uint64_t l, float v, float* m) { mask_float(d, n, l, v, m); }
inline void fill_mask(const uint32_t* d, int64_t n, uint64_t l, double v, double* m) { mask_double(d, n, l, v, m); }
inline void times_mask(const float* x, const float* m, int64_t n, float* out) { mask_float_times(x, m, n, out); }
inline void times_mask(const double* x, const double* m, int64_t n, double* out) { mask_double_times(x, m, n, out); }

/** Draws a mask, and unless `x` is null puts x times the mask to `out` while both are at hand. */
template <typename T>
void draw_mask(Mersenne& generator, double chance, T value, int64_t count, T* mask, const T* x, T* out) {
  const uint64_t least = static_cast<uint64_t>(std::ceil(chance * 0x1p53));
  for (int64_t i = 0; i < count;) {
    int64_t pairs = std::min<int64_t>(generator.ready() / 2, count - i);
    if (pairs > 0) {
      fill_mask(generator.take(static_cast<int>(2 * pairs)), pairs, least, value, mask + i);
    } else {
      const uint32_t high = generator.draw();
      const uint32_t both[2] = {high, generator.draw()};
      pairs = 1;
      mask[i] = is_below(both, least) ? value : T(0);
    }
    if (x != nullptr) times_mask(x + i, mask + i, pairs, out + i);
    i += pairs;
  }
}

}  // namespace
}  // namespace torchbook

#endif
