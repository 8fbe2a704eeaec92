// Sums over frames, for the report.
#pragma once

#include <cstdint>
#include <vector>

#include "core/byte_io.hpp"
#include "pipeline/mosaic_engine.hpp"

namespace mosaic {

/// Of one frame, for curves over time.
struct FrameFigures {
  std::int64_t cost = 0;
  std::int32_t switched = 0;
  std::int32_t carried = 0;
  std::int32_t scene_cut = 0;  ///< 1: another shot begins
  std::int32_t unused = 0;     ///< keeps the bytes written defined
};

/// Everything here but the series is a sum of integers over frames, so that the totals of pieces of
/// a run add up to those of the whole; the series asks for the pieces in their order.
struct RunTotals {
  std::int64_t frames = 0;
  std::int64_t switched = 0;
  std::int64_t carried = 0;
  std::int64_t scene_cuts = 0;
  std::int64_t certified = 0;
  FrameObjective::Parts cost;
  Recolouring recolouring;               ///< of every 24th frame drawn while a report was wanted
  std::vector<std::int64_t> photo_uses;  ///< per photo
  std::vector<std::int64_t> cell_cost;   ///< per cell; empty before the first frame
  std::vector<FrameFigures> series;      ///< per frame

  explicit RunTotals(int photos) : photo_uses(static_cast<std::size_t>(photos), 0) {}

  /// `variants`: tiles per photo.
  void count(const FramePlan& plan, int variants);
  void add(const RunTotals& other);

  void save(ByteWriter& out) const;
  /// Throws DamagedBytes, also when the number of photos is another.
  void load(ByteReader& in);
};

}  // namespace mosaic
