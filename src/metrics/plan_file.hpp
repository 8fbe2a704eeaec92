// Reads the plan that a render writes (--plan) and counts what only the tile numbers tell.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "mosaic/geometry.hpp"

namespace mosaic::metrics {

struct PlannedFrame {
  std::int64_t frame = 0;           ///< of the source
  std::vector<std::int32_t> tiles;  ///< per cell
  bool scene_cut = false;           ///< nothing was carried into it
  std::int64_t carried = 0;         ///< cells into which a tile was carried
  std::int64_t switched = 0;        ///< of these, cells that show another tile
};

/// JSON Lines as in docs/cli.md, "Plan file", read frame by frame.
class PlanReader {
 public:
  /// Throws InputError when the file cannot be read or does not begin as a plan does.
  explicit PlanReader(std::filesystem::path path);

  [[nodiscard]] const GridGeometry& grid() const { return grid_; }
  /// Photo of every tile number; photos count from 0 in the order they first appear.
  [[nodiscard]] const std::vector<std::int32_t>& photo_of_tile() const { return photo_of_tile_; }
  [[nodiscard]] const std::vector<std::string>& photo_names() const { return photo_names_; }

  /// False at the end. Throws InputError naming the line that is not a frame of this plan.
  bool read(PlannedFrame& frame);

 private:
  void read_header(const std::string& line);
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t line_ = 0;
  GridGeometry grid_;
  std::vector<std::int32_t> photo_of_tile_;
  std::vector<std::string> photo_names_;
};

/// Totals over frames; see docs/metrics.md, "From the plan".
class PlanTally {
 public:
  PlanTally(const GridGeometry& grid, std::vector<std::int32_t> photo_of_tile);

  struct FrameCounts {
    std::int64_t changed = 0;         ///< cells showing another tile than in the frame before
    std::int64_t twins = 0;           ///< pairs of cells side by side that show one photo
    std::int64_t twins_diagonal = 0;  ///< pairs that touch at a corner
    std::int64_t photos = 0;          ///< used in this frame
    double largest_share = 0.0;       ///< of the cells, by one photo
  };
  FrameCounts add(const PlannedFrame& frame);

  [[nodiscard]] std::int64_t frames() const { return frames_; }
  [[nodiscard]] std::int64_t steps() const { return frames_ > 0 ? frames_ - 1 : 0; }
  [[nodiscard]] std::int64_t steps_in_shots() const { return steps_in_shots_; }
  [[nodiscard]] std::int64_t changed() const { return changed_; }
  [[nodiscard]] std::int64_t changed_in_shots() const { return changed_in_shots_; }
  [[nodiscard]] std::int64_t carried() const { return carried_; }
  [[nodiscard]] std::int64_t switched() const { return switched_; }
  [[nodiscard]] std::int64_t twins() const { return twins_; }
  [[nodiscard]] std::int64_t twins_diagonal() const { return twins_diagonal_; }
  [[nodiscard]] std::int64_t photos_used() const;
  /// Photo shown most often over all frames and its share of all cells shown.
  [[nodiscard]] std::int32_t most_used_photo() const;
  [[nodiscard]] double largest_share() const;

 private:
  void count_photos(const PlannedFrame& frame, FrameCounts& counts);
  void count_twins(const PlannedFrame& frame, FrameCounts& counts) const;

  GridGeometry grid_;
  std::vector<std::int32_t> photo_of_tile_;
  std::vector<std::int64_t> uses_;           ///< per photo, over all frames
  std::vector<std::int32_t> uses_in_frame_;  ///< per photo
  std::vector<std::int32_t> before_;         ///< tiles of the last frame
  std::int64_t frames_ = 0;
  std::int64_t steps_in_shots_ = 0;
  std::int64_t changed_ = 0;
  std::int64_t changed_in_shots_ = 0;
  std::int64_t carried_ = 0;
  std::int64_t switched_ = 0;
  std::int64_t twins_ = 0;
  std::int64_t twins_diagonal_ = 0;
};

}  // namespace mosaic::metrics
