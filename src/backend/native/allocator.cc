/**
 * @file Has glibc keep freed memory instead of returning it at once.
 *
 * A training step allocates and frees the same megabytes over and over. By default blocks above a moving limit of at most
 * 32 MiB come from the system one by one, and free memory at the heap's end goes back beyond twice that; either way the
 * next step pays for fresh pages, zeroed by the system. What is kept is given back by malloc_trim (see torchbook.cc). Large
 * tensors come from the arena (arena.h); this is for what TensorFlow and its kernels allocate themselves.
 */
#if defined(__GLIBC__) || defined(__linux__)
#include <malloc.h>
#endif

namespace {

/** Set once, when the addon is loaded. */
struct Allocator {
  Allocator() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 4 << 20);
#endif
  }
};

const Allocator allocator;

}  // namespace
