#include "backend/score_request.hpp"

#include <algorithm>
#include <string>

#include "mosaic/error.hpp"

namespace mosaic {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw Error(ExitCode::unexpected, std::string("scoring: ") + what);
}

}  // namespace

void check_score_request(const ScoreRequest& request, int cells, int photos, int tiles,
                         int candidates) {
  const auto all = static_cast<std::size_t>(cells);
  const auto fits = [all](std::size_t entries) { return entries == 0 || entries == all; };
  require(request.photo_price.size() == static_cast<std::size_t>(photos),
          "one price per photo is needed");
  require(request.carried_tile.size() == all, "one carried tile per cell is needed");
  require(fits(request.saliency.size()), "one saliency per cell is needed");
  require(request.kept_candidate.empty() ||
              request.kept_candidate.size() == all * static_cast<std::size_t>(candidates),
          "kept candidates have the wrong size");
  require(fits(request.switch_price.size()), "one price of change per cell is needed");
  require(fits(request.known_dissimilarity.size()), "one known dissimilarity per cell is needed");
  const auto exists = [tiles](std::int32_t tile) {
    return tile == kNoTile || (tile >= 0 && tile < tiles);
  };
  require(std::ranges::all_of(request.carried_tile, exists), "a carried tile does not exist");
  require(std::ranges::all_of(request.kept_candidate, exists), "a kept candidate does not exist");
}

}  // namespace mosaic
