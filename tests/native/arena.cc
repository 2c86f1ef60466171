/**
 * @file Checks the arena by itself, for builds with a sanitizer: blocks never overlap and keep what is written to them, from
 * several threads at once, and memory that nobody uses goes back.
 */
#include "../../src/backend/native/arena.h"

#include <cstdio>
#include <cstring>
#include <random>
#include <thread>

namespace {

using torchbook::Arena;

struct Block {
  unsigned char* at;
  size_t size;
  unsigned char mark;
};

bool is_whole(const Block& block) {
  for (size_t i = 0; i < block.size; i += 977) {
    if (block.at[i] != block.mark) return false;
  }
  return block.at[block.size - 1] == block.mark;
}

/** Takes and gives back blocks at random. Returns whether all kept their contents. */
bool churn(Arena& arena, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Block> blocks;
  bool whole = true;
  for (int i = 0; i < 3000; ++i) {
    if (blocks.size() < 40 && random() % 3 != 0) {
      const size_t size = 1 + random() % (random() % 8 == 0 ? 3 << 20 : 70000);
      auto* at = static_cast<unsigned char*>(arena.allocate(size));
      if (at == nullptr) continue;
      if (reinterpret_cast<size_t>(at) % 64 != 0 || !arena.owns(at)) whole = false;
      const Block block = {at, size, static_cast<unsigned char>(random())};
      std::memset(at, block.mark, size);
      blocks.push_back(block);
    } else if (!blocks.empty()) {
      const size_t k = random() % blocks.size();
      whole = whole && is_whole(blocks[k]);
      arena.deallocate(blocks[k].at);
      blocks[k] = blocks.back();
      blocks.pop_back();
    }
    if (random() % 100 == 0) arena.trim();
  }
  for (const Block& block : blocks) {
    whole = whole && is_whole(block);
    arena.deallocate(block.at);
  }
  return whole;
}

}  // namespace

int main() {
  Arena arena(size_t{256} << 20);
  bool ok = true;
  bool parts[3] = {false, false, false};
  std::vector<std::thread> threads;
  for (unsigned k = 0; k < 3; ++k) threads.emplace_back([&, k] { parts[k] = churn(arena, k + 1); });
  for (auto& thread : threads) thread.join();
  for (const bool part : parts) ok = ok && part;
  ok = ok && arena.used() == 0;

  // All is one free block again; more than there is, is refused.
  void* most = arena.allocate((size_t{256} << 20) - 4096);
  ok = ok && most != nullptr && arena.allocate(1 << 20) == nullptr && arena.allocate(0) == nullptr;
  arena.deallocate(most);
  arena.deallocate(&arena);  // not its own
  Arena limited(size_t{16} << 20, size_t{8} << 20);
  void* half = limited.allocate(size_t{8} << 20);
  ok = ok && half != nullptr && limited.allocate((size_t{8} << 20) + 1) == nullptr;
  limited.deallocate(half);
  size_t given = 0;
  for (int i = 0; i < 4; ++i) given += arena.trim();
  void* again = arena.allocate(8 << 20);
  ok = ok && again != nullptr && static_cast<char*>(again)[12345] == 0;
  arena.deallocate(again);
  // What was used a moment ago stays.
  arena.trim();
  ok = ok && arena.trim() == 0 && given >= (size_t{200} << 20);
  std::printf("%s, %zu bytes given back\n", ok ? "all whole" : "broken", given);
  return ok ? 0 : 1;
}
