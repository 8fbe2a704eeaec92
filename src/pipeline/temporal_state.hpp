// What one frame leaves to the next: which tile sits where, and why it was chosen.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "assign/spacing.hpp"
#include "backend/backend.hpp"
#include "core/byte_io.hpp"
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
///
/// Note [What a tile on the screen is worth]
/// The switching price protects a tile that was chosen for what the cell shows. In a fade from
/// black that content goes away bit by bit while nothing moves, and a tile chosen for black would
/// keep its cell in full daylight, because no single frame makes a change worth the price. So the
/// price falls as the cell's mean luma departs from what it was when the tile was placed: it is
/// whole up to kPriceWhole levels and an eighth from kPriceLeast on. A fade then costs each cell a
/// few changes, spread over the fade, and what is chosen last is protected again.
///
/// A change in a picture that stands still is seen by everybody, one amid motion by few. So the
/// price is whole where all of a cell stands still and a part of it (kPriceMoving) where nothing
/// does: tiles are exchanged while their cells move, and have no reason to be afterwards.
///
/// And nobody should see a cell change twice in a row. A tile just placed costs kPriceYoung times
/// as much to replace, falling to once within kYoung frames. That is what keeps a quick fade from
/// running through its photos: each cell waits until a change is worth much more, and then changes
/// once. Age travels with the tile; the tiles of a shot's first frame are young, too. A tile ages
/// only while something in its cell moves, or its price would fall where nothing does, and a change
/// that was too dear when the content changed would come in a picture that stands still.
class TemporalState {
 public:
  static constexpr int kPriceWhole = 16;  ///< levels
  static constexpr int kPriceLeast = 96;
  static constexpr int kYoung = 20;  ///< frames
  static constexpr int kPriceYoung = 9;
  static constexpr int kPriceMoving = 2;  ///< the price of a cell that moves is the whole by this

  TemporalState(int cells, int features_per_cell, int candidates);

  /// Forgets everything: the first frame of a shot.
  void reset();
  [[nodiscard]] bool empty() const { return !has_frame_; }

  /// Per cell, where last frame's content is now; zero vectors after reset().
  [[nodiscard]] std::span<const FlowVector> ride() const { return ride_; }
  [[nodiscard]] std::span<const std::int32_t> tile() const { return tile_; }

  /// What is carried into the frame described by `cells`.
  struct Carried {
    std::vector<std::int32_t> tile;          ///< per cell or kNoTile
    std::vector<std::int32_t> candidate;     ///< cells x candidates; first is kNoTile where fresh
    std::vector<std::int32_t> source;        ///< per cell: where it comes from, kNoCell if nowhere
    std::vector<std::int32_t> switch_price;  ///< per cell
    std::vector<std::uint8_t> age;  ///< per cell, of the carried tile, when this frame is over
    /// Per cell, of the carried tile, while the candidates are kept; else kUnknownDissimilarity.
    std::vector<std::int32_t> dissimilarity;
    BannedPhotos banned;  ///< kept from the last frame where candidates are (Note [Distance ...])
  };
  /// `still_share`: per cell, 0 to kStillWhole; `switch_price`: the whole price.
  [[nodiscard]] Carried carry(const Propagation& propagation, const CellDescriptions& cells,
                              std::span<const std::int32_t> still_share,
                              std::int32_t switch_price) const;

  /// Takes over the frame just solved.
  void store(const Carried& carried, const Propagation& propagation, const CellDescriptions& cells,
             const CellScores& scores, std::span<const std::int32_t> tile);

  /// restore() throws DamagedBytes, also when the bytes are of another grid.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  int cells_;
  int features_per_cell_;
  int candidates_;
  bool has_frame_ = false;
  std::vector<std::int32_t> tile_;
  std::vector<std::int32_t> candidate_;
  std::vector<std::uint8_t> anchor_;  ///< cells x features: content when the candidates were chosen
  std::vector<FlowVector> ride_;
  std::vector<std::uint8_t> placed_luma_;  ///< per cell: mean luma when its tile was placed
  std::vector<std::uint8_t> age_;          ///< per cell: frames its tile has been shown, to kYoung
  /// Per cell: of the tile shown, where it was carried into the last frame.
  std::vector<std::int32_t> dissimilarity_;
  BannedPhotos banned_;  ///< the last frame was solved under
};

}  // namespace mosaic
