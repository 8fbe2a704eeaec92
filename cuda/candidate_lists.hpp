// Twin of backend/cpu/candidate_lists.hpp and of choose_candidates(): the tiles of least reduced
// base cost of every cell, without storing cells x tiles.
#pragma once

#include <cstdint>

#include "cuda/packed_features.hpp"

namespace mosaic::gpu {

/// Tiles a block looks at between two looks at its lists; PackedFeatures are padded to it.
inline constexpr int kTilesAtOnce = 128;

struct ListJob {
  PackedFeatures::View tiles;
  const std::uint8_t* features;    ///< cells x dims
  const std::uint8_t* saliency;    ///< cells
  const std::int32_t* tile_price;  ///< of each tile's photo; padded as `tiles` are
  std::int32_t* guess;  ///< cells: guess_from() each cell's last list or kNoGuess; made anew
  int cells;
  std::int32_t ssim_unit;
  int list_length;  ///< <= cpu::kListLength, <= tiles
};

/// Arrays of CellScores on the card.
struct ListView {
  std::int32_t* tile;
  std::int32_t* base;
  std::int32_t* bound;
};

/// tile_price[t] = photo_price[t / variants]; 0 in the padding.
void expand_prices(const std::int32_t* photo_price, int tiles, int padded_tiles, int variants,
                   std::int32_t* tile_price, const Stream& stream);

void build_lists(const ListJob& job, const ListView& out, const Stream& stream);

/// `kept`: cells x candidates, or null; see ScoreRequest.
void choose_candidates(const std::int32_t* list_tile, int cells, int list_length, int variants,
                       const std::int32_t* kept, int candidates, std::int32_t* candidate_tile,
                       const Stream& stream);

/// Who gets an SSIM: `asked` becomes the candidates, or kNoTile in cells that are settled (Note
/// [Settled cells] in backend/cost_math.hpp), and `taken_over` what is known of the carried tile in
/// those cells, else kUnknownDissimilarity. `job` and `lists` as build_lists() has left them.
struct AskJob {
  const std::int32_t* candidate_tile;  ///< cells x candidates
  const std::int32_t* carried_tile;    ///< cells
  const std::int32_t* switch_price;    ///< cells; null: no cell is settled
  const std::int32_t* known;           ///< cells: ScoreRequest::known_dissimilarity; null: nothing
  int candidates;
};
void ask_candidates(const ListJob& job, const ListView& lists, const AskJob& ask,
                    std::int32_t* asked, std::int32_t* taken_over, const Stream& stream);

}  // namespace mosaic::gpu
