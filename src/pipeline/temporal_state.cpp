#include "pipeline/temporal_state.hpp"

#include <algorithm>
#include <cstddef>

namespace mosaic {
namespace {

/// Candidates are kept while the content's mean squared feature change since they were chosen is at
/// most this (4.5 levels rms): above sensor noise and coding noise, well below another object.
constexpr std::int64_t kAnchorDrift = 20;

std::size_t index(int row, int width) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
}

}  // namespace

TemporalState::TemporalState(int cells, int features_per_cell, int candidates)
    : cells_(cells),
      features_per_cell_(features_per_cell),
      candidates_(candidates),
      tile_(static_cast<std::size_t>(cells), kNoTile),
      candidate_(index(cells, candidates), kNoTile),
      anchor_(index(cells, features_per_cell)),
      ride_(static_cast<std::size_t>(cells)) {}

void TemporalState::reset() {
  has_frame_ = false;
  std::ranges::fill(ride_, FlowVector{});
}

TemporalState::Carried TemporalState::carry(const Propagation& propagation,
                                            const CellDescriptions& cells) const {
  Carried carried;
  carried.tile.assign(static_cast<std::size_t>(cells_), kNoTile);
  carried.candidate.assign(index(cells_, candidates_), kNoTile);
  carried.source.assign(static_cast<std::size_t>(cells_), kNoCell);
  if (!has_frame_) return carried;
  const std::int64_t limit = kAnchorDrift * features_per_cell_;
  for (int cell = 0; cell < cells_; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const std::int32_t source = propagation.source_cell[i];
    if (source == kNoCell) continue;
    carried.source[i] = source;
    carried.tile[i] = tile_[static_cast<std::size_t>(source)];
    const std::uint8_t* now = cells.features.data() + index(cell, features_per_cell_);
    const std::uint8_t* then = anchor_.data() + index(source, features_per_cell_);
    std::int64_t drift = 0;
    for (int d = 0; d < features_per_cell_; ++d) {
      const int difference = static_cast<int>(now[d]) - static_cast<int>(then[d]);
      drift += static_cast<std::int64_t>(difference) * difference;
    }
    if (drift > limit) continue;
    std::copy_n(candidate_.begin() + static_cast<std::ptrdiff_t>(index(source, candidates_)),
                candidates_,
                carried.candidate.begin() + static_cast<std::ptrdiff_t>(index(cell, candidates_)));
  }
  return carried;
}

void TemporalState::store(const Carried& carried, const Propagation& propagation,
                          const CellDescriptions& cells, const CellScores& scores,
                          std::span<const std::int32_t> tile) {
  std::vector<std::uint8_t> anchor(anchor_.size());
  for (int cell = 0; cell < cells_; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const bool kept = candidates_ > 0 && carried.candidate[index(cell, candidates_)] != kNoTile;
    const std::uint8_t* from = kept ? anchor_.data() + index(carried.source[i], features_per_cell_)
                                    : cells.features.data() + index(cell, features_per_cell_);
    std::copy_n(from, features_per_cell_,
                anchor.begin() + static_cast<std::ptrdiff_t>(index(cell, features_per_cell_)));
  }
  anchor_ = std::move(anchor);
  // A tile that replaces another, or fills a gap, takes over the ride of its place: neighbours that
  // show the same moving thing then change cells in the same frame, instead of one by one.
  ride_ = propagation.ride;
  candidate_ = scores.candidate_tile;
  tile_.assign(tile.begin(), tile.end());
  has_frame_ = true;
}

}  // namespace mosaic
