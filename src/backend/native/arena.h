/**
 * @file The memory that large tensors come from: a stretch of addresses whose pages stay with the process from one training
 * step to the next.
 *
 * With malloc, a step's megabytes go back to the system and come again as fresh pages that it has to zero. Here a freed block
 * is the next step's; pages come two megabytes at a time where the system has such; and what nobody used for a while goes
 * back. Blocks are found best fit first, neighbours that are free become one. Nothing here knows TensorFlow, so that it can be
 * checked by itself.
 */
#ifndef TORCHBOOK_ARENA_H_
#define TORCHBOOK_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace torchbook {

class Arena {
 public:
  /**
   * Reserves `bytes` of addresses, no memory. Where the system refuses (or is not Linux) nothing is ever allocated.
   * Blocks above `most` bytes are refused.
   */
  explicit Arena(size_t bytes, size_t most = SIZE_MAX);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /** A block aligned to 64 bytes, null where there is no room. Its contents are anything. */
  void* allocate(size_t bytes);
  void deallocate(void* block);
  bool owns(const void* block) const {
    const char* at = static_cast<const char*>(block);
    return at >= base_ && at < base_ + size_;
  }

  /**
   * Gives pages back that are in no block and were in none since the last call but one. To be called now and then.
   * @returns how many bytes.
   */
  size_t trim();

  /** Bytes in blocks. */
  size_t used() const { return used_; }

 private:
  /** Offset and size. */
  using Free = std::pair<size_t, size_t>;
  void insert(size_t offset, size_t size);
  void erase(std::map<size_t, size_t>::iterator block);
  void touch(size_t offset, size_t size);

  char* base_ = nullptr;
  size_t size_ = 0;
  size_t most_;
  size_t used_ = 0;
  std::mutex mutex_;
  /** Free blocks: size by offset, and (size, offset) in order. */
  std::map<size_t, size_t> free_;
  std::set<Free> by_size_;
  /** Size of each block in use, by its offset. */
  std::unordered_map<size_t, size_t> taken_;
  /** Per page the time of its last use, counted in calls of trim; 0 for pages that are with the system. */
  std::vector<uint32_t> last_use_;
  uint32_t now_ = 1;
  /** Pages from here on were never used. */
  size_t pages_used_ = 0;
};

/** The arena that all tensors share; it lives as long as the process. */
Arena& tensor_arena();

/** Blocks below this are malloc's. */
constexpr size_t kLeastArenaBlock = 32 << 10;

}  // namespace torchbook

#endif
