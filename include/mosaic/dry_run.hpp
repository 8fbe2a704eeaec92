// What a job would be, without doing it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mosaic/render.hpp"
#include "mosaic/run_context.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// How long a job would take. Note [What time is estimated] in pipeline/dry_run.cpp.
struct TimeEstimate {
  std::optional<double> index_s;   ///< to prepare the tiles, 0 when they are; unset: not known
  std::optional<double> render_s;  ///< unset: not known
  int sample_frames = 0;           ///< the first of the input, planned and drawn
  int sample_photos = 0;           ///< the pool they were made of
  bool encoded = false;            ///< the sample went through the video encoder too
};

struct JobEstimate {
  RenderOutline outline;     ///< photos: at most this many while !index_ready; -1: not known
  bool index_ready = false;  ///< the tiles are prepared
  /// Bytes of memory by what holds them, and of all, which is less than their sum where some are
  /// not held at the same time.
  std::vector<std::pair<std::string, std::uint64_t>> memory_parts;
  std::uint64_t memory = 0;
  int threads = 0;
  TimeEstimate time;
  /// Bytes on the disk; 0: not known or none.
  std::uint64_t output_bytes = 0, job_folder_bytes = 0, index_bytes = 0;
  std::optional<std::uint64_t> free_bytes;  ///< where the output goes
};

/// Opens the inputs, decodes the first frames and writes nothing. Throws what render() would throw
/// before its first frame for inputs, photos, encoder and memory that cannot be.
JobEstimate estimate_job(const Settings& settings, const RenderObserver& observer);

}  // namespace mosaic
