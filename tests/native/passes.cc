/**
 * @file Checks the optimizers' passes, placing of rows and drawn masks by themselves, for builds with a sanitizer: every array has
 * exactly its size, work is shared out over threads in uneven parts, and the results are compared with plain loops in double.
 */
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "../../src/backend/native/adam-pass.h"
#include "../../src/backend/native/mersenne.h"
#include "../../src/backend/native/row-places.h"
#include "../../src/backend/native/segments.h"
#include "../../src/backend/native/sgd-pass.h"

namespace {

using namespace torchbook;

double worst = 0;
int wrong = 0;

void near(double a, double b) {
  const double difference = std::fabs(a - b) / (1 + std::fabs(b));
  worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
}

void expect(bool holds, const char* what) {
  if (holds) return;
  ++wrong;
  std::printf("wrong: %s\n", what);
}

/** Runs `work(begin, end)` over [0, count), on three threads, the first with the least. */
void share_out(int64_t count, const std::function<void(int64_t, int64_t)>& work) {
  const int64_t cuts[] = {0, count / 7, count / 2, count};
  std::vector<std::thread> threads;
  for (int k = 0; k < 3; ++k) threads.emplace_back([&, k] { work(cuts[k], cuts[k + 1]); });
  for (std::thread& thread : threads) thread.join();
}

/** An array of exactly its size. */
template <typename T>
struct Array {
  Array(int64_t count, std::mt19937& random, double spread) : size(count), values(new T[count]) {
    std::normal_distribution<double> normal(0, 1);
    for (int64_t i = 0; i < count; ++i) values[i] = static_cast<T>(spread * normal(random));
  }
  T* get() const { return values.get(); }
  std::vector<double> copy() const { return std::vector<double>(get(), get() + size); }

  int64_t size;
  std::unique_ptr<T[]> values;
};

template <typename T>
void adam_in_double(const Numbers<T>& n, double g, double& p, double& m, double& v) {
  g = n.sign * g + n.decay * p;
  m += n.first_share * (g - m);
  v = n.beta2 * v + n.second_share * g * g;
  p = n.shrink * p + n.step * m / (std::sqrt(v) * n.correction + n.epsilon);
}

template <typename T>
void compare(const Array<T>& found, const std::vector<double>& expected) {
  for (int64_t i = 0; i < found.size; ++i) near(found.get()[i], expected[i]);
}

/** Parameters of odd sizes, all in one pass, in place. */
template <typename T>
void check_many(const Numbers<T>& numbers, std::mt19937& random) {
  std::vector<Array<T>> params, grads, firsts, seconds;
  Segments<4, T> adam_segments;
  for (const int64_t size : {1, 17, 0, 250, 33}) {
    params.emplace_back(size, random, 1);
    grads.emplace_back(size, random, 1);
    firsts.emplace_back(size, random, 0.1);
    seconds.emplace_back(size, random, 0.1);
    for (int64_t i = 0; i < size; ++i) seconds.back().get()[i] *= seconds.back().get()[i];
    T* parts[4] = {params.back().get(), grads.back().get(), firsts.back().get(), seconds.back().get()};
    adam_segments.add(size, params.back().get(), parts);
  }
  std::vector<std::vector<double>> p, m, v;
  for (size_t k = 0; k < params.size(); ++k) {
    p.push_back(params[k].copy());
    m.push_back(firsts[k].copy());
    v.push_back(seconds[k].copy());
    for (size_t i = 0; i < p[k].size(); ++i) adam_in_double(numbers, grads[k].get()[i], p[k][i], m[k][i], v[k][i]);
  }
  share_out(adam_segments.total(), [&](int64_t begin, int64_t end) {
    adam_segments.each(begin, end, [&](int64_t count, const T* param, T* const* parts) {
      adam<T>(numbers, count, param, parts[1], parts[2], parts[3], parts[0], parts[2], parts[3]);
    });
  });
  for (size_t k = 0; k < params.size(); ++k) {
    compare(params[k], p[k]);
    compare(firsts[k], m[k]);
    compare(seconds[k], v[k]);
  }
}

/** A table whose gradient is known by rows: some come twice, some are left out, some never had a gradient. */
template <typename T, typename Index>
void check_rows(const Numbers<T>& numbers, int64_t height, int64_t width, int64_t count, bool in_place, std::mt19937& random) {
  Array<T> param(height * width, random, 1), first(height * width, random, 0.1), second(height * width, random, 0.1);
  Array<T> fresh(height * width, random, 1), rows(count * width, random, 1);
  for (int64_t i = 0; i < height * width; ++i) {
    if (i / width % 3 == 0) first.get()[i] = second.get()[i] = 0;
    second.get()[i] *= second.get()[i];
  }
  std::unique_ptr<Index[]> index(new Index[count]);
  for (int64_t i = 0; i < count; ++i) index[i] = static_cast<Index>(random() % (height + 1)) - 1;
  RowGradient<T> gradient;
  expect(gradient.read(height, width, rows.get(), index.get(), count) == nullptr, "rows that are in range");

  std::vector<double> dense(height * width, 0);
  for (int64_t i = 0; i < count * width; ++i) {
    if (index[i / width] >= 0) dense[index[i / width] * width + i % width] += rows.get()[i];
  }
  std::vector<double> p = param.copy(), m = first.copy(), v = second.copy(), plain = p;
  for (int64_t i = 0; i < height * width; ++i) {
    adam_in_double(numbers, dense[i], p[i], m[i], v[i]);
    plain[i] -= 0.1 * numbers.sign * dense[i];
  }
  Array<T> other(height * width, random, 1);
  std::copy(param.get(), param.get() + param.size, other.get());
  T* const out = in_place ? param.get() : fresh.get();
  share_out(height, [&](int64_t begin, int64_t end) {
    adam_rows(numbers, gradient, begin, end, width, param.get(), first.get(), second.get(), out);
  });
  compare(in_place ? param : fresh, p);
  compare(first, m);
  compare(second, v);
  T* const next = in_place ? other.get() : fresh.get();
  share_out(height, [&](int64_t begin, int64_t end) {
    sgd_rows<T>(T(0.1), numbers.sign, gradient, begin, end, width, other.get(), next);
  });
  compare(in_place ? other : fresh, plain);

  if (count > 0) {
    index[count / 2] = static_cast<Index>(height);
    expect(gradient.read(height, width, rows.get(), index.get(), count) != nullptr, "a row out of range");
  }
}

template <typename T>
void check_optimizers(std::mt19937& random) {
  const Numbers<T> plain = {T(-0.01), T(1.5), T(1e-8), T(0.1), T(0.999), T(0.001), T(0), T(1), T(1)};
  const Numbers<T> other = {T(-0.01), T(1.5), T(1e-3), T(0.7), T(0.9), T(0.1), T(0.01), T(0.99), T(-1)};
  for (const Numbers<T>& numbers : {plain, other}) {
    check_many<T>(numbers, random);
    for (const bool in_place : {false, true}) {
      for (const int64_t count : {0, 1, 40}) {
        check_rows<T, int32_t>(numbers, 37, 5, count, in_place, random);
        check_rows<T, int64_t>(numbers, 11, 33, count, in_place, random);
      }
    }
  }
}

void check_places(std::mt19937& random) {
  for (const int64_t width : {1, 4, 12, 100}) {
    const int64_t rows = 23, height = 60;
    std::vector<int32_t> all(height);
    for (int64_t i = 0; i < height; ++i) all[i] = static_cast<int32_t>(i);
    std::shuffle(all.begin(), all.end(), random);
    std::unique_ptr<int32_t[]> at(new int32_t[rows]);
    std::copy(all.begin(), all.begin() + rows, at.get());
    std::unique_ptr<char[]> from(new char[rows * width]), to(new char[height * width]), value(new char[1]);
    for (int64_t i = 0; i < rows * width; ++i) from[i] = static_cast<char>(random());
    value[0] = 42;
    RowPlaces places;
    expect(places.read(at.get(), rows, height) == nullptr, "places that are there");
    places.pad(value.get(), 1, width);
    share_out(height, [&](int64_t begin, int64_t end) { places.fill(from.get(), to.get(), begin, end); });
    for (int64_t row = 0; row < height; ++row) {
      int64_t source = -1;
      for (int64_t i = 0; i < rows; ++i) source = at[i] == row ? i : source;
      for (int64_t k = 0; k < width; ++k) {
        expect(to[row * width + k] == (source < 0 ? 42 : from[source * width + k]), "what stands at a place");
      }
    }
    for (const int32_t bad : {-1, static_cast<int32_t>(height)}) {
      at[rows - 1] = bad;
      expect(places.read(at.get(), rows, height) != nullptr, "a place out of range");
    }
  }
}

/** Masks of all sizes from one generator, against the standard library's. */
template <typename T>
void check_masks(double chance, std::mt19937& random) {
  std::unique_ptr<int32_t[]> state(new int32_t[kState]);
  std::mt19937 standard(5489);
  // The state that this seed gives: no draw is left before the words are made anew.
  uint32_t word = 5489;
  for (int i = 0; i < kWords; ++i) {
    state[i] = static_cast<int32_t>(word);
    word = 1812433253u * (word ^ (word >> 30)) + static_cast<uint32_t>(i) + 1;
  }
  state[kWords] = 1;
  state[kWords + 1] = 0;
  expect(Mersenne::is_state(state.get()), "a generator's state");
  for (const int64_t count : {1, 0, 310, 2, 1000, 313, 7}) {
    const Array<T> x(count, random, 1), mask(count, random, 1), out(count, random, 1);
    Mersenne generator(state.get());
    if (count == 313) generator.draw(), standard();
    draw_mask<T>(generator, chance, T(2), count, mask.get(), x.get(), out.get());
    generator.write(state.get());
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t high = standard(), low = standard();
      const double number = static_cast<double>((high << 32 | low) & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
      expect(mask.get()[i] == (number < chance ? T(2) : T(0)), "a drawn element");
      expect(out.get()[i] == x.get()[i] * mask.get()[i], "an element times the mask");
    }
  }
  for (const auto& [place, bad] : {std::pair<int, int32_t>{kWords, 0}, {kWords, kWords + 1}, {kWords + 1, -1}, {kWords + 1, kWords + 1}}) {
    const int32_t before = state[place];
    state[place] = bad;
    expect(!Mersenne::is_state(state.get()), "no generator's state");
    state[place] = before;
  }
}

}  // namespace

int main() {
  std::mt19937 random(1);
  check_optimizers<double>(random);
  expect(worst < 1e-12, "optimizers in float64");
  check_optimizers<float>(random);
  check_places(random);
  for (const double chance : {0.0, 0.3, 1.0}) {
    check_masks<float>(chance, random);
    check_masks<double>(chance, random);
  }
  std::printf("worst difference %.1e\n", worst);
  return wrong == 0 && worst < 1e-5 ? 0 : 1;
}
