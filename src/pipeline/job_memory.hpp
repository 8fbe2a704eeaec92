// What a job will hold in memory, told before it works, and made less where a limit asks for it.
#pragma once

#include <cstdint>
#include <string>

#include "library/pool_survey.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// What decides how much is held.
struct MemoryFacts {
  Size source;              ///< pixels of a frame as it is decoded
  bool rgb_source = false;  ///< pictures rather than video
  GridGeometry geometry;
  std::int64_t tiles = 0;
  bool index_ready = true;          ///< else photos are decoded first
  std::uint64_t encoder_bytes = 0;  ///< video/encoder_memory.hpp; 0: no video encoder
};

/// Bytes, by what holds them.
struct MemoryNeed {
  std::uint64_t program = 0;   ///< code, libraries, threads
  std::uint64_t tiles = 0;     ///< the pool at the size of cells
  std::uint64_t frames = 0;    ///< decoder, queues, canvases
  std::uint64_t matching = 0;  ///< lists, scores, motion, faces
  std::uint64_t encoder = 0;
  std::uint64_t photos = 0;  ///< being decoded for the index; over before the first frame
  [[nodiscard]] std::uint64_t total() const;
};

/// How a job works: neither decides a byte of its output.
struct MemoryPlan {
  int threads = 1;
  int queue_frames = 1;  ///< between two stages
  MemoryNeed need;
};

/// Note [What memory is estimated]
/// Buffers are counted by their sizes; what libraries keep (decoder, encoder, allocator) by factors
/// fitted to runs, rounded up. docs/benchmarks.md compares estimates with measured runs, and
/// test_job_memory.cpp holds them together. The memory of a card and of its driver is not in it.
MemoryNeed memory_need(const Settings& settings, const MemoryFacts& facts, int threads,
                       int queue_frames);

/// The usual plan, or one that stays below settings.memory_limit: first fewer frames wait, then
/// fewer threads work. Throws UsageError when even the least does not fit, naming need and limit.
MemoryPlan plan_memory(const Settings& settings, const MemoryFacts& facts);

/// "memory  about 310 MB (program 80, tiles 12, ...)", one line.
std::string memory_line(const MemoryPlan& plan);

}  // namespace mosaic
