/**
 * @file How a recurrent layer's work is shared out over threads.
 *
 * The batch's rows are split, and the directions, never the hidden units: each task runs its whole time loop by itself, with no
 * barrier per step. Results depend on how many threads there are allowed to be, but not on which of them comes first.
 */
#include "recurrent-run.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace torchbook {
namespace {

#ifdef TORCHBOOK_X86_VARIANTS
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#endif

/** Below so many multiplications no other thread is asked: waking it would take longer. */
constexpr int64_t kFewMultiplications = 400'000;

/** Memory that is kept for the next call: fresh pages cost about as much as the work that is done in them. */
class Pool {
 public:
  static Pool& get() {
    static Pool* pool = new Pool;
    return *pool;
  }

  std::pair<float*, int64_t> take(int64_t size) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      auto best = free_.end();
      for (auto it = free_.begin(); it != free_.end(); ++it) {
        if (it->second >= size && (best == free_.end() || it->second < best->second)) best = it;
      }
      if (best != free_.end() && best->second <= 4 * size + kSmall) {
        const auto found = *best;
        free_.erase(best);
        kept_ -= found.second;
        return found;
      }
    }
    return {static_cast<float*>(::operator new(size * sizeof(float), kAlignment)), size};
  }

  void give_back(std::pair<float*, int64_t> block) {
    std::vector<float*> surplus;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      free_.push_back(block);
      kept_ += block.second;
      while (kept_ > kMost) {
        kept_ -= free_.front().second;
        surplus.push_back(free_.front().first);
        free_.erase(free_.begin());
      }
    }
    for (float* data : surplus) ::operator delete(data, kAlignment);
  }

 private:
  static constexpr std::align_val_t kAlignment{64};
  /** Floats. */
  static constexpr int64_t kSmall = 1 << 16;
  static constexpr int64_t kMost = 8 << 20;
  std::mutex mutex_;
  std::vector<std::pair<float*, int64_t>> free_;
  int64_t kept_ = 0;
};

/** Memory for one call, in aligned pieces. */
class Memory {
 public:
  /** Asks for a piece before there is memory; gives its number. */
  int64_t plan(int64_t size) {
    starts_.push_back(total_);
    total_ += (size + 15) / 16 * 16;
    // Pieces that begin at the same place of a page would meet in the cache.
    total_ += 16;
    return static_cast<int64_t>(starts_.size()) - 1;
  }
  void allocate() { block_ = Pool::get().take(std::max<int64_t>(total_, 16)); }
  float* get(int64_t piece) const { return block_.first + starts_[piece]; }

  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    if (block_.first != nullptr) Pool::get().give_back(block_);
  }

 private:
  std::vector<int64_t> starts_;
  int64_t total_ = 0;
  std::pair<float*, int64_t> block_{nullptr, 0};
};

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/**
 * Phases of tasks, each of which starts when those before it are done. All threads take tasks from one counter that only grows:
 * a thread only waits for tasks that running threads have taken, never for a thread that has not come yet, and one that comes
 * too late finds nothing.
 */
class Phases {
 public:
  void add(int64_t count, std::function<void(int64_t)> task) {
    if (count == 0) return;
    phases_.push_back({total_, std::move(task)});
    total_ += count;
    most_ = std::max(most_, count);
  }

  /** Runs all on the caller's thread and as many others as there is work for. */
  static void run(const std::shared_ptr<Phases>& phases, const Threads& threads) {
    const int64_t helpers = std::min(threads.count, phases->most_) - 1;
    for (int64_t k = 0; k < helpers; ++k) threads.start([phases] { phases->work(); });
    phases->work();
    phases->wait_for(phases->total_);
  }

 private:
  struct Phase {
    int64_t start;
    std::function<void(int64_t)> task;
  };

  void work() {
    size_t phase = 0;
    for (;;) {
      const int64_t task = next_.fetch_add(1, std::memory_order_relaxed);
      if (task >= total_) return;
      while (phase + 1 < phases_.size() && phases_[phase + 1].start <= task) ++phase;
      wait_for(phases_[phase].start);
      phases_[phase].task(task - phases_[phase].start);
      done_.fetch_add(1, std::memory_order_release);
    }
  }

  void wait_for(int64_t done) const {
    for (int64_t spins = 0; done_.load(std::memory_order_acquire) < done; ++spins) {
      if (spins < 4000) pause_briefly();
      else std::this_thread::yield();
    }
  }

  std::vector<Phase> phases_;
  int64_t total_ = 0;
  int64_t most_ = 0;
  std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int64_t> done_{0};
};

/** Rows of the batch for one task, and which directions it runs over them. */
struct Task {
  int64_t first_direction, directions;
  Rows rows;
};

struct Plan {
  std::vector<Task> tasks;
  int64_t threads;
  /** Whether the directions are different tasks. */
  bool apart;
  /** The most rows that a kernel gets at once. */
  int64_t most;
};

int64_t multiplications(const Layer& layer) {
  return layer.directions * layer.rows * gates_of(layer.cell) * layer.hidden * (layer.input + layer.hidden);
}

Plan make_plan(const Layer& layer, const Threads& threads) {
  Plan plan;
  plan.threads = multiplications(layer) < kFewMultiplications ? 1 : std::max<int64_t>(1, threads.count);
  // With few rows each, threads had better share the directions: a tile wants about six rows.
  plan.apart = layer.directions == 2 && plan.threads > 1 && layer.batch < 6 * plan.threads;
  const int64_t wanted = plan.apart ? (plan.threads + 1) / 2 : plan.threads;
  const int64_t parts = std::max<int64_t>(1, std::min(layer.batch, wanted));
  // Where sequences end at different times, each task takes long ones and short ones.
  const bool ragged = layer.sizes[layer.steps - 1] != layer.sizes[0];
  plan.most = 0;
  for (int64_t d = 0; d < (plan.apart ? 2 : 1); ++d) {
    for (int64_t part = 0; part < parts; ++part) {
      Task task;
      task.first_direction = d;
      task.directions = plan.apart ? 1 : layer.directions;
      const int64_t begin = layer.batch * part / parts;
      const int64_t end = layer.batch * (part + 1) / parts;
      task.rows = ragged ? Rows{part, parts, (layer.batch - part + parts - 1) / parts} : Rows{begin, 1, end - begin};
      const int64_t shares = (task.rows.count + kMostRows - 1) / kMostRows;
      plan.most = std::max(plan.most, (task.rows.count + shares - 1) / shares);
      plan.tasks.push_back(task);
    }
  }
  return plan;
}

/** Calls `run(direction, rows)` for a task's directions and rows, no more than kMostRows at once. */
template <typename Run>
void each_part(const Task& task, const Run& run) {
  const Rows& rows = task.rows;
  const int64_t shares = (rows.count + kMostRows - 1) / kMostRows;
  for (int64_t d = task.first_direction; d < task.first_direction + task.directions; ++d) {
    for (int64_t k = 0; k < shares; ++k) {
      const int64_t begin = rows.count * k / shares;
      const int64_t end = rows.count * (k + 1) / shares;
      run(d, Rows{rows.first + begin * rows.step, rows.step, end - begin});
    }
  }
}

}  // namespace

const Kernels& kernels() {
#ifdef TORCHBOOK_X86_VARIANTS
  static const Kernels& chosen = []() -> const Kernels& {
    const char* asked = std::getenv("TORCHBOOK_INSTRUCTIONS");
    const std::string most = asked == nullptr ? "" : asked;
    if (most != "base" && most != "avx2" && has_avx512()) return kAvx512Kernels;
    if (most != "base" && has_avx2()) return kAvx2Kernels;
    return kBaseKernels;
  }();
  return chosen;
#else
  return kBaseKernels;
#endif
}

void run_forward(const Kernels& kernels, Layer layer, const Threads& threads) {
  if (layer.batch == 0) return;
  const Plan plan = make_plan(layer, threads);
  Memory memory;
  int64_t panels[2];
  for (int64_t d = 0; d < layer.directions; ++d) panels[d] = memory.plan(kernels.forward_panel_size(layer));
  std::vector<int64_t> scratch;
  for (size_t k = 0; k < plan.tasks.size(); ++k) {
    scratch.push_back(memory.plan(kernels.forward_scratch_size(layer, plan.most)));
  }
  memory.allocate();
  for (int64_t d = 0; d < layer.directions; ++d) layer.direction[d].panels = memory.get(panels[d]);

  const auto phases = std::make_shared<Phases>();
  const int64_t parts = kernels.forward_parts(layer);
  phases->add(layer.directions * parts,
              [&](int64_t k) { kernels.pack_forward(layer, layer.direction[k / parts], k % parts); });
  phases->add(plan.tasks.size(), [&](int64_t k) {
    each_part(plan.tasks[k], [&](int64_t d, const Rows& rows) {
      kernels.forward(layer, layer.direction[d], rows, memory.get(scratch[k]));
    });
  });
  Phases::run(phases, {plan.threads, threads.start});
}

void run_backward(const Kernels& kernels, Layer layer, const Threads& threads) {
  Direction* directions = layer.direction;
  const bool weights = directions[0].d_w_ih != nullptr;
  if (layer.batch == 0) {
    const int64_t gates = gates_of(layer.cell) * layer.hidden;
    for (int64_t d = 0; weights && d < layer.directions; ++d) {
      std::fill_n(directions[d].d_w_ih, gates * layer.input, 0.0f);
      std::fill_n(directions[d].d_w_hh, gates * layer.hidden, 0.0f);
      if (directions[d].d_b_ih != nullptr) std::fill_n(directions[d].d_b_ih, gates, 0.0f);
      if (directions[d].d_b_hh != nullptr) std::fill_n(directions[d].d_b_hh, gates, 0.0f);
    }
    return;
  }
  const Plan plan = make_plan(layer, threads);
  Memory memory;
  int64_t panels[2];
  for (int64_t d = 0; d < layer.directions; ++d) panels[d] = memory.plan(kernels.backward_panel_size(layer));
  std::vector<int64_t> scratch, pieces;
  // By direction: the tasks that run it.
  std::vector<int64_t> runners[2];
  for (const Task& task : plan.tasks) {
    scratch.push_back(memory.plan(kernels.backward_scratch_size(layer, plan.most)));
    for (int64_t d = task.first_direction; weights && d < task.first_direction + task.directions; ++d) {
      runners[d].push_back(memory.plan(kernels.sums_size(layer)));
    }
  }
  // Tasks that run both directions add the second's share of the input's gradient to the first's.
  float* const d_x = directions[0].d_x;
  const bool second = plan.apart && d_x != nullptr;
  const int64_t elements = layer.rows * layer.input;
  const int64_t second_d_x = second ? memory.plan(elements) : -1;
  memory.allocate();
  for (int64_t d = 0; d < layer.directions; ++d) directions[d].panels = memory.get(panels[d]);
  if (second) directions[1].d_x = memory.get(second_d_x);
  std::vector<float*> sums[2];
  for (int64_t d = 0; d < layer.directions; ++d) {
    for (const int64_t piece : runners[d]) sums[d].push_back(memory.get(piece));
  }

  const auto phases = std::make_shared<Phases>();
  const int64_t parts = kernels.backward_parts(layer);
  phases->add(layer.directions * parts,
              [&](int64_t k) { kernels.pack_backward(layer, directions[k / parts], k % parts); });
  const int64_t row_parts = plan.tasks.size() / (plan.apart ? 2 : 1);
  phases->add(plan.tasks.size(), [&](int64_t k) {
    Sums own[2] = {};
    each_part(plan.tasks[k], [&](int64_t d, const Rows& rows) {
      if (weights) own[d].values = sums[d][k % row_parts];
      kernels.backward(layer, directions[d], rows, d > plan.tasks[k].first_direction, weights ? &own[d] : nullptr,
                       memory.get(scratch[k]));
    });
  });
  const int64_t blocks = kernels.blocks(layer);
  if (weights) {
    phases->add(layer.directions * blocks, [&](int64_t k) {
      const int64_t d = k / blocks;
      kernels.gather(layer, directions[d], sums[d].data(), sums[d].size(), k % blocks);
    });
  }
  if (second) {
    phases->add(plan.threads, [&](int64_t k) {
      const float* const more = directions[1].d_x;
      const int64_t end = elements * (k + 1) / plan.threads;
      for (int64_t i = elements * k / plan.threads; i < end; ++i) d_x[i] += more[i];
    });
  }
  Phases::run(phases, {plan.threads, threads.start});
}

}  // namespace torchbook
