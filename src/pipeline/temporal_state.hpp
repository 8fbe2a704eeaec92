// What one frame leaves to the next: which tile sits where, and why it was chosen.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "flow/propagate.hpp"

namespace mosaic {

/// Note [Kept candidates]
/// SSIM is known for a few tiles per cell only, and a tile without it costs as if SSIM were 0. Were
/// these few chosen afresh in every frame, the least change in the prices would bring new tiles
/// into the choice, some cheaper than the one shown by more than the switching price, and the
/// picture would boil although nothing moves. So a cell keeps its candidates while its content
/// stays what it was when they were chosen (its anchor), and they travel with the tile. A repeated
/// frame then costs no less with any other tile and no more with its own, and by the triangle
/// inequality of the switching price its optimum is the assignment already shown.
class TemporalState {
 public:
  TemporalState(int cells, int features_per_cell, int candidates);

  /// Forgets everything: the first frame of a shot.
  void reset();
  [[nodiscard]] bool empty() const { return !has_frame_; }

  /// Per cell, where last frame's content is now; zero vectors after reset().
  [[nodiscard]] std::span<const FlowVector> ride() const { return ride_; }
  [[nodiscard]] std::span<const std::int32_t> tile() const { return tile_; }

  /// What is carried into the frame described by `cells`.
  struct Carried {
    std::vector<std::int32_t> tile;       ///< per cell or kNoTile
    std::vector<std::int32_t> candidate;  ///< cells x candidates; first is kNoTile where fresh
    std::vector<std::int32_t> source;     ///< per cell: where it comes from, kNoCell if nowhere
  };
  [[nodiscard]] Carried carry(const Propagation& propagation, const CellDescriptions& cells) const;

  /// Takes over the frame just solved.
  void store(const Carried& carried, const Propagation& propagation, const CellDescriptions& cells,
             const CellScores& scores, std::span<const std::int32_t> tile);

 private:
  int cells_;
  int features_per_cell_;
  int candidates_;
  bool has_frame_ = false;
  std::vector<std::int32_t> tile_;
  std::vector<std::int32_t> candidate_;
  std::vector<std::uint8_t> anchor_;  ///< cells x features: content when the candidates were chosen
  std::vector<FlowVector> ride_;
};

}  // namespace mosaic
