// How like its source a mosaic looks, and how steadily: of anybody's mosaic, not only of ours.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>

#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

struct MetricsOptions {
  std::filesystem::path source;               ///< what the mosaic was made from
  std::filesystem::path mosaic;               ///< video, folder of pictures or one picture
  std::optional<int> cell_px;                 ///< edge of a cell in mosaic pixels
  std::optional<std::filesystem::path> json;  ///< also write the measures, frame by frame
  std::optional<std::filesystem::path> plan;  ///< the plan file written along with the mosaic
  /// The tile index of that render: also compare photos with what is shown. Needs `plan`.
  std::optional<std::filesystem::path> index;
  int threads = 0;   ///< 0: one per core this process may use
  FrameRange range;  ///< of the mosaic's frames
  /// Source frame that the mosaic's first frame shows; unset: as the plan says, else 0.
  std::optional<std::int64_t> source_first;
  bool force = false;  ///< replace an existing JSON file
};

/// Compares frame by frame and prints a table. Definitions in docs/metrics.md. Throws Error.
void run_metrics(const MetricsOptions& options, std::ostream& out, const RenderObserver& observer);

}  // namespace mosaic
