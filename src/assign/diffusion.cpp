#include "assign/diffusion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "backend/feature_math.hpp"

namespace mosaic {
namespace {

/// Errors are kept in 1/256 levels and limited: a colour the pool does not have must not pile up
/// until it tips over far away.
constexpr std::int64_t kErrorOne = 256;
constexpr std::int64_t kErrorLimit = 48 * kErrorOne;

using Colour = std::array<std::int64_t, 3>;

std::int64_t divided(std::int64_t value, std::int64_t by) {  // to nearest, halves up
  const std::int64_t doubled = 2 * value + by;
  return doubled >= 0 ? doubled / (2 * by) : -((-doubled + 2 * by - 1) / (2 * by));
}

/// Sums of the three channels over the k x k colours of each description.
std::vector<Colour> channel_sums(std::span<const std::uint8_t> features, int features_k) {
  const auto k = static_cast<std::size_t>(features_k);
  const std::size_t colours = 3 * k * k;
  const auto dims = static_cast<std::size_t>(feature_count(features_k));
  std::vector<Colour> sums(features.size() / dims);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (std::size_t d = 0; d < colours; ++d) sums[i][d % 3] += features[i * dims + d];
  }
  return sums;
}

class Placer {
 public:
  explicit Placer(const DiffusionRequest& request)
      : r_(request),
        colours_(std::int64_t{request.library.features_k()} * request.library.features_k()),
        cell_sums_(channel_sums(request.cells.features, request.library.features_k())),
        tile_sums_(channel_sums(request.library.features(), request.library.features_k())),
        left_(request.capacity.begin(), request.capacity.end()),
        error_(cell_sums_.size()),
        tile_(cell_sums_.size(), kNoTile) {
    const auto fixed = [&](double left) {
      return static_cast<std::int64_t>(std::llrint(request.strength * left * 65536.0));
    };
    passed_ = {fixed(request.left_l), fixed(request.left_ab), fixed(request.left_ab)};
  }

  std::vector<std::int32_t> run() {
    const auto cells = static_cast<int>(tile_.size());
    for (int row = 0; row * r_.columns < cells; ++row) {
      const bool backward = row % 2 == 1;
      for (int i = 0; i < r_.columns; ++i) {
        place(row, backward ? r_.columns - 1 - i : i, backward ? -1 : 1);
      }
    }
    return std::move(tile_);
  }

 private:
  struct Best {
    std::int64_t cost = std::numeric_limits<std::int64_t>::max();
    std::int32_t tile = kNoTile;
  };

  void consider(int cell, std::int32_t tile, Best& best) const {
    if (tile == kNoTile) return;
    if (left_[static_cast<std::size_t>(tile / r_.library.variants())] <= 0) return;
    const auto i = static_cast<std::size_t>(cell);
    std::int64_t shift = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      shift += error_[i][c] * (cell_sums_[i][c] - tile_sums_[static_cast<std::size_t>(tile)][c]);
    }
    const std::int64_t cost =
        r_.objective.parts(cell, tile).total() +
        divided(2 * shift * r_.cells.saliency[i], kErrorOne * std::int64_t{kSaliencyOne});
    if (cost < best.cost || (cost == best.cost && tile < best.tile)) best = {cost, tile};
  }

  [[nodiscard]] std::int32_t choose(int cell) const {
    const auto i = static_cast<std::size_t>(cell);
    Best best;
    const auto length = static_cast<std::size_t>(r_.scores.list_length);
    for (const std::int32_t tile : std::span(r_.scores.list_tile).subspan(i * length, length)) {
      consider(cell, tile, best);
    }
    const auto candidates = static_cast<std::size_t>(r_.scores.candidates);
    for (const std::int32_t tile :
         std::span(r_.scores.candidate_tile).subspan(i * candidates, candidates)) {
      consider(cell, tile, best);
    }
    consider(cell, r_.carried_tile[i], best);
    if (best.tile != kNoTile) return best.tile;
    for (std::int32_t tile = 0; tile < r_.library.tiles(); ++tile) consider(cell, tile, best);
    return best.tile;
  }

  void place(int row, int column, int ahead) {
    const auto i = static_cast<std::size_t>(row) * static_cast<std::size_t>(r_.columns) +
                   static_cast<std::size_t>(column);
    const std::int32_t tile = choose(static_cast<int>(i));
    tile_[i] = tile;
    --left_[static_cast<std::size_t>(tile / r_.library.variants())];
    const Colour& shown = tile_sums_[static_cast<std::size_t>(tile)];
    Colour miss{};
    for (std::size_t c = 0; c < 3; ++c) {
      const std::int64_t raw =
          error_[i][c] + divided(kErrorOne * (cell_sums_[i][c] - shown[c]), colours_);
      miss[c] = divided(raw * passed_[c], 65536);
    }
    pass_on(row, column + ahead, 7, miss);
    pass_on(row + 1, column - ahead, 3, miss);
    pass_on(row + 1, column, 5, miss);
    pass_on(row + 1, column + ahead, 1, miss);
  }

  void pass_on(int row, int column, std::int64_t sixteenths, const Colour& miss) {
    if (column < 0 || column >= r_.columns) return;
    const auto i = static_cast<std::size_t>(row) * static_cast<std::size_t>(r_.columns) +
                   static_cast<std::size_t>(column);
    if (i >= error_.size()) return;
    for (std::size_t c = 0; c < 3; ++c) {
      error_[i][c] =
          std::clamp(error_[i][c] + divided(sixteenths * miss[c], 16), -kErrorLimit, kErrorLimit);
    }
  }

  const DiffusionRequest& r_;
  std::int64_t colours_;  ///< k x k
  std::vector<Colour> cell_sums_;
  std::vector<Colour> tile_sums_;
  std::vector<std::int32_t> left_;  ///< uses, per photo
  std::vector<Colour> error_;       ///< passed on to each cell, 1/256 levels
  Colour passed_{};                 ///< 1/65536
  std::vector<std::int32_t> tile_;
};

}  // namespace

std::vector<std::int32_t> place_by_diffusion(const DiffusionRequest& request) {
  return Placer(request).run();
}

}  // namespace mosaic
