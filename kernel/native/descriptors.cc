/* Puts the process's standard output behind a pipe, and says what waits in it. For `runtime/descriptors.ts`. */
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <sys/ioctl.h>
#include <unistd.h>

static napi_value number(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static int descriptor(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int value = -1;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (count < 1 || napi_get_value_int32(env, argument, &value) != napi_ok) return -1;
  return value;
}

/* redirect(fd) -> [read end, the original]: what is written to fd from here on can be read; null when that fails. */
static napi_value redirect(napi_env env, napi_callback_info info) {
  napi_value result;
  int ends[2];
  int fd = descriptor(env, info);
  int original = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  napi_get_null(env, &result);
  if (original < 0) return result;
  if (pipe(ends) != 0) {
    close(original);
    return result;
  }
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  /* Only the reading end: programs expect that they may write without being turned away. */
  fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
#ifdef F_SETPIPE_SZ
  fcntl(ends[0], F_SETPIPE_SZ, 1 << 20);
#endif
  if (dup2(ends[1], fd) < 0) {
    close(original);
    close(ends[0]);
    close(ends[1]);
    return result;
  }
  close(ends[1]);
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, number(env, ends[0]));
  napi_set_element(env, result, 1, number(env, original));
  return result;
}

/* pending(fd) -> bytes that can be read now. */
static napi_value pending(napi_env env, napi_callback_info info) {
  int bytes = 0;
  if (ioctl(descriptor(env, info), FIONREAD, &bytes) != 0) bytes = 0;
  return number(env, bytes);
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "redirect", NAPI_AUTO_LENGTH, redirect, NULL, &function);
  napi_set_named_property(env, exports, "redirect", function);
  napi_create_function(env, "pending", NAPI_AUTO_LENGTH, pending, NULL, &function);
  napi_set_named_property(env, exports, "pending", function);
  return exports;
}
