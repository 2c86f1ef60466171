/** @file See arena.h. */
#include "arena.h"

#include <algorithm>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace torchbook {

namespace {

constexpr size_t kPage = 2 << 20;
constexpr size_t kGrain = 64;
/** Blocks whose sizes are whole pages would else all begin at the same place of a page and meet in the cache. */
constexpr size_t kStagger = 3 * kGrain;
/** What is left of a block that is smaller stays with it. */
constexpr size_t kLeastRest = 4096;

}  // namespace

Arena::Arena(size_t bytes, size_t most) : most_(most) {
#if defined(__linux__)
  const size_t size = (bytes + kPage - 1) / kPage * kPage;
  void* start = mmap(nullptr, size + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return;
  const size_t at = reinterpret_cast<size_t>(start);
  base_ = reinterpret_cast<char*>((at + kPage - 1) / kPage * kPage);
  size_ = size;
  madvise(base_, size_, MADV_HUGEPAGE);
  // A core dump is no place for it.
  madvise(base_, size_, MADV_DONTDUMP);
  last_use_.assign(size_ / kPage, 0);
  insert(0, size_);
#else
  (void)bytes;
#endif
}

Arena::~Arena() {
#if defined(__linux__)
  // The few bytes before `base_` were reserved to align it and stay reserved.
  if (base_ != nullptr) munmap(base_, size_);
#endif
}

void Arena::insert(size_t offset, size_t size) {
  free_.emplace(offset, size);
  by_size_.emplace(size, offset);
}

void Arena::erase(std::map<size_t, size_t>::iterator block) {
  by_size_.erase({block->second, block->first});
  free_.erase(block);
}

void Arena::touch(size_t offset, size_t size) {
  const size_t last = (offset + size - 1) / kPage;
  for (size_t page = offset / kPage; page <= last; ++page) last_use_[page] = now_;
  pages_used_ = std::max(pages_used_, last + 1);
}

void* Arena::allocate(size_t bytes) {
  if (bytes == 0 || bytes > size_ || bytes > most_) return nullptr;
  size_t size = (bytes + kGrain - 1) / kGrain * kGrain + kStagger;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_size_.lower_bound({size, 0});
  if (found == by_size_.end()) return nullptr;
  const auto [whole, offset] = *found;
  erase(free_.find(offset));
  if (whole - size >= kLeastRest) {
    insert(offset + size, whole - size);
  } else {
    size = whole;
  }
  taken_.emplace(offset, size);
  used_ += size;
  touch(offset, size);
  return base_ + offset;
}

void Arena::deallocate(void* block) {
  const std::lock_guard<std::mutex> lock(mutex_);
  size_t offset = static_cast<char*>(block) - base_;
  const auto taken = taken_.find(offset);
  if (taken == taken_.end()) return;
  size_t size = taken->second;
  taken_.erase(taken);
  used_ -= size;
  touch(offset, size);
  const auto after = free_.find(offset + size);
  if (after != free_.end()) {
    size += after->second;
    erase(after);
  }
  auto before = free_.lower_bound(offset);
  if (before != free_.begin()) {
    --before;
    if (before->first + before->second == offset) {
      offset = before->first;
      size += before->second;
      erase(before);
    }
  }
  insert(offset, size);
}

size_t Arena::trim() {
  size_t given = 0;
#if defined(__linux__)
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [offset, size] : free_) {
    const size_t end = std::min((offset + size) / kPage, pages_used_);
    for (size_t page = (offset + kPage - 1) / kPage; page < end;) {
      size_t last = page;
      while (last < end && last_use_[last] != 0 && last_use_[last] + 1 < now_) last_use_[last++] = 0;
      if (last > page) {
        madvise(base_ + page * kPage, (last - page) * kPage, MADV_DONTNEED);
        given += (last - page) * kPage;
      }
      page = last + 1;
    }
  }
  ++now_;
#endif
  return given;
}

Arena& tensor_arena() {
  // Tensors that outlive everything give their blocks back at exit: never deleted.
  static Arena* const arena = [] {
    size_t memory = size_t{32} << 30;
#if defined(__linux__)
    const long pages = sysconf(_SC_PHYS_PAGES);
    if (pages > 0) memory = static_cast<size_t>(pages) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
#endif
    // Addresses for twice the machine's memory; a block that exceeds the machine is left to malloc, to be refused.
    return new Arena(2 * memory, memory);
  }();
  return *arena;
}

}  // namespace torchbook
