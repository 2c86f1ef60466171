/*
 * Puts the process's standard output behind pipes, and reads them, for `kernel/descriptors.ts`; and has a process end with
 * its parent, for `kernel/own-children.ts`.
 *
 * Whoever reads, the thread below or a JavaScript thread that is about to say something, does so under one lock and numbers
 * the reading. Who says something names the last number that he saw: so it is known what was written before it was said.
 */
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <poll.h>
#ifdef __linux__
#include <signal.h>
#include <sys/prctl.h>
#endif
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace {

/* Bytes that were read and not yet sent on before the pipes are left to fill up. */
constexpr size_t kMaxHeld = 1 << 20;
/* Most that is read at once; the thread must not keep the others out for long. */
constexpr int kMaxRead = 64 << 10;
constexpr int kStreams = 2;

struct Chunk {
  int turn;
  int stream;
  std::vector<char> bytes;
};

struct State {
  std::mutex mutex;
  std::condition_variable room;
  std::deque<Chunk> chunks;
  int readers[kStreams] = {-1, -1};
  int turn = 0;
  size_t held = 0;
  std::atomic<bool> told{false};
  napi_threadsafe_function listener = nullptr;
};

/* Never destroyed: the thread lives until the process ends. */
State& state = *new State;

int Waiting(int fd) {
  int bytes = 0;
  return fd >= 0 && ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : 0;
}

/* Reads what waits in a pipe, up to a limit. Under the lock. */
bool Read(int stream, int limit) {
  int left = Waiting(state.readers[stream]);
  if (left > limit) left = limit;
  if (left <= 0) return false;
  Chunk chunk{state.turn + 1, stream, std::vector<char>(left)};
  ssize_t count = read(state.readers[stream], chunk.bytes.data(), left);
  if (count <= 0) return false;
  chunk.bytes.resize(count);
  state.held += count;
  state.turn++;
  state.chunks.push_back(std::move(chunk));
  return true;
}

void Run() {
  for (;;) {
    pollfd files[kStreams];
    for (int i = 0; i < kStreams; i++) files[i] = {state.readers[i], POLLIN, 0};
    if (poll(files, kStreams, -1) < 0 && errno != EINTR) return;
    bool found = false;
    {
      std::unique_lock<std::mutex> lock(state.mutex);
      state.room.wait(lock, [] { return state.held <= kMaxHeld; });
      for (int i = 0; i < kStreams; i++) {
        if (Read(i, kMaxRead))
          found = true;
        else if (files[i].revents & (POLLHUP | POLLERR | POLLNVAL))
          state.readers[i] = -1; /* A cell closed the descriptor: poll would return at once for ever. */
      }
    }
    if (found && !state.told.exchange(true) &&
        napi_call_threadsafe_function(state.listener, nullptr, napi_tsfn_nonblocking) != napi_ok)
      return;
  }
}

napi_value Number(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

int Argument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int value = 0;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (count > 0) napi_get_value_int32(env, argument, &value);
  return value;
}

/* capture(fd) -> the original: what is written to fd from here on is read; null when that fails. */
napi_value Capture(napi_env env, napi_callback_info info) {
  napi_value nothing;
  int ends[2];
  int fd = Argument(env, info);
  int original = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  napi_get_null(env, &nothing);
  if (fd < 1 || fd > kStreams || original < 0) return nothing;
  if (pipe(ends) != 0) {
    close(original);
    return nothing;
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
    return nothing;
  }
  close(ends[1]);
  std::lock_guard<std::mutex> lock(state.mutex);
  state.readers[fd - 1] = ends[0];
  return Number(env, original);
}

void Tell(napi_env env, napi_value listener, void*, void*) {
  state.told = false;
  napi_value self, result;
  if (env == nullptr || napi_get_undefined(env, &self) != napi_ok) return;
  napi_call_function(env, self, listener, 0, nullptr, &result);
}

/* watch(listener): reads on a thread of its own; the listener is called after it has read something. */
napi_value Watch(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value listener, name;
  napi_get_cb_info(env, info, &count, &listener, nullptr, nullptr);
  napi_create_string_utf8(env, "torchbook:output", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, listener, nullptr, name, 0, 1, nullptr, nullptr, nullptr, Tell,
                                      &state.listener) != napi_ok)
    return nullptr;
  napi_unref_threadsafe_function(env, state.listener);
  std::thread(Run).detach();
  return nullptr;
}

/* turn(must) -> the number of the last reading, after what waits was read; -1 when too much is held, unless it must. */
napi_value Turn(napi_env env, napi_callback_info info) {
  int must = Argument(env, info);
  std::lock_guard<std::mutex> lock(state.mutex);
  for (int i = 0; i < kStreams; i++) {
    int waiting = Waiting(state.readers[i]);
    if (waiting == 0) continue;
    if (state.held > kMaxHeld && !must) return Number(env, -1);
    Read(i, waiting);
  }
  return Number(env, state.turn);
}

/* latest() -> the number of the last reading. */
napi_value Latest(napi_env env, napi_callback_info) {
  std::lock_guard<std::mutex> lock(state.mutex);
  return Number(env, state.turn);
}

/* take(turn) -> what was read until then, each an array of the descriptor and the bytes; `release` must be told of them. */
napi_value Take(napi_env env, napi_callback_info info) {
  int turn = Argument(env, info);
  std::vector<Chunk> taken;
  {
    std::lock_guard<std::mutex> lock(state.mutex);
    while (!state.chunks.empty() && state.chunks.front().turn <= turn) {
      taken.push_back(std::move(state.chunks.front()));
      state.chunks.pop_front();
    }
  }
  napi_value result;
  napi_create_array_with_length(env, taken.size(), &result);
  for (size_t i = 0; i < taken.size(); i++) {
    napi_value pair, bytes;
    napi_create_array_with_length(env, 2, &pair);
    napi_create_buffer_copy(env, taken[i].bytes.size(), taken[i].bytes.data(), nullptr, &bytes);
    napi_set_element(env, pair, 0, Number(env, taken[i].stream + 1));
    napi_set_element(env, pair, 1, bytes);
    napi_set_element(env, result, i, pair);
  }
  return result;
}

/* release(bytes): so many were sent on. */
napi_value Release(napi_env env, napi_callback_info info) {
  int bytes = Argument(env, info);
  {
    std::lock_guard<std::mutex> lock(state.mutex);
    state.held -= bytes;
  }
  state.room.notify_one();
  return nullptr;
}

/* endWithParent(): the process is killed when the thread that started it has ended. */
napi_value EndWithParent(napi_env, napi_callback_info) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {{"capture", Capture}, {"watch", Watch}, {"turn", Turn},
                   {"latest", Latest},   {"take", Take},   {"release", Release}, {"endWithParent", EndWithParent}};
  for (const auto& [name, call] : functions) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, call, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
