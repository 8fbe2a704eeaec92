// What a job will hold in memory, told before it works, and made less where a limit asks for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "library/pool_survey.hpp"
#include "mosaic/geometry.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// What decides how much is held.
struct MemoryFacts {
  Size source;                        ///< pixels of a frame as it is decoded
  bool rgb_source = false;            ///< frames are handed out as RGB, else as 8-bit 4:2:0
  bool rgb_output = false;            ///< the same of what is drawn
  double decoder_bytes_per_px = 1.5;  ///< of a frame inside the decoder; 0: there is none
  GridGeometry geometry;
  std::int64_t frames = -1;  ///< to be rendered; -1: unknown
  bool follows = true;       ///< settings.flow counts: there is more than one frame
  std::int64_t tiles = 0;
  int variants = 1;         ///< tiles per photo
  bool index_ready = true;  ///< else photos are decoded first
  /// Of those: PoolSurvey::photo_bytes.
  std::vector<std::uint64_t> photo_bytes;
  /// Where the pool is a video without an index: bytes of one of its frames in its decoder; else 0.
  std::uint64_t pool_frame_bytes = 0;
  /// Of tiles of other sizes that earlier jobs of a batch left open (LibraryShelf).
  std::uint64_t other_tiles_bytes = 0;
  int twins = 1;                    ///< jobs like this one at once, over the same tiles (--verify)
  std::uint64_t encoder_bytes = 0;  ///< video/encode/encoder_memory.hpp; 0: no video encoder
};

/// Bytes, by what holds them.
struct MemoryNeed {
  std::uint64_t program = 0;   ///< code, libraries, threads
  std::uint64_t tiles = 0;     ///< the pool at the size of cells, and at those of earlier jobs
  std::uint64_t frames = 0;    ///< decoder, queues, canvases
  std::uint64_t matching = 0;  ///< lists, scores, motion, faces
  std::uint64_t encoder = 0;
  std::uint64_t photos = 0;  ///< being decoded for the index; over before the first frame
  [[nodiscard]] std::uint64_t total() const;
};

/// How a job works: neither decides a byte of its output.
struct MemoryPlan {
  int threads = 1;       ///< of each twin
  int queue_frames = 1;  ///< between two stages
  MemoryNeed need;       ///< of all twins together
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
