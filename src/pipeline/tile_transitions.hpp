// Tiles that fade out after another one took their place.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "core/byte_io.hpp"

namespace mosaic {

/// A tile that replaces the one carried into its cell fades in over some frames, the old one fading
/// out, also while both move from cell to cell. Only the drawing knows: the plan and the objective
/// name the new tile from the first frame on. A new shot begins without fades, and so does a cell
/// into which nothing was carried: what it showed belongs to something else.
class TileTransitions {
 public:
  /// `frames`: how many frames still show the old tile; 0: none, nothing ever fades.
  TileTransitions(int cells, int frames);

  struct State {
    std::int32_t outgoing = kNoTile;
    std::int32_t left = 0;  ///< frames it is still seen in, this one included
  };

  /// Takes a frame: per cell, where its content comes from (kNoCell: nowhere), the tile carried
  /// along and the tile now shown. A cell that changes again during a fade goes on from whichever
  /// of its two tiles is seen more.
  void next(std::span<const std::int32_t> source_cell, std::span<const std::int32_t> carried_tile,
            std::span<const std::int32_t> tile);

  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

  [[nodiscard]] bool any() const { return any_; }
  [[nodiscard]] std::span<const State> states() const { return states_; }
  /// Share of the outgoing tile in 1/256: falls linearly from frames / (frames + 1).
  [[nodiscard]] std::int32_t share(const State& state) const {
    return (512 * state.left + frames_ + 1) / (2 * (frames_ + 1));
  }

 private:
  int frames_;
  bool any_ = false;
  std::vector<State> states_;
};

}  // namespace mosaic
