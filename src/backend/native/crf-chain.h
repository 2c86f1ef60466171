/**
 * @file Inference in a linear-chain conditional random field for one sequence: partition function, expected counts, best path.
 *
 * In float64, whatever the scores' type. Sums of exponentials are taken relative to their maxima, as products with
 * exp(transitions - largest); where even that underflows (transitions of -10000 to forbid a pair), term by term. Nothing here
 * knows TensorFlow, so that it can be checked by itself; `ops/crf-inference.ts` is the same in TypeScript.
 */
#ifndef TORCHBOOK_CRF_CHAIN_H_
#define TORCHBOOK_CRF_CHAIN_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "vector-clones.h"

namespace torchbook {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kLeastSum = 1e-250;

/** sums = weights · factors. */
TORCHBOOK_VECTOR_CLONES
static void times_rows(int64_t n, const double* weights, const double* factors, double* sums) {
  for (int64_t j = 0; j < n; ++j) sums[j] = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double weight = weights[i];
    const double* row = factors + i * n;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) sums[j] += weight * row[j];
  }
}

/** For each row i of `factors`: sums[i] = factors[i] · relative, and pairs[i] += shares[i] relative unless `pairs` is null. */
TORCHBOOK_VECTOR_CLONES
static void rows_times(int64_t n, const double* factors, const double* relative, const double* shares, double* sums,
                       double* pairs) {
  for (int64_t i = 0; i < n; ++i) {
    const double* row = factors + i * n;
    double sum = 0;
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) sum += row[j] * relative[j];
    sums[i] = sum;
    if (pairs == nullptr) continue;
    double* pair = pairs + i * n;
    const double share = shares[i];
#pragma GCC ivdep
    for (int64_t j = 0; j < n; ++j) pair[j] += share * relative[j];
  }
}

/** log Σ exp of the `n` values that `at` gives. */
template <typename At>
double log_sum_exp(int64_t n, const At& at) {
  double largest = kNever;
  for (int64_t k = 0; k < n; ++k) {
    const double value = at(k);
    if (value > largest || std::isnan(value)) largest = value;
  }
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (int64_t k = 0; k < n; ++k) sum += std::exp(at(k) - largest);
  return largest + std::log(sum);
}

/** A chain's scores, all in float64. */
struct CrfChain {
  int64_t tags = 0;
  /** Of beginning with a tag, and of ending with it. */
  std::vector<double> start, end;
  /** Of going from tag i to tag j, at i * tags + j. */
  std::vector<double> transitions;
  /** exp(transitions - largest). */
  std::vector<double> factors;
  double largest = 0;

  template <typename T>
  CrfChain(int64_t n, const T* begin, const T* finish, const T* going)
      : tags(n), start(begin, begin + n), end(finish, finish + n), transitions(going, going + n * n), factors(n * n) {
    largest = *std::max_element(transitions.begin(), transitions.end());
    if (!std::isfinite(largest)) largest = 0;
    for (int64_t k = 0; k < n * n; ++k) factors[k] = std::exp(transitions[k] - largest);
  }
};

/** One sequence's emissions and given tags: those of step t stand `step` rows behind those of the step before. */
template <typename T>
struct CrfSequence {
  const T* emissions;
  /** Null where there are none. */
  const int64_t* given;
  int64_t step;
  int64_t length;

  const T* scores(int64_t t, int64_t tags) const { return emissions + t * step * tags; }
  int64_t tag(int64_t t) const { return given[t * step]; }
};

/** Room that the passes over a sequence need. */
struct CrfRoom {
  std::vector<double> beta, earlier, ahead, relative, shares;
  explicit CrfRoom(int64_t n) : beta(n), earlier(n), ahead(n), relative(n), shares(n) {}
};

/** What a sequence counts, weighed. */
struct CrfCounts {
  std::vector<double> start, end, transitions;
  /** What is still to be multiplied by the factors. */
  std::vector<double> pairs;
  explicit CrfCounts(int64_t n) : start(n), end(n), transitions(n * n), pairs(n * n) {}

  void finish(const CrfChain& chain) {
    for (size_t k = 0; k < pairs.size(); ++k) transitions[k] += pairs[k] * chain.factors[k];
    std::fill(pairs.begin(), pairs.end(), 0);
  }
};

/** The forward algorithm: `alphas` (length, tags) takes the log weights of all beginnings. Returns the log of the partition. */
template <typename T>
double crf_forward(const CrfChain& chain, const CrfSequence<T>& sequence, CrfRoom& room, double* alphas) {
  const int64_t n = chain.tags;
  const T* first = sequence.scores(0, n);
  for (int64_t j = 0; j < n; ++j) alphas[j] = chain.start[j] + first[j];
  double* sums = room.ahead.data();
  double* weights = room.shares.data();
  for (int64_t t = 1; t < sequence.length; ++t) {
    const double* before = alphas + (t - 1) * n;
    double* here = alphas + t * n;
    const T* score = sequence.scores(t, n);
    const double top = *std::max_element(before, before + n);
    for (int64_t i = 0; i < n; ++i) weights[i] = std::exp(before[i] - top);
    times_rows(n, weights, chain.factors.data(), sums);
    for (int64_t j = 0; j < n; ++j) {
      const double sum = sums[j] > kLeastSum
                             ? top + chain.largest + std::log(sums[j])
                             : log_sum_exp(n, [&](int64_t i) { return before[i] + chain.transitions[i * n + j]; });
      here[j] = score[j] + sum;
    }
  }
  const double* last = alphas + (sequence.length - 1) * n;
  return log_sum_exp(n, [&](int64_t j) { return last[j] + chain.end[j]; });
}

/** The score of the given tags. */
template <typename T>
double crf_path_score(const CrfChain& chain, const CrfSequence<T>& sequence) {
  const int64_t n = chain.tags;
  int64_t tag = sequence.tag(0);
  double score = chain.start[tag] + sequence.scores(0, n)[tag];
  for (int64_t t = 1; t < sequence.length; ++t) {
    const int64_t next = sequence.tag(t);
    score += chain.transitions[tag * n + next] + sequence.scores(t, n)[next];
    tag = next;
  }
  return score + chain.end[tag];
}

/**
 * The backward algorithm: adds `weight` times the probabilities of each pair of neighbouring tags, and of tags at the ends, to
 * `counts`; those of each tag at each step are put to `to`, which lies as the emissions. Of the given tags, if there are any,
 * each counts `gold` more.
 */
template <typename T>
void crf_expected_counts(const CrfChain& chain, const CrfSequence<T>& sequence, const double* alphas,
                         double partition, double weight, double gold, CrfRoom& room, CrfCounts& counts, T* to) {
  const int64_t n = chain.tags;
  double* beta = room.beta.data();
  double* earlier = room.earlier.data();
  double* ahead = room.ahead.data();
  double* relative = room.relative.data();
  double* shares = room.shares.data();
  std::copy(chain.end.begin(), chain.end.end(), beta);
  for (int64_t t = sequence.length - 1; t >= 0; --t) {
    const double* here = alphas + t * n;
    T* out = to + t * sequence.step * n;
    const int64_t tag = sequence.given == nullptr ? -1 : sequence.tag(t);
    for (int64_t j = 0; j < n; ++j) {
      const double share = weight * std::exp(here[j] + beta[j] - partition);
      const double total = j == tag ? share + gold : share;
      out[j] = static_cast<T>(total);
      if (t == 0) counts.start[j] += total;
      if (t == sequence.length - 1) counts.end[j] += total;
    }
    if (tag >= 0 && t > 0) counts.transitions[sequence.tag(t - 1) * n + tag] += gold;
    if (t == 0) break;
    const double* before = here - n;
    const T* score = sequence.scores(t, n);
    for (int64_t j = 0; j < n; ++j) ahead[j] = score[j] + beta[j];
    const double top = *std::max_element(ahead, ahead + n);
    const double top_before = *std::max_element(before, before + n);
    for (int64_t j = 0; j < n; ++j) relative[j] = std::exp(ahead[j] - top);
    const double log_scale = top_before + top + chain.largest - partition;
    // Where the best beginning and the best rest do not meet, the scale is huge and the products tiny: term by term then.
    const bool plain = log_scale < 200;
    if (plain) {
      const double scale = weight * std::exp(log_scale);
      for (int64_t i = 0; i < n; ++i) shares[i] = scale * std::exp(before[i] - top_before);
    } else {
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          counts.transitions[i * n + j] +=
              weight * std::exp(before[i] + chain.transitions[i * n + j] + ahead[j] - partition);
        }
      }
    }
    rows_times(n, chain.factors.data(), relative, shares, earlier, plain ? counts.pairs.data() : nullptr);
    for (int64_t i = 0; i < n; ++i) {
      earlier[i] = earlier[i] > kLeastSum
                       ? top + chain.largest + std::log(earlier[i])
                       : log_sum_exp(n, [&](int64_t j) { return chain.transitions[i * n + j] + ahead[j]; });
    }
    std::swap(beta, earlier);
  }
}

/** Viterbi: puts the best tags to `path` and returns their score; of equal ones those with the lower tags last. */
template <typename T>
double crf_best_path(const CrfChain& chain, const CrfSequence<T>& sequence, int32_t* path) {
  const int64_t n = chain.tags;
  std::vector<double> scores(n), next(n);
  std::vector<int32_t> from(sequence.length * n);
  const T* first = sequence.scores(0, n);
  for (int64_t j = 0; j < n; ++j) scores[j] = chain.start[j] + first[j];
  for (int64_t t = 1; t < sequence.length; ++t) {
    const T* score = sequence.scores(t, n);
    int32_t* best = &from[t * n];
    for (int64_t j = 0; j < n; ++j) {
      next[j] = scores[0] + chain.transitions[j];
      best[j] = 0;
    }
    for (int64_t i = 1; i < n; ++i) {
      const double* row = &chain.transitions[i * n];
      for (int64_t j = 0; j < n; ++j) {
        const double value = scores[i] + row[j];
        if (value > next[j]) {
          next[j] = value;
          best[j] = static_cast<int32_t>(i);
        }
      }
    }
    for (int64_t j = 0; j < n; ++j) scores[j] = next[j] + score[j];
  }
  int64_t tag = 0;
  for (int64_t j = 1; j < n; ++j) {
    if (scores[j] + chain.end[j] > scores[tag] + chain.end[tag]) tag = j;
  }
  const double total = scores[tag] + chain.end[tag];
  for (int64_t t = sequence.length - 1; t >= 0; --t) {
    path[t] = static_cast<int32_t>(tag);
    tag = from[t * n + tag];
  }
  return total;
}

}  // namespace torchbook

#endif
