// What tests can ask of the emulated device, and what it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace emulator {

struct Options {
  /// Decides the order of threads, blocks and streams wherever CUDA leaves it open, and the bytes
  /// that fresh memory holds. 0: ascending order.
  unsigned seed = 0;
  /// Device memory; allocations beyond it fail as on a full card.
  std::size_t memory_bytes = std::size_t{1} << 40;
  int devices = 1;
  int driver_version = 13000;  ///< 0: no driver
  int major = 8, minor = 0;    ///< compute capability
  int old_cards = 0;           ///< so many of the first cards have compute capability 6.1
  bool has_kernel_code = true;
  bool system_ready = true;  ///< false: asking for cards gives cudaErrorSystemNotReady
  /// The n-th kernel launched fails while it runs, as one that reads where it must not; 0: none.
  std::int64_t failing_kernel = 0;
};

/// A fresh device. Everything allocated before must have been freed.
void reset(const Options& options);

/// Faults of the program that a card would answer with wrong results, a hang or nothing at all:
/// barriers that not all threads reach, copies outside of buffers or from memory that is not
/// pinned, launches that do not fit, buffers never freed.
std::vector<std::string> violations();

struct Counters {
  std::int64_t allocations = 0;  ///< device and pinned
  std::int64_t launches = 0;
  std::int64_t unloaded_launches = 0;  ///< of kernels whose code nothing had asked for
  std::int64_t copies = 0;
  std::int64_t live_buffers = 0;
  std::size_t live_bytes = 0;  ///< of device memory
  std::size_t peak_bytes = 0;
};
Counters counters();

}  // namespace emulator
