#include "support/cuda_emulator/fibers.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <vector>

#if MOSAIC_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// Note [Fibers]
// The threads of a block take turns on one thread of the machine; they change places only where
// CUDA lets threads wait for each other (barriers, exchanges within a warp). The order in which
// they run between two such points is random, so a value read before a barrier that should have
// come before it is the wrong one under some seed. A block whose threads all wait, but not all at
// the same point, is a fault that a card would answer with a hang.
namespace emulator {

ThreadView* current = nullptr;

namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10;
constexpr int kWarpLanes = 32;
constexpr std::size_t kSlotBytes = 32;

extern "C" void mosaic_emulator_switch(void** save, void* to);
// Saves what the x86-64 System V ABI asks a function to preserve, and changes stacks.
asm(R"(
.text
.globl mosaic_emulator_switch
.type mosaic_emulator_switch, @function
mosaic_emulator_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
.size mosaic_emulator_switch, .-mosaic_emulator_switch
)");

enum class Wait { none, barrier, warp, finished };

struct Fiber {
  ThreadView view;
  std::unique_ptr<unsigned char[]> stack;
  void* stack_pointer = nullptr;
  void* fake_stack = nullptr;  ///< AddressSanitizer's
  Wait wait = Wait::none;
  Site site;
};

struct Warp {
  std::array<int, kWarpLanes> next;  ///< the order of turns: which lane comes after each, a ring
  alignas(16) std::array<std::array<unsigned char, kSlotBytes * kWarpLanes>, 2> slots;
  int generation = 0;
  int arrived = 0;
  Site site;
};

bool same(const Site& a, const Site& b) {
  return a.line == b.line && (a.file == b.file || std::string_view(a.file) == b.file);
}

std::string text_of(const Site& site) {
  const std::string file = site.file;
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(site.line);
}

/// The block that runs now; kept from block to block for its stacks.
struct Block {
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  std::unique_ptr<unsigned char[]> shared;
  const std::function<void()>* body = nullptr;
  int running = 0;
  int count = 0;
  void* scheduler = nullptr;
  void* scheduler_fake_stack = nullptr;
  const void* scheduler_bottom = nullptr;
  std::size_t scheduler_size = 0;
  bool from_scheduler = false;
  std::string fault;
};

Block block;

/// Whose turn it is after `index`: the next lane of its warp that can go on, or -1.
int next_in_warp(int index) {
  const int first = index / kWarpLanes * kWarpLanes;
  const Warp& warp = block.warps[static_cast<std::size_t>(index / kWarpLanes)];
  for (int at = warp.next[static_cast<std::size_t>(index - first)]; at != index - first;
       at = warp.next[static_cast<std::size_t>(at)]) {
    if (block.fibers[static_cast<std::size_t>(first + at)].wait == Wait::none) return first + at;
  }
  return -1;
}

/// What AddressSanitizer wants to know of a change of stacks, on the new one.
void arrive(void* fake_stack) {
#if MOSAIC_ADDRESS_SANITIZER
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
  if (block.from_scheduler) {
    block.scheduler_bottom = bottom;
    block.scheduler_size = size;
  }
#else
  static_cast<void>(fake_stack);
#endif
  block.from_scheduler = false;
}

/// Goes from the running fiber to another one of its warp, or back to the scheduler.
void leave_fiber(bool for_good) {
  Fiber& fiber = block.fibers[static_cast<std::size_t>(block.running)];
  const int next = block.fault.empty() ? next_in_warp(block.running) : -1;
  Fiber* const to = next < 0 ? nullptr : &block.fibers[static_cast<std::size_t>(next)];
#if MOSAIC_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fiber.fake_stack,
                                 to != nullptr ? to->stack.get() : block.scheduler_bottom,
                                 to != nullptr ? kStackBytes : block.scheduler_size);
#else
  static_cast<void>(for_good);
#endif
  if (to != nullptr) {
    block.running = next;
    current = &to->view;
  }
  mosaic_emulator_switch(&fiber.stack_pointer, to != nullptr ? to->stack_pointer : block.scheduler);
  arrive(fiber.fake_stack);
}

void fiber_main() {
  arrive(nullptr);
  (*block.body)();
  block.fibers[static_cast<std::size_t>(block.running)].wait = Wait::finished;
  leave_fiber(true);
}

void prepare_stack(Fiber& fiber) {
  if (!fiber.stack) fiber.stack = std::make_unique_for_overwrite<unsigned char[]>(kStackBytes);
#if MOSAIC_ADDRESS_SANITIZER
  ASAN_UNPOISON_MEMORY_REGION(fiber.stack.get(), kStackBytes);  // a fault may have left frames
#endif
  auto top =
      reinterpret_cast<std::uintptr_t>(fiber.stack.get() + kStackBytes) & ~std::uintptr_t{15};
  auto* words = reinterpret_cast<std::uintptr_t*>(top);
  words[-1] = 0;  // where fiber_main() would return to; it does not
  words[-2] = reinterpret_cast<std::uintptr_t>(&fiber_main);
  for (int i = 3; i <= 8; ++i) words[-i] = 0;  // the six registers
  fiber.stack_pointer = words - 8;
  fiber.fake_stack = nullptr;
}

void enter_fiber(int index) {
  Fiber& fiber = block.fibers[static_cast<std::size_t>(index)];
  block.running = index;
  block.from_scheduler = true;
  current = &fiber.view;
#if MOSAIC_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(&block.scheduler_fake_stack, fiber.stack.get(), kStackBytes);
#endif
  mosaic_emulator_switch(&block.scheduler, fiber.stack_pointer);
#if MOSAIC_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(block.scheduler_fake_stack, nullptr, nullptr);
#endif
  current = nullptr;
}

/// Lets all threads go on when they wait at one and the same barrier.
bool release_barrier() {
  const auto begin = block.fibers.begin();
  const auto end = begin + block.count;
  const bool all = std::all_of(begin, end, [&](const Fiber& fiber) {
    return fiber.wait == Wait::barrier && same(fiber.site, begin->site);
  });
  if (!all) return false;
  std::for_each(begin, end, [](Fiber& fiber) { fiber.wait = Wait::none; });
  return true;
}

/// A lane of the warp that can go on, or -1.
int first_in_warp(int warp) {
  const int first = warp * kWarpLanes;
  if (block.fibers[static_cast<std::size_t>(first)].wait == Wait::none) return first;
  return next_in_warp(first);
}

void shuffle_turns(std::mt19937& random, Warp& warp) {
  std::array<int, kWarpLanes> lanes;
  std::iota(lanes.begin(), lanes.end(), 0);
  std::shuffle(lanes.begin(), lanes.end(), random);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    warp.next[static_cast<std::size_t>(lanes[i])] = lanes[(i + 1) % lanes.size()];
  }
}

std::string describe_deadlock() {
  int finished = 0;
  std::string where;
  for (int i = 0; i < block.count; ++i) {
    const Fiber& fiber = block.fibers[static_cast<std::size_t>(i)];
    if (fiber.wait == Wait::finished) {
      ++finished;
      continue;
    }
    const std::string site = text_of(fiber.site);
    if (where.find(site) == std::string::npos) where += (where.empty() ? "" : ", ") + site;
  }
  return "divergent wait: threads wait at " + where + " while " + std::to_string(finished) +
         " of " + std::to_string(block.count) + " have returned";
}

void set_up(const BlockLaunch& launch) {
  block.count = static_cast<int>(launch.block.x * launch.block.y * launch.block.z);
  block.body = launch.body;
  block.fault.clear();
  if (block.fibers.size() < static_cast<std::size_t>(block.count)) {
    block.fibers.resize(static_cast<std::size_t>(block.count));
  }
  block.warps.assign(static_cast<std::size_t>((block.count + kWarpLanes - 1) / kWarpLanes), Warp{});
  for (Warp& warp : block.warps) {
    for (int lane = 0; lane < kWarpLanes; ++lane) {
      warp.next[static_cast<std::size_t>(lane)] = (lane + 1) % kWarpLanes;
    }
  }
  // exactly as much as was asked for, so that AddressSanitizer sees what lies beyond
  block.shared = std::make_unique_for_overwrite<unsigned char[]>(launch.shared_bytes);
  std::fill_n(block.shared.get(), launch.shared_bytes,
              static_cast<unsigned char>(0xa5 ^ launch.seed));
  for (int i = 0; i < block.count; ++i) {
    Fiber& fiber = block.fibers[static_cast<std::size_t>(i)];
    const auto n = static_cast<unsigned>(i);
    fiber.view.thread = {n % launch.block.x, n / launch.block.x % launch.block.y,
                         n / launch.block.x / launch.block.y};
    fiber.view.block = launch.block_index;
    fiber.view.block_size = launch.block;
    fiber.view.grid_size = launch.grid;
    fiber.wait = Wait::none;
    prepare_stack(fiber);
  }
}

}  // namespace

std::string run_block(const BlockLaunch& launch, std::mt19937& random) {
  set_up(launch);
  std::vector<int> order(block.warps.size());
  std::iota(order.begin(), order.end(), 0);
  for (;;) {
    if (launch.seed != 0) {
      std::shuffle(order.begin(), order.end(), random);
      std::ranges::for_each(block.warps, [&](Warp& warp) { shuffle_turns(random, warp); });
    }
    bool progress = false;
    for (const int warp : order) {
      for (int first = first_in_warp(warp); first >= 0; first = first_in_warp(warp)) {
        enter_fiber(first);
        progress = true;
        if (!block.fault.empty()) return block.fault;
      }
    }
    if (progress) continue;
    const bool finished =
        std::all_of(block.fibers.begin(), block.fibers.begin() + block.count,
                    [](const Fiber& fiber) { return fiber.wait == Wait::finished; });
    if (finished) return {};
    if (!release_barrier()) return describe_deadlock();
  }
}

int lane() { return block.running % kWarpLanes; }

unsigned char* dynamic_shared() { return block.shared.get(); }

void block_barrier(Site site) {
  Fiber& fiber = block.fibers[static_cast<std::size_t>(block.running)];
  fiber.wait = Wait::barrier;
  fiber.site = site;
  leave_fiber(false);
}

const unsigned char* warp_exchange(const void* mine, std::size_t bytes, Site site) {
  const int index = block.running;
  Fiber& fiber = block.fibers[static_cast<std::size_t>(index)];
  Warp& warp = block.warps[static_cast<std::size_t>(index / kWarpLanes)];
  auto& slots = warp.slots[static_cast<std::size_t>(warp.generation & 1)];
  if (warp.arrived != 0 && !same(warp.site, site)) {
    block.fault =
        "lanes of one warp exchange at " + text_of(warp.site) + " and at " + text_of(site);
    leave_fiber(false);
  }
  warp.site = site;
  if (bytes > 0) {
    std::memcpy(slots.data() + kSlotBytes * static_cast<std::size_t>(index % kWarpLanes), mine,
                bytes);
  }
  if (++warp.arrived < kWarpLanes) {
    fiber.wait = Wait::warp;
    fiber.site = site;
    leave_fiber(false);
    return slots.data();
  }
  warp.arrived = 0;
  ++warp.generation;
  const int first = index / kWarpLanes * kWarpLanes;
  for (int i = first; i < first + kWarpLanes; ++i) {
    if (i != index) block.fibers[static_cast<std::size_t>(i)].wait = Wait::none;
  }
  return slots.data();
}

}  // namespace emulator
