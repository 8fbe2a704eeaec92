#include "pipeline/temporal_state.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "flow/hold_still.hpp"

namespace mosaic {
namespace {

/// Candidates are kept while the content's mean squared feature change since they were chosen is at
/// most this (4.5 levels rms): above sensor noise and coding noise, well below another object.
constexpr std::int64_t kAnchorDrift = 20;

int mean_luma(const ColorSums& sums) {
  const std::int64_t weighted = 54 * sums.sum[0] + 183 * sums.sum[1] + 19 * sums.sum[2];
  return static_cast<int>((weighted + 128 * sums.pixels) / (256 * sums.pixels));
}

/// Note [What a tile on the screen is worth].
std::int32_t price_after(int departure, std::int32_t whole) {
  constexpr int kRange = TemporalState::kPriceLeast - TemporalState::kPriceWhole;
  const int past = std::clamp(departure - TemporalState::kPriceWhole, 0, kRange);
  return static_cast<std::int32_t>(std::int64_t{whole} * (8 * kRange - 7 * past) / (8 * kRange));
}

std::int32_t price_amid_motion(std::int32_t still_share, std::int32_t whole) {
  constexpr std::int64_t kParts = std::int64_t{TemporalState::kPriceMoving} * kStillWhole;
  constexpr std::int64_t kMore = TemporalState::kPriceMoving - 1;
  return static_cast<std::int32_t>(whole * (kStillWhole + kMore * still_share) / kParts);
}

/// Raised to at most kMostYoung: with that, the largest weights that can be asked for stay within
/// what cost_scale() promises.
std::int32_t price_when_young(int age, std::int32_t price) {
  constexpr std::int64_t kMostYoung = std::int64_t{1} << 22;
  constexpr std::int64_t kAges = TemporalState::kYoung;
  constexpr std::int64_t kMore = TemporalState::kPriceYoung - 1;
  const std::int64_t raised = price * (kAges + kMore * (kAges - age)) / kAges;
  return std::max(price, static_cast<std::int32_t>(std::min(raised, kMostYoung)));
}

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
      ride_(static_cast<std::size_t>(cells)),
      placed_luma_(static_cast<std::size_t>(cells)),
      age_(static_cast<std::size_t>(cells)),
      dissimilarity_(static_cast<std::size_t>(cells), kUnknownDissimilarity),
      banned_(static_cast<std::size_t>(cells)) {}

void TemporalState::reset() {
  has_frame_ = false;
  std::ranges::fill(ride_, FlowVector{});
}

TemporalState::Carried TemporalState::carry(const Propagation& propagation,
                                            const CellDescriptions& cells,
                                            std::span<const std::int32_t> still_share,
                                            std::int32_t switch_price) const {
  Carried carried;
  carried.tile.assign(static_cast<std::size_t>(cells_), kNoTile);
  carried.candidate.assign(index(cells_, candidates_), kNoTile);
  carried.source.assign(static_cast<std::size_t>(cells_), kNoCell);
  carried.switch_price.assign(static_cast<std::size_t>(cells_), switch_price);
  carried.age.assign(static_cast<std::size_t>(cells_), 0);
  carried.dissimilarity.assign(static_cast<std::size_t>(cells_), kUnknownDissimilarity);
  carried.banned.assign(static_cast<std::size_t>(cells_), {});
  if (!has_frame_) return carried;
  const std::int64_t limit = kAnchorDrift * features_per_cell_;
  for (int cell = 0; cell < cells_; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const std::int32_t source = propagation.source_cell[i];
    if (source == kNoCell) continue;
    carried.source[i] = source;
    carried.tile[i] = tile_[static_cast<std::size_t>(source)];
    const int placed = placed_luma_[static_cast<std::size_t>(source)];
    const std::int32_t price = price_after(std::abs(mean_luma(cells.color_sums[i]) - placed),
                                           price_amid_motion(still_share[i], switch_price));
    const int age = age_[static_cast<std::size_t>(source)];
    carried.switch_price[i] = price_when_young(age, price);
    carried.age[i] =
        static_cast<std::uint8_t>(std::min(age + (still_share[i] < kStillWhole ? 1 : 0), kYoung));
    const std::uint8_t* now = cells.features.data() + index(cell, features_per_cell_);
    const std::uint8_t* then = anchor_.data() + index(source, features_per_cell_);
    std::int64_t drift = 0;
    for (int d = 0; d < features_per_cell_; ++d) {
      const int difference = static_cast<int>(now[d]) - static_cast<int>(then[d]);
      drift += static_cast<std::int64_t>(difference) * difference;
    }
    if (drift > limit) continue;
    carried.banned[i] = banned_[static_cast<std::size_t>(source)];
    carried.dissimilarity[i] = dissimilarity_[static_cast<std::size_t>(source)];
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
  std::vector<std::uint8_t> age(age_.size());
  std::vector<std::uint8_t> placed_luma(placed_luma_.size());
  std::vector<std::int32_t> dissimilarity(dissimilarity_.size(), kUnknownDissimilarity);
  for (int cell = 0; cell < cells_; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    const bool kept = candidates_ > 0 && carried.candidate[index(cell, candidates_)] != kNoTile;
    const std::uint8_t* from = kept ? anchor_.data() + index(carried.source[i], features_per_cell_)
                                    : cells.features.data() + index(cell, features_per_cell_);
    const bool stays = carried.tile[i] != kNoTile && carried.tile[i] == tile[i];
    placed_luma[i] = stays ? placed_luma_[static_cast<std::size_t>(carried.source[i])]
                           : static_cast<std::uint8_t>(mean_luma(cells.color_sums[i]));
    if (stays && candidates_ > 0) {  // else nothing tells when the content is another one
      dissimilarity[i] =
          scores
              .dissimilarity[index(cell, candidates_ + 1) + static_cast<std::size_t>(candidates_)];
    }
    age[i] = stays ? carried.age[i] : std::uint8_t{0};
    std::copy_n(from, features_per_cell_,
                anchor.begin() + static_cast<std::ptrdiff_t>(index(cell, features_per_cell_)));
  }
  anchor_ = std::move(anchor);
  placed_luma_ = std::move(placed_luma);
  age_ = std::move(age);
  dissimilarity_ = std::move(dissimilarity);
  banned_ = carried.banned;
  // A tile that replaces another, or fills a gap, takes over the ride of its place: neighbours that
  // show the same moving thing then change cells in the same frame, instead of one by one.
  ride_ = propagation.ride;
  candidate_ = scores.candidate_tile;
  tile_.assign(tile.begin(), tile.end());
  has_frame_ = true;
}

void TemporalState::save(ByteWriter& out) const {
  out.number(static_cast<std::uint8_t>(has_frame_));
  out.array(tile_);
  out.array(candidate_);
  out.array(anchor_);
  out.array(ride_);
  out.array(placed_luma_);
  out.array(age_);
  out.array(dissimilarity_);
  // Lists one after the other, each with its length in front.
  std::vector<std::int32_t> flat;
  for (const std::vector<std::int32_t>& list : banned_) {
    flat.push_back(static_cast<std::int32_t>(list.size()));
    flat.insert(flat.end(), list.begin(), list.end());
  }
  out.number(static_cast<std::int64_t>(flat.size()));
  out.array(flat);
}

void TemporalState::restore(ByteReader& in) {
  has_frame_ = in.number<std::uint8_t>() != 0;
  tile_ = in.array_of<std::int32_t>(tile_.size());
  candidate_ = in.array_of<std::int32_t>(candidate_.size());
  anchor_ = in.array_of<std::uint8_t>(anchor_.size());
  ride_ = in.array_of<FlowVector>(ride_.size());
  placed_luma_ = in.array_of<std::uint8_t>(placed_luma_.size());
  age_ = in.array_of<std::uint8_t>(age_.size());
  if (std::ranges::any_of(age_, [](std::uint8_t age) { return age > kYoung; }))
    throw DamagedBytes("the ages of the tiles are damaged");
  dissimilarity_ = in.array_of<std::int32_t>(dissimilarity_.size());
  if (std::ranges::any_of(dissimilarity_,
                          [](std::int32_t known) { return known < kUnknownDissimilarity; }))
    throw DamagedBytes("the dissimilarities of the tiles are damaged");
  const auto length = in.number<std::int64_t>();
  if (length < cells_ || length > std::int64_t{1} << 40)
    throw DamagedBytes("the lists of banned photos are damaged");
  const auto flat = in.array_of<std::int32_t>(static_cast<std::size_t>(length));
  std::size_t at = 0;
  for (std::vector<std::int32_t>& list : banned_) {
    if (at == flat.size()) throw DamagedBytes("the lists of banned photos are damaged");
    const std::int32_t count = flat[at++];
    if (count < 0 || static_cast<std::size_t>(count) > flat.size() - at)
      throw DamagedBytes("the lists of banned photos are damaged");
    const auto first = flat.begin() + static_cast<std::ptrdiff_t>(at);
    list.assign(first, first + count);
    at += static_cast<std::size_t>(count);
  }
  if (at != flat.size()) throw DamagedBytes("the lists of banned photos are damaged");
}

}  // namespace mosaic
