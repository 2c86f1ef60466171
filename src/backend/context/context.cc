/**
 * @file Sees which TensorFlow context the tfjs binding makes, so that our addon works in the same one.
 *
 * Loaded before the binding with its symbols in sight of all (RTLD_GLOBAL), this addon's `TFE_NewContext` is the one that
 * the binding finds. It must not link TensorFlow itself: its libraries' symbols would then be in sight of all, too. Where
 * the linker binds names to libraries (macOS), nothing is seen and our addon makes a context of its own.
 */
#define NAPI_VERSION 8
#include <dlfcn.h>
#include <node_api.h>

#include <cstdio>
#include <cstdlib>

namespace {

void* seen = nullptr;

using NewContext = void* (*)(const void* options, void* status);

/** TensorFlow's own function, in the library that whoever calls us has loaded. */
NewContext original() {
  void* library = dlopen("libtensorflow_cc.so.2", RTLD_LAZY | RTLD_NOLOAD);
  void* function = library == nullptr ? nullptr : dlsym(library, "TFE_NewContext");
  if (function == nullptr) {
    std::fputs("TFE_NewContext was called, but libtensorflow_cc.so.2 is not loaded\n", stderr);
    std::abort();
  }
  return reinterpret_cast<NewContext>(function);
}

/** context(): the context made last, as an external value; undefined when none was seen. */
napi_value context(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  if (seen != nullptr) napi_create_external(env, seen, nullptr, nullptr, &result);
  return result;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void* TFE_NewContext(const void* options, void* status) {
  static const NewContext make = original();
  seen = make(options, status);
  return seen;
}

extern "C" NAPI_MODULE_EXPORT int32_t node_api_module_get_api_version_v1() { return NAPI_VERSION; }

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  const napi_property_descriptor property = {
      "context", nullptr, context, nullptr, nullptr, nullptr, napi_default, nullptr};
  napi_define_properties(env, exports, 1, &property);
  return exports;
}
