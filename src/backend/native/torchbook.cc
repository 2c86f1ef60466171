/**
 * @file What JavaScript calls: ops, data in and out, and the lifetime of tensors through the garbage collector.
 *
 * A native tensor lives in a slot; a JavaScript object, its handle, holds the slot's number and is wrapped with a finalizer.
 * The finalizer is a basic one: it runs inside the collection, also while a synchronous loop never returns to the event loop.
 * It must not touch the JavaScript heap; it frees the tensor and leaves the rest to the next call.
 *
 * V8 is told how much memory the tensors hold (`napi_adjust_external_memory`), so it collects handles by the memory behind
 * them. It is told in steps, as each telling costs more than a small op's arithmetic.
 *
 * Numbers pass through one Int32Array, `scratch`, that both sides see: reading and writing it costs a fraction of what an
 * argument, a property or an object costs through Node-API.
 */
#define NAPI_VERSION 9
#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "environment.h"

namespace {

using torchbook::Attr;
using torchbook::Call;
using torchbook::fail;
using torchbook::report;
using torchbook::State;
using torchbook::Value;

void finalize(node_api_basic_env, void* data, void*) {
  Value* value = static_cast<Value*>(data);
  value->owner->give_back(value);
}

/** Writes slot, type, rank and sizes of a tensor to `scratch` from `at` on. Returns where the next one goes. */
size_t write(State* state, Value* value, size_t at, absl::Status* status) {
  state->shape.clear();
  int32_t type = 0;
  *status = state->dispatcher.describe(value, &type, &state->shape);
  if (!status->ok()) return at;
  if (at + 3 + state->shape.size() > state->scratch_size) {
    *status = absl::InternalError("scratch is too small");
    return at;
  }
  int32_t* to = state->scratch + at;
  to[0] = value->slot;
  to[1] = type;
  to[2] = static_cast<int32_t>(state->shape.size());
  std::copy(state->shape.begin(), state->shape.end(), to + 3);
  return at + 3 + state->shape.size();
}

/** Ties a tensor to the life of a handle. */
bool tie(napi_env env, napi_value handle, Value* value) {
  return napi_wrap(env, handle, value, finalize, nullptr, nullptr) == napi_ok;
}

/** Puts the inputs that `scratch` names to `state->inputs`. Returns whether they are all there; throws otherwise. */
bool take_inputs(napi_env env, State* state) {
  const int32_t* given = state->scratch;
  if (given == nullptr || given[1] < 0 || static_cast<size_t>(given[1]) + 2 > state->scratch_size) {
    fail(env, "scratch is too small");
    return false;
  }
  const int32_t count = given[1];
  state->inputs.clear();
  for (int32_t i = 0; i < count; ++i) {
    Value* input = state->values.at(given[2 + i]);
    if (input == nullptr) {
      fail(env, "input " + std::to_string(i) + " was released");
      return false;
    }
    state->inputs.push_back(input);
  }
  return true;
}

/** Ties `state->outputs` to the call's handles and writes to `scratch` what they are; throws what went wrong before. */
napi_value hand_over(napi_env env, const Call& call, absl::Status status) {
  State* state = call.state;
  size_t at = 0;
  size_t tied = 0;
  for (size_t i = 0; status.ok() && i < state->outputs.size(); ++i) {
    at = write(state, state->outputs[i], at, &status);
    if (!status.ok()) break;
    if (!tie(env, call.arguments[i], state->outputs[i])) {
      status = absl::InternalError("a new handle expected");
    } else {
      ++tied;
    }
  }
  if (!status.ok()) {
    // What is tied goes with its handle.
    for (size_t i = tied; i < state->outputs.size(); ++i) state->values.give_back(state->outputs[i]);
    return fail(env, status);
  }
  report(env, state);
  return nullptr;
}

/**
 * run(...handles): runs an op with as many outputs as there are new handles. `scratch` holds the prepared op, the number of
 * inputs and their slots; then, per output, slot, type, rank and sizes.
 */
napi_value run(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  State* state = call.state;
  if (!take_inputs(env, state)) return nullptr;
  state->outputs.clear();
  for (size_t i = 0; i < call.arguments.size(); ++i) state->outputs.push_back(state->values.take());
  const absl::Status status =
      state->dispatcher.run(state->scratch[0], state->inputs, state->outputs, state->values);
  return hand_over(env, call, status);
}

/** define(numbers): the number of a program, see program.h. */
napi_value define(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  size_t length = 0;
  void* data = nullptr;
  napi_typedarray_type kind;
  if (call.arguments.size() != 1 ||
      napi_get_typedarray_info(env, call.arguments[0], &kind, &length, &data, nullptr, nullptr) != napi_ok ||
      kind != napi_int32_array) {
    return fail(env, "an Int32Array expected");
  }
  auto program = std::make_unique<torchbook::Program>();
  const absl::Status status = program->read(static_cast<const int32_t*>(data), length);
  if (!status.ok()) return fail(env, status);
  State* state = call.state;
  if (state->vacant_programs.empty()) {
    state->vacant_programs.push_back(static_cast<int32_t>(state->programs.size()));
    state->programs.emplace_back();
  }
  const int32_t number = state->vacant_programs.back();
  state->vacant_programs.pop_back();
  state->programs[number] = std::move(program);
  napi_value result;
  napi_create_int32(env, number, &result);
  return result;
}

/** The program of a number, null if there is none. */
torchbook::Program* program_at(const State* state, int32_t number) {
  if (number < 0 || static_cast<size_t>(number) >= state->programs.size()) return nullptr;
  return state->programs[number].get();
}

/** undefine(number): drops a program; its number can be given again. */
napi_value undefine(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  int32_t number = -1;
  if (call.arguments.size() != 1 || napi_get_value_int32(env, call.arguments[0], &number) != napi_ok ||
      program_at(call.state, number) == nullptr) {
    return fail(env, "no such program");
  }
  call.state->programs[number] = nullptr;
  call.state->vacant_programs.push_back(number);
  return nullptr;
}

/** replay(...handles): runs a program; `scratch` holds its number and the inputs as for run(). */
napi_value replay(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  State* state = call.state;
  const torchbook::Program* found = state->scratch == nullptr ? nullptr : program_at(state, state->scratch[0]);
  if (found == nullptr) return fail(env, "no such program");
  const torchbook::Program& program = *found;
  if (!take_inputs(env, state)) return nullptr;
  if (state->inputs.size() != program.inputs() || call.arguments.size() != program.results()) {
    return fail(env, "the program has other inputs or results");
  }
  state->outputs.clear();
  const absl::Status status = program.run(state->dispatcher, state->values, state->inputs, &state->outputs);
  return hand_over(env, call, status);
}

/** create(handle, array): a tensor with a copy of the array; `scratch` holds type, rank and sizes, then the slot. */
napi_value create(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  State* state = call.state;
  size_t length = 0;
  void* data = nullptr;
  napi_typedarray_type kind;
  if (call.arguments.size() != 2 ||
      napi_get_typedarray_info(env, call.arguments[1], &kind, &length, &data, nullptr, nullptr) != napi_ok) {
    return fail(env, "a new handle and a typed array expected");
  }
  constexpr size_t widths[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  if (static_cast<size_t>(kind) >= std::size(widths)) return fail(env, "not an array for tensors");
  const int32_t rank = state->scratch == nullptr ? -1 : state->scratch[1];
  if (rank < 0 || static_cast<size_t>(rank) + 2 > state->scratch_size) return fail(env, "scratch is too small");
  tensorflow::TensorShape shape;
  absl::Status status =
      tensorflow::TensorShapeUtils::MakeShape(state->scratch + 2, static_cast<int64_t>(rank), &shape);
  if (!status.ok()) return fail(env, status);
  Value* value = state->values.take();
  const size_t bytes = length * widths[kind];
  status = state->dispatcher.create(state->scratch[0], shape, data, bytes, value, state->values);
  if (status.ok() && !tie(env, call.arguments[0], value)) status = absl::InternalError("a new handle expected");
  if (!status.ok()) {
    state->values.give_back(value);
    return fail(env, status);
  }
  state->scratch[0] = value->slot;
  report(env, state);
  return nullptr;
}

/** read(slot, array): copies a tensor's elements into the array. */
napi_value read(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  int32_t slot = -1;
  size_t offset = 0;
  size_t bytes = 0;
  void* data = nullptr;
  void* start = nullptr;
  napi_value buffer = nullptr;
  size_t length = 0;
  napi_typedarray_type kind;
  if (call.arguments.size() != 2 || napi_get_value_int32(env, call.arguments[0], &slot) != napi_ok ||
      napi_get_typedarray_info(env, call.arguments[1], &kind, &length, &data, &buffer, &offset) != napi_ok ||
      napi_get_arraybuffer_info(env, buffer, &start, &bytes) != napi_ok || offset != 0) {
    return fail(env, "a slot and a typed array of its own buffer expected");
  }
  const Value* value = call.state->values.at(slot);
  if (value == nullptr) return fail(env, "the tensor was released");
  const absl::Status status = call.state->dispatcher.read(value, data, bytes);
  if (!status.ok()) return fail(env, status);
  return nullptr;
}

/** release(slot): frees a tensor now; its handle keeps the slot, empty. */
napi_value release(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  int32_t slot = -1;
  if (call.arguments.size() != 1 || napi_get_value_int32(env, call.arguments[0], &slot) != napi_ok) {
    return fail(env, "a slot expected");
  }
  Value* value = call.state->values.at(slot);
  if (value != nullptr) call.state->values.clear(value);
  report(env, call.state);
  return nullptr;
}

std::string text_of(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

/** prepare(op, name, kind, value, name, kind, value, ...): the number of an op with these attributes. */
napi_value prepare(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  if (call.arguments.size() % 3 != 1) return fail(env, "an op's name and its attributes expected");
  std::vector<Attr> attrs;
  for (size_t i = 1; i + 2 < call.arguments.size(); i += 3) {
    Attr attr;
    attr.name = text_of(env, call.arguments[i]);
    int32_t kind = 0;
    if (napi_get_value_int32(env, call.arguments[i + 1], &kind) != napi_ok || kind < 0 || kind > Attr::kInts) {
      return fail(env, "attribute " + attr.name + " is of no kind");
    }
    attr.kind = static_cast<Attr::Kind>(kind);
    const napi_value value = call.arguments[i + 2];
    bool ok = true;
    if (attr.kind == Attr::kString) {
      attr.text = text_of(env, value);
    } else if (attr.kind == Attr::kShape || attr.kind == Attr::kInts) {
      uint32_t length = 0;
      ok = napi_get_array_length(env, value, &length) == napi_ok;
      for (uint32_t k = 0; k < length; ++k) {
        napi_value element;
        int64_t number = 0;
        napi_get_element(env, value, k, &element);
        napi_get_value_int64(env, element, &number);
        attr.list.push_back(number);
      }
    } else {
      ok = napi_get_value_double(env, value, &attr.number) == napi_ok &&
           (attr.kind == Attr::kFloat || std::abs(attr.number) < 0x1p63);
    }
    if (!ok) return fail(env, "attribute " + attr.name + " has no such value");
    attrs.push_back(std::move(attr));
  }
  napi_value result;
  napi_create_int32(env, call.state->dispatcher.prepare(text_of(env, call.arguments[0]), std::move(attrs)), &result);
  return result;
}

/** forget(): drops all prepared ops. */
napi_value forget(napi_env env, napi_callback_info info) {
  Call(env, info).state->dispatcher.forget();
  return nullptr;
}

/** stats(): { live, bytes, programs }, the tensors, their bytes, and programs. */
napi_value stats(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  napi_value object;
  napi_value live;
  napi_value bytes;
  napi_value programs;
  napi_create_object(env, &object);
  napi_create_int64(env, call.state->values.live, &live);
  napi_create_int64(env, call.state->values.live_bytes, &bytes);
  napi_create_int64(env, call.state->programs.size() - call.state->vacant_programs.size(), &programs);
  napi_set_named_property(env, object, "live", live);
  napi_set_named_property(env, object, "bytes", bytes);
  napi_set_named_property(env, object, "programs", programs);
  return object;
}

/** The state owns the memory. */
void keep(node_api_basic_env, void*, void*) {}

/** Longer than any call needs. */
constexpr int32_t kMostScratch = 1 << 26;

/** scratch(length): the array that both sides see, of at least this length, in place of the one before. */
napi_value scratch(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  State* state = call.state;
  int32_t length = 0;
  napi_value buffer;
  napi_value array;
  if (call.arguments.size() != 1 || napi_get_value_int32(env, call.arguments[0], &length) != napi_ok || length < 64 ||
      length > kMostScratch) {
    return fail(env, "a length expected");
  }
  // Zeroed, for what is written nowhere.
  std::unique_ptr<int32_t[]> room(new (std::nothrow) int32_t[length]());
  if (room == nullptr ||
      napi_create_external_arraybuffer(env, room.get(), length * sizeof(int32_t), keep, nullptr, &buffer) != napi_ok ||
      napi_create_typedarray(env, napi_int32_array, length, buffer, 0, &array) != napi_ok) {
    return fail(env, "no room for numbers");
  }
  state->scratch = room.get();
  state->rooms.push_back(std::move(room));
  state->scratch_size = static_cast<size_t>(length);
  return array;
}

/** open(context, eager): starts in TensorFlow's context, or one of its own. Returns whether ops run on a GPU. */
napi_value open(napi_env env, napi_callback_info info) {
  const Call call(env, info);
  void* context = nullptr;
  bool eager = false;
  if (call.arguments.size() != 2) return fail(env, "a context and a boolean expected");
  napi_get_value_external(env, call.arguments[0], &context);
  napi_get_value_bool(env, call.arguments[1], &eager);
  const absl::Status status = call.state->dispatcher.open(static_cast<TFE_Context*>(context), eager);
  if (!status.ok()) return fail(env, status);
  napi_value result;
  napi_get_boolean(env, call.state->dispatcher.on_gpu(), &result);
  return result;
}

}  // namespace

/**
 * The experimental Node-API: under it alone finalizers run inside the collection instead of in a later turn of the event
 * loop. The published headers leave the macro for it out, so the number stands here.
 */
extern "C" NAPI_MODULE_EXPORT int32_t node_api_module_get_api_version_v1() { return 2147483647; }

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  // The state outlives every finalizer, those at exit too, so it is never deleted.
  State* state = new State();
  const auto method = [state](const char* name, napi_callback function) {
    return napi_property_descriptor{name, nullptr, function, nullptr, nullptr, nullptr, napi_default, state};
  };
  const napi_property_descriptor properties[] = {
      method("open", open),       method("scratch", scratch), method("prepare", prepare),
      method("forget", forget),   method("run", run),         method("create", create),
      method("define", define),   method("replay", replay),
      method("undefine", undefine),
      method("read", read),       method("release", release), method("stats", stats),
  };
  napi_define_properties(env, exports, sizeof(properties) / sizeof(properties[0]), properties);
  return exports;
}
