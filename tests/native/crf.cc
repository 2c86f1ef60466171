/**
 * @file Checks the CRF's passes by themselves, for builds with a sanitizer: every array has exactly its size, and the results
 * are compared with the sum over all tag sequences.
 */
#include "../../src/backend/native/crf-chain.h"

#include <cstdio>
#include <memory>
#include <random>

namespace {

using namespace torchbook;

double worst = 0;

void near(double a, double b) {
  const double difference = std::fabs(a - b) / (1 + std::fabs(b));
  worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
}

template <typename T>
std::unique_ptr<T[]> scores(int64_t count, double spread, std::mt19937& random) {
  std::unique_ptr<T[]> values(new T[count]);
  std::normal_distribution<double> normal(0, spread);
  for (int64_t i = 0; i < count; ++i) values[i] = static_cast<T>(normal(random));
  return values;
}

/** A sequence that is one of `step` side by side. */
template <typename T>
void check(int64_t n, int64_t length, int64_t step, double spread, bool forbid, unsigned seed) {
  std::mt19937 random(seed);
  const auto start = scores<T>(n, spread, random), end = scores<T>(n, spread, random);
  const auto transitions = scores<T>(n * n, spread, random);
  if (forbid) transitions[n * n - 1] = -10000;
  const int64_t rows = (length - 1) * step + 1;
  const auto emissions = scores<T>(rows * n, spread, random);
  std::unique_ptr<int64_t[]> given(new int64_t[rows]);
  for (int64_t i = 0; i < rows; ++i) given[i] = random() % n;
  const CrfChain chain(n, start.get(), end.get(), transitions.get());
  const CrfSequence<T> sequence = {emissions.get(), given.get(), step, length};

  // Every tag sequence, as a number in base n.
  int64_t all = 1;
  for (int64_t t = 0; t < length; ++t) all *= n;
  std::vector<int64_t> tags(length);
  std::vector<double> of_all;
  double best = kNever;
  for (int64_t number = 0; number < all; ++number) {
    int64_t rest = number;
    for (int64_t t = 0; t < length; ++t, rest /= n) tags[t] = rest % n;
    double score = chain.start[tags[0]] + sequence.scores(0, n)[tags[0]] + chain.end[tags[length - 1]];
    for (int64_t t = 1; t < length; ++t) {
      score += chain.transitions[tags[t - 1] * n + tags[t]] + sequence.scores(t, n)[tags[t]];
    }
    of_all.push_back(score);
    best = std::max(best, score);
  }
  const double sum = log_sum_exp(all, [&](int64_t k) { return of_all[k]; });
  std::vector<double> steps(length * n), pairs(n * n);
  for (int64_t number = 0; number < all; ++number) {
    const double share = std::exp(of_all[number] - sum);
    int64_t rest = number, before = 0;
    for (int64_t t = 0; t < length; ++t, rest /= n) {
      steps[t * n + rest % n] += share;
      if (t > 0) pairs[before * n + rest % n] += share;
      before = rest % n;
    }
  }

  CrfRoom room(n);
  std::unique_ptr<double[]> alphas(new double[length * n]);
  const double partition = crf_forward(chain, sequence, room, alphas.get());
  near(partition, sum);
  CrfCounts counts(n);
  std::unique_ptr<T[]> marginals(new T[rows * n]);
  CrfSequence<T> plain = sequence;
  plain.given = nullptr;
  crf_expected_counts(chain, plain, alphas.get(), partition, 1, 0, room, counts, marginals.get());
  counts.finish(chain);
  for (int64_t t = 0; t < length; ++t) {
    for (int64_t j = 0; j < n; ++j) near(marginals[t * step * n + j], steps[t * n + j]);
  }
  for (int64_t k = 0; k < n * n; ++k) near(counts.transitions[k], pairs[k]);
  CrfCounts both(n);
  crf_expected_counts(chain, sequence, alphas.get(), partition, -2, 2, room, both, marginals.get());
  both.finish(chain);
  for (int64_t k = 0; k < n * n; ++k) {
    double given_pairs = 0;
    for (int64_t t = 1; t < length; ++t) given_pairs += sequence.tag(t - 1) * n + sequence.tag(t) == k;
    near(both.transitions[k], 2 * (given_pairs - pairs[k]));
  }
  for (int64_t j = 0; j < n; ++j) {
    near(both.start[j], 2 * ((sequence.tag(0) == j) - steps[j]));
    near(both.end[j], 2 * ((sequence.tag(length - 1) == j) - steps[(length - 1) * n + j]));
  }
  std::unique_ptr<int32_t[]> path(new int32_t[length]);
  near(crf_best_path(chain, sequence, path.get()), best);
  std::unique_ptr<int64_t[]> found(new int64_t[rows]());
  for (int64_t t = 0; t < length; ++t) found[t * step] = path[t];
  CrfSequence<T> best_sequence = sequence;
  best_sequence.given = found.get();
  near(crf_path_score(chain, best_sequence), best);
}

}  // namespace

int main() {
  unsigned seed = 0;
  for (const int64_t n : {1, 2, 3, 5}) {
    for (const int64_t length : {1, 2, 5}) {
      for (const int64_t step : {1, 3}) {
        for (const double spread : {1.0, 60.0}) {
          check<double>(n, length, step, spread, n > 1, ++seed);
          check<float>(n, length, step, spread, false, ++seed);
        }
      }
    }
  }
  std::printf("worst difference %.2g\n", worst);
  return worst < 1e-6 ? 0 : 1;
}
