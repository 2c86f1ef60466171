/**
 * @file Checks the recurrent layers' kernels by themselves, for builds with a sanitizer: every array has exactly its size, and
 * the results are compared with plain loops in double. `recurrent [kernels]` runs the cases; `time B T I H cell directions` times one.
 */
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../../src/backend/native/recurrent-run.h"

namespace {

using namespace torchbook;
typedef std::vector<double> Doubles;

/** Memory of just this size, so that a read behind its end is found. */
struct Array {
  std::unique_ptr<float[]> values;
  int64_t size = 0;
  void make(int64_t count) {
    values.reset(new float[count]);
    size = count;
    std::fill_n(values.get(), count, NAN);
  }
  Doubles doubles() const { return Doubles(values.get(), values.get() + size); }
};

struct Case {
  Cell cell;
  int64_t batch, steps, input, hidden, directions;
  enum { kTimeFirst, kBatchFirst, kPacked } layout;
  bool biases, states;
  int64_t threads;
};

/** A thread per helper, as late as the system starts it. */
class Helpers {
 public:
  ~Helpers() {
    for (auto& thread : threads_) thread.join();
  }
  Threads threads(int64_t count) {
    return {count, [this](std::function<void()> work) { threads_.emplace_back(std::move(work)); }};
  }

 private:
  std::vector<std::thread> threads_;
};

enum Part { kWih, kWhh, kBih, kBhh, kParts };

struct Data {
  std::vector<int32_t> sizes;
  std::vector<int64_t> base;
  Array x, output, d_output, d_x;
  struct Side {
    Array weights[kParts], grads[kParts], h0, c0, hn, cn, d_hn, d_cn, d_h0, d_c0, saved;
  } side[2];
  Layer layer = {};
};

void draw(Array& array, int64_t count, std::mt19937& random, double scale) {
  array.make(count);
  std::normal_distribution<float> normal(0.0f, static_cast<float>(scale));
  for (int64_t k = 0; k < count; ++k) array.values[k] = normal(random);
}

void make(const Case& one, const Kernels& kernels, Data& data) {
  std::mt19937 random(7);
  Layer& layer = data.layer;
  int64_t rows = 0;
  for (int64_t t = 0; t < one.steps; ++t) {
    const int64_t size = one.layout == Case::kPacked ? std::max<int64_t>(1, one.batch - 2 * t) : one.batch;
    data.sizes.push_back(static_cast<int32_t>(size));
    data.base.push_back(one.layout == Case::kBatchFirst ? t : rows);
    rows += size;
  }
  layer.cell = one.cell;
  layer.steps = one.steps;
  layer.batch = one.batch;
  layer.rows = rows;
  layer.input = one.input;
  layer.hidden = one.hidden;
  layer.sizes = data.sizes.data();
  layer.base = data.base.data();
  layer.stride = one.layout == Case::kBatchFirst ? one.steps : 1;
  layer.directions = one.directions;
  layer.output_stride = one.directions * one.hidden;
  draw(data.x, rows * one.input, random, 1);
  data.output.make(rows * layer.output_stride);
  draw(data.d_output, rows * layer.output_stride, random, 1);
  data.d_x.make(rows * one.input);
  layer.x = data.x.values.get();
  const int64_t gates = gates_of(one.cell) * one.hidden;
  const int64_t counts[kParts] = {gates * one.input, gates * one.hidden, gates, gates};
  const int64_t state = one.batch * one.hidden;
  for (int64_t d = 0; d < one.directions; ++d) {
    Data::Side& side = data.side[d];
    for (int k = 0; k < kParts; ++k) {
      draw(side.weights[k], counts[k], random, 1 / std::sqrt(one.hidden + one.input));
      side.grads[k].make(counts[k]);
    }
    for (Array* array : {&side.h0, &side.c0, &side.d_hn, &side.d_cn}) draw(*array, state, random, 1);
    for (Array* array : {&side.hn, &side.cn, &side.d_h0, &side.d_c0}) array->make(state);
    side.saved.make(rows * kernels.saved_width(layer));
    Direction& direction = layer.direction[d];
    direction.reverse = d == 1;
    direction.w_ih = side.weights[kWih].values.get();
    direction.w_hh = side.weights[kWhh].values.get();
    direction.b_ih = one.biases ? side.weights[kBih].values.get() : nullptr;
    direction.b_hh = one.biases ? side.weights[kBhh].values.get() : nullptr;
    direction.output = data.output.values.get() + d * one.hidden;
    direction.saved = side.saved.size > 0 ? side.saved.values.get() : nullptr;
    direction.h0 = one.states ? side.h0.values.get() : nullptr;
    direction.hn = side.hn.values.get();
    direction.d_output = data.d_output.values.get() + d * one.hidden;
    direction.d_hn = one.states ? side.d_hn.values.get() : nullptr;
    direction.d_h0 = side.d_h0.values.get();
    if (one.cell == kLstm) {
      direction.c0 = one.states ? side.c0.values.get() : nullptr;
      direction.cn = side.cn.values.get();
      direction.d_cn = one.states ? side.d_cn.values.get() : nullptr;
      direction.d_c0 = side.d_c0.values.get();
    }
    direction.d_x = data.d_x.values.get();
    direction.d_w_ih = side.grads[kWih].values.get();
    direction.d_w_hh = side.grads[kWhh].values.get();
    direction.d_b_ih = one.biases ? side.grads[kBih].values.get() : nullptr;
    direction.d_b_hh = one.biases ? side.grads[kBhh].values.get() : nullptr;
  }
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/** The largest difference, by the largest value. */
double differ(const Array& found, const Doubles& expected) {
  double most = 0, scale = 1e-3;
  for (double value : expected) scale = std::max(scale, std::abs(value));
  for (int64_t k = 0; k < found.size; ++k) {
    const double difference = std::abs(found.values[k] - expected[k]);
    if (!(difference <= most)) most = std::isnan(difference) ? 1e9 : difference;
  }
  return most / scale;
}

/** One sequence after the other, in double, gradients by the chain rule. @return the largest difference */
double check(const Case& one, Data& data) {
  const Layer& layer = data.layer;
  const int64_t H = one.hidden, I = one.input, G = gates_of(one.cell) * H, wide = layer.output_stride;
  Doubles output(data.output.size), d_x(data.d_x.size);
  double worst = 0;
  for (int64_t d = 0; d < one.directions; ++d) {
    Data::Side& side = data.side[d];
    Doubles w[kParts], dw[kParts];
    for (int k = 0; k < kParts; ++k) {
      w[k] = side.weights[k].doubles();
      if (k >= kBih && !one.biases) std::fill(w[k].begin(), w[k].end(), 0.0);
      dw[k].resize(w[k].size());
    }
    const int64_t state = one.batch * H;
    Doubles hn(state), cn(state), dh0(state), dc0(state);
    for (int64_t b = 0; b < one.batch; ++b) {
      std::vector<int64_t> rows;
      for (int64_t t = 0; t < one.steps; ++t) {
        if (data.sizes[t] > b) rows.push_back(data.base[t] + b * layer.stride);
      }
      if (d == 1) std::reverse(rows.begin(), rows.end());
      Doubles h(H), c(H);
      for (int64_t u = 0; u < H && one.states; ++u) h[u] = side.h0.values[b * H + u], c[u] = side.c0.values[b * H + u];
      // By step: the shares of x and of h in the gates, the gates, the states before.
      std::vector<Doubles> from_h, gates, before, cells;
      for (const int64_t row : rows) {
        Doubles a(w[kBih]), r(w[kBhh]), g(G);
        for (int64_t k = 0; k < G; ++k) {
          for (int64_t j = 0; j < I; ++j) a[k] += w[kWih][k * I + j] * data.x.values[row * I + j];
          for (int64_t j = 0; j < H; ++j) r[k] += w[kWhh][k * H + j] * h[j];
        }
        before.push_back(h);
        cells.push_back(c);
        for (int64_t u = 0; u < H; ++u) {
          if (one.cell == kLstm) {
            for (int k = 0; k < 4; ++k) {
              const double sum = a[k * H + u] + r[k * H + u];
              g[k * H + u] = k == 2 ? std::tanh(sum) : sigmoid(sum);
            }
            c[u] = g[H + u] * c[u] + g[u] * g[2 * H + u];
            h[u] = g[3 * H + u] * std::tanh(c[u]);
          } else if (one.cell == kGru) {
            g[u] = sigmoid(a[u] + r[u]);
            g[H + u] = sigmoid(a[H + u] + r[H + u]);
            g[2 * H + u] = std::tanh(a[2 * H + u] + g[u] * r[2 * H + u]);
            h[u] = g[2 * H + u] + g[H + u] * (before.back()[u] - g[2 * H + u]);
          } else {
            const double sum = a[u] + r[u];
            h[u] = g[u] = one.cell == kTanh ? std::tanh(sum) : std::max(sum, 0.0);
          }
          output[row * wide + d * H + u] = h[u];
        }
        gates.push_back(g);
        from_h.push_back(r);
      }
      std::copy(h.begin(), h.end(), hn.begin() + b * H);
      std::copy(c.begin(), c.end(), cn.begin() + b * H);
      Doubles dh(H), dc(H);
      for (int64_t u = 0; u < H && one.states; ++u) {
        dh[u] = side.d_hn.values[b * H + u];
        if (one.cell == kLstm) dc[u] = side.d_cn.values[b * H + u];
      }
      for (int64_t s = static_cast<int64_t>(rows.size()) - 1; s >= 0; --s) {
        const int64_t row = rows[s];
        const Doubles& g = gates[s];
        Doubles da(G), dr(G), past(H);
        for (int64_t u = 0; u < H; ++u) {
          const double grad = dh[u] + data.d_output.values[row * wide + d * H + u];
          if (one.cell == kLstm) {
            const double i = g[u], f = g[H + u], n = g[2 * H + u], o = g[3 * H + u];
            const double squashed = std::tanh(f * cells[s][u] + i * n);
            const double cell = dc[u] + grad * o * (1 - squashed * squashed);
            da[u] = cell * n * i * (1 - i);
            da[H + u] = cell * cells[s][u] * f * (1 - f);
            da[2 * H + u] = cell * i * (1 - n * n);
            da[3 * H + u] = grad * squashed * o * (1 - o);
            dc[u] = cell * f;
          } else if (one.cell == kGru) {
            const double r = g[u], z = g[H + u], n = g[2 * H + u];
            const double dn = grad * (1 - z) * (1 - n * n);
            da[u] = dn * from_h[s][2 * H + u] * r * (1 - r);
            da[H + u] = grad * (before[s][u] - n) * z * (1 - z);
            da[2 * H + u] = dn;
            dr[2 * H + u] = dn * r;
            past[u] = grad * z;
          } else {
            da[u] = one.cell == kTanh ? grad * (1 - g[u] * g[u]) : g[u] > 0 ? grad : 0;
          }
        }
        for (int64_t k = 0; k < G; ++k) {
          if (one.cell != kGru || k < 2 * H) dr[k] = da[k];
          dw[kBih][k] += da[k];
          dw[kBhh][k] += dr[k];
          for (int64_t j = 0; j < I; ++j) {
            dw[kWih][k * I + j] += da[k] * data.x.values[row * I + j];
            d_x[row * I + j] += da[k] * w[kWih][k * I + j];
          }
          for (int64_t j = 0; j < H; ++j) {
            dw[kWhh][k * H + j] += dr[k] * before[s][j];
            past[j] += dr[k] * w[kWhh][k * H + j];
          }
        }
        dh = past;
      }
      std::copy(dh.begin(), dh.end(), dh0.begin() + b * H);
      std::copy(dc.begin(), dc.end(), dc0.begin() + b * H);
    }
    worst = std::max({worst, differ(side.hn, hn), differ(side.d_h0, dh0)});
    if (one.cell == kLstm) worst = std::max({worst, differ(side.cn, cn), differ(side.d_c0, dc0)});
    for (int k = 0; k < (one.biases ? kParts : kBih); ++k) worst = std::max(worst, differ(side.grads[k], dw[k]));
  }
  return std::max({worst, differ(data.output, output), differ(data.d_x, d_x)});
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Cell cell : {kTanh, kRelu, kGru, kLstm}) {
    all.push_back({cell, 1, 1, 1, 1, 1, Case::kTimeFirst, true, false, 1});
    all.push_back({cell, 3, 5, 2, 3, 2, Case::kPacked, true, true, 2});
    all.push_back({cell, 7, 40, 5, 16, 2, Case::kBatchFirst, true, true, 2});
    all.push_back({cell, 13, 6, 3, 17, 1, Case::kPacked, false, true, 3});
    all.push_back({cell, 40, 5, 40, 33, 2, Case::kPacked, true, true, 2});
    all.push_back({cell, 30, 12, 20, 64, 2, Case::kBatchFirst, true, false, 4});
    all.push_back({cell, 230, 3, 9, 20, 1, Case::kTimeFirst, true, true, 2});
    // Weights beyond the second cache: the way forward shares the units out. The numbers of steps are even and odd.
    const int64_t wide = cell == kLstm ? 200 : cell == kGru ? 230 : 410;
    all.push_back({cell, 5, 4, 40, wide, 2, Case::kPacked, true, true, 3});
    all.push_back({cell, 2, 3, 40, wide, 1, Case::kBatchFirst, false, false, 2});
  }
  return all;
}

/** @return how many cases failed */
int run_cases(const Kernels& kernels) {
  int failed = 0;
  double worst = 0;
  for (const Case& one : cases()) {
    Data data;
    make(one, kernels, data);
    {
      Helpers helpers;
      run_forward(kernels, data.layer, helpers.threads(one.threads));
      run_backward(kernels, data.layer, helpers.threads(one.threads));
    }
    const double error = check(one, data);
    worst = std::max(worst, error);
    if (error > 2e-5) {
      ++failed;
      std::printf("cell %d B%d T%d I%d H%d x%d layout %d: differs by %g\n", one.cell, int(one.batch), int(one.steps),
                  int(one.input), int(one.hidden), int(one.directions), one.layout, error);
    }
  }
  std::printf("%s: worst relative difference %.2g\n", kernels.name, worst);
  return failed;
}

/** Milliseconds: of the processor for one thread, so that other programs do not count, else of the clock. */
double milliseconds(bool alone) {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  if (alone) {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
  }
#endif
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** The caller's thread and, for two, one that waits for work. */
void time_one(const Kernels& kernels, Case one) {
  const bool alone = one.threads == 1;
  Data data;
  make(one, kernels, data);
  // A helper that spins on a slot, as a warm thread pool would.
  std::function<void()> job;
  std::atomic<int> posted{0}, taken{0};
  std::atomic<bool> stop{false};
  std::thread helper([&] {
    for (int seen = 0; !alone && !stop;) {
      if (posted.load() == seen) {
        std::this_thread::yield();
        continue;
      }
      ++seen;
      auto mine = std::move(job);
      taken.store(seen);
      mine();
    }
  });
  const Threads threads{one.threads, [&](std::function<void()> work) {
                          while (taken.load() != posted.load()) std::this_thread::yield();
                          job = std::move(work);
                          posted.fetch_add(1);
                        }};
  std::vector<double> forward, backward;
  const auto started = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - started < std::chrono::milliseconds(1500)) {
    const double a = milliseconds(alone);
    run_forward(kernels, data.layer, threads);
    const double b = milliseconds(alone);
    run_backward(kernels, data.layer, threads);
    const double c = milliseconds(alone);
    forward.push_back(b - a);
    backward.push_back(c - b);
  }
  stop = true;
  helper.join();
  std::sort(forward.begin(), forward.end());
  std::sort(backward.begin(), backward.end());
  const double work = 2e-6 * data.layer.directions * data.layer.rows * gates_of(one.cell) * one.hidden * (one.input + one.hidden);
  std::printf("forward %.3f / %.3f ms (%.0f GFLOPS at best), backward %.3f / %.3f ms (%.0f)\n", forward[forward.size() / 2],
              forward[0], work / forward[0], backward[backward.size() / 2], backward[0], 2 * work / backward[0]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 8 && std::strcmp(argv[1], "time") == 0) {
    const auto number = [&](int k) { return static_cast<int64_t>(std::atoi(argv[k])); };
    const Case one = {static_cast<Cell>(number(6)), number(2), number(3), number(4), number(5), number(7),
                      Case::kBatchFirst, true, false, argc > 8 ? number(8) : 2};
    time_one(kernels(), one);
    return 0;
  }
  return run_cases(kernels()) == 0 ? 0 : 1;
}
