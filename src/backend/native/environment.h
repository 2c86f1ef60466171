/** @file What one environment of Node (main thread or worker) has of ours, a call in it, and what V8 is told of its memory. */
#ifndef TORCHBOOK_ENVIRONMENT_H_
#define TORCHBOOK_ENVIRONMENT_H_

#ifndef NAPI_VERSION
#define NAPI_VERSION 9
#endif
#include <node_api.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "arena.h"
#include "dispatch.h"
#include "program.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace torchbook {

/** Memory is reported to V8 in steps of this many bytes. */
constexpr int64_t kReportStep = int64_t{1} << 20;
/**
 * V8 is told one byte for so many. It takes what it is told for part of its own heap, which is small here, and would go through all of
 * that for each 20 MB: every tenth step of a training.
 */
constexpr int64_t kReportShare = 2;

/** What one environment (main thread or worker) has. */
struct State {
  Values values;
  Dispatcher dispatcher;
  /** By number; null for numbers that are free. */
  std::vector<std::unique_ptr<Program>> programs;
  std::vector<int32_t> vacant_programs;
  int32_t* scratch = nullptr;
  size_t scratch_size = 0;
  /** Behind the array that JavaScript has and those before it: whoever transfers its buffer away leaves no loose pointer here. */
  std::vector<std::unique_ptr<int32_t[]>> rooms;
  /** What V8 was told. */
  int64_t reported_bytes = 0;
  /** Reused: shapes on their way to `scratch`. */
  std::vector<int32_t> shape;
  std::vector<Value*> inputs;
  std::vector<Value*> outputs;
  std::vector<napi_value> arguments;
  std::chrono::steady_clock::time_point trimmed = std::chrono::steady_clock::now();
  int trims = 0;
};

inline napi_value fail(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

inline napi_value fail(napi_env env, const absl::Status& status) { return fail(env, std::string(status.message())); }

/**
 * Returns what is held free to the system, now and then: of the arena what was not used for a while, and of malloc's all, but
 * more rarely, as the next steps want much of that again.
 */
inline void trim(State* state) {
  const auto now = std::chrono::steady_clock::now();
  if (now - state->trimmed < std::chrono::seconds(1)) return;
  state->trimmed = now;
  tensor_arena().trim();
#if defined(__GLIBC__)
  if (++state->trims % 16 == 0) malloc_trim(0);
#endif
}

/** Tells V8 what changed since it was told last, if that is much. May collect garbage. */
inline void report(napi_env env, State* state) {
  const int64_t share = state->values.live_bytes / kReportShare;
  const int64_t change = share - state->reported_bytes;
  if (change < kReportStep && change > -kReportStep) return;
  state->reported_bytes = share;
  int64_t total = 0;
  napi_adjust_external_memory(env, change, &total);
  trim(state);
}

/** The call's arguments and the environment's state. */
struct Call {
  Call(napi_env env, napi_callback_info info) {
    size_t count = kFew;
    napi_get_cb_info(env, info, &count, few, nullptr, &data);
    state = static_cast<State*>(data);
    arguments = absl::MakeSpan(few, count);
    if (count <= kFew) return;
    state->arguments.resize(count);
    napi_get_cb_info(env, info, &count, state->arguments.data(), nullptr, nullptr);
    arguments = absl::MakeSpan(state->arguments);
  }

  static constexpr size_t kFew = 8;
  napi_value few[kFew];
  void* data = nullptr;
  State* state;
  absl::Span<napi_value> arguments;
};

}  // namespace torchbook

#endif
