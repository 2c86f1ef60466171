/**
 * @file Tensor lifetime through the garbage collector.
 *
 * A JavaScript object that stands for a native tensor is tracked with the tensor's id and size. V8 is told the size
 * (`napi_adjust_external_memory`), so it collects such objects by the memory they really hold. The finalizer is a basic
 * one: it runs inside the collection, also while a synchronous loop never returns to the event loop. It must not touch the
 * JavaScript heap, so it only queues the id; the next dispatch takes the queue and deletes the tensors.
 */
#define NAPI_VERSION 9
#include <node_api.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

/** What one environment (main thread or worker) has in flight. */
struct State {
  std::vector<int32_t> dead;
  /** Shared with JavaScript: how many ids wait in `dead`. A plain load there is cheaper than a call here. */
  int32_t* pending = nullptr;
  int64_t live = 0;
  int64_t live_bytes = 0;
  /** Bytes freed since the allocator last gave memory back. */
  int64_t freed_bytes = 0;
  std::chrono::steady_clock::time_point trimmed = std::chrono::steady_clock::now();
};

struct Tracked {
  State* state;
  int32_t id;
  int64_t bytes;
  bool released;
};

State* state_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<State*>(data);
}

void forget(node_api_basic_env env, Tracked* tracked) {
  int64_t total = 0;
  napi_adjust_external_memory(env, -tracked->bytes, &total);
  tracked->state->live -= 1;
  tracked->state->live_bytes -= tracked->bytes;
  tracked->state->freed_bytes += tracked->bytes;
}

void finalize(node_api_basic_env env, void* data, void*) {
  Tracked* tracked = static_cast<Tracked*>(data);
  if (!tracked->released) {
    State* state = tracked->state;
    state->dead.push_back(tracked->id);
    *state->pending = static_cast<int32_t>(state->dead.size());
    forget(env, tracked);
  }
  delete tracked;
}

napi_value fail(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return nullptr;
}

/** track(object, id, bytes): ties the tensor `id` of `bytes` bytes to the life of `object`. */
napi_value track(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  int32_t id = 0;
  int64_t bytes = 0;
  if (argc < 3 || napi_get_value_int32(env, argv[1], &id) != napi_ok ||
      napi_get_value_int64(env, argv[2], &bytes) != napi_ok) {
    return fail(env, "track(object, id, bytes): an object and two numbers expected");
  }
  State* state = state_of(env);
  Tracked* tracked = new Tracked{state, id, bytes, false};
  if (napi_wrap(env, argv[0], tracked, finalize, nullptr, nullptr) != napi_ok) {
    delete tracked;
    return fail(env, "track(object, id, bytes): the object is tracked already");
  }
  int64_t total = 0;
  napi_adjust_external_memory(env, bytes, &total);
  state->live += 1;
  state->live_bytes += bytes;
  return nullptr;
}

/** release(object): the caller deletes the tensor now; the collector need not. False when that was said before. */
napi_value release(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  void* data = nullptr;
  if (argc < 1 || napi_unwrap(env, argv[0], &data) != napi_ok) {
    return fail(env, "release(object): the object is not tracked");
  }
  Tracked* tracked = static_cast<Tracked*>(data);
  bool first = !tracked->released;
  if (first) {
    tracked->released = true;
    forget(env, tracked);
  }
  napi_value result;
  napi_get_boolean(env, first, &result);
  return result;
}

/**
 * Has the allocator return what it holds free to the system, now and then. Between long-lived small blocks glibc keeps large
 * free ones that no later tensor fits, and a long training's memory would creep up by them; fresh pages cost time, so once
 * a second at most.
 */
void trim(State* state) {
#if defined(__GLIBC__)
  if (state->freed_bytes < (int64_t{256} << 20)) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - state->trimmed < std::chrono::seconds(1)) return;
  state->trimmed = now;
  state->freed_bytes = 0;
  malloc_trim(0);
#endif
}

/** drain(): the ids whose objects were collected since the last call, as an Int32Array. */
napi_value drain(napi_env env, napi_callback_info) {
  State* state = state_of(env);
  // What the last call named has been deleted by now.
  trim(state);
  // Allocate first: it may start a collection that queues more ids.
  for (;;) {
    const size_t count = state->dead.size();
    void* data = nullptr;
    napi_value buffer;
    napi_value array;
    if (napi_create_arraybuffer(env, count * sizeof(int32_t), &data, &buffer) != napi_ok ||
        napi_create_typedarray(env, napi_int32_array, count, buffer, 0, &array) != napi_ok) {
      return nullptr;
    }
    if (state->dead.size() != count) continue;
    if (count > 0) std::memcpy(data, state->dead.data(), count * sizeof(int32_t));
    state->dead.clear();
    *state->pending = 0;
    return array;
  }
}

/** stats(): { live, bytes }, the tracked tensors and their bytes. */
napi_value stats(napi_env env, napi_callback_info) {
  State* state = state_of(env);
  napi_value object;
  napi_value live;
  napi_value bytes;
  napi_create_object(env, &object);
  napi_create_int64(env, state->live, &live);
  napi_create_int64(env, state->live_bytes, &bytes);
  napi_set_named_property(env, object, "live", live);
  napi_set_named_property(env, object, "bytes", bytes);
  return object;
}

}  // namespace

/**
 * The experimental Node-API: under it alone finalizers run inside the collection instead of in a later turn of the event
 * loop. The published headers leave the macro for it out, so the number stands here.
 */
extern "C" NAPI_MODULE_EXPORT int32_t node_api_module_get_api_version_v1() { return 2147483647; }

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  State* state = new State();
  napi_value pending;
  napi_value buffer;
  void* data = nullptr;
  napi_create_arraybuffer(env, sizeof(int32_t), &data, &buffer);
  state->pending = static_cast<int32_t*>(data);
  napi_create_typedarray(env, napi_int32_array, 1, buffer, 0, &pending);
  // The state outlives every finalizer: at exit they run after the instance data would be gone, so it is never deleted.
  // The reference keeps the shared counter alive as long.
  napi_ref keep;
  napi_create_reference(env, buffer, 1, &keep);
  napi_set_instance_data(env, state, nullptr, nullptr);
  const napi_property_descriptor properties[] = {
      {"track", nullptr, track, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"release", nullptr, release, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"drain", nullptr, drain, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"stats", nullptr, stats, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"pending", nullptr, nullptr, nullptr, nullptr, pending, napi_default, nullptr},
  };
  napi_define_properties(env, exports, sizeof(properties) / sizeof(properties[0]), properties);
  return exports;
}
