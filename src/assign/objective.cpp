#include "assign/objective.hpp"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <limits>
#include <unordered_map>

#include "backend/cost_math.hpp"
#include "backend/feature_math.hpp"
#include "core/hash.hpp"

namespace mosaic {
namespace {

std::int32_t weighted(std::uint8_t saliency, std::int32_t sum) {
  return static_cast<std::int32_t>(
      (static_cast<std::uint32_t>(saliency) * static_cast<std::uint32_t>(sum)) >> 6);
}

/// Most columns are not banned, which a table of marks tells without the branches of a search.
void add_ban_costs(std::span<const std::int32_t> banned, std::span<const std::int32_t> column,
                   std::int32_t* cost) {
  if (banned.empty()) return;
  constexpr std::size_t kMarks = 4096;
  std::bitset<kMarks> marked;
  for (const std::int32_t photo : banned) marked[static_cast<std::size_t>(photo) % kMarks] = true;
  for (std::size_t k = 0; k < column.size(); ++k) {
    if (!marked[static_cast<std::size_t>(column[k]) % kMarks]) continue;
    if (std::ranges::binary_search(banned, column[k])) cost[k] += kBanCost;
  }
}

std::size_t index(int row, int width, int column = 0) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
         static_cast<std::size_t>(column);
}

}  // namespace

FrameObjective::FrameObjective(const TileLibrary& library, const cpu::BaseCosts& base,
                               const CostScale& scale, const CellDescriptions& cells,
                               const CellScores& scores, std::span<const std::int32_t> carried_tile,
                               std::span<const std::int32_t> switch_price,
                               const BannedPhotos& banned, ThreadPool& pool)
    : library_(library),
      base_(base),
      scale_(scale),
      cells_described_(cells),
      scores_(scores),
      carried_(carried_tile),
      switch_price_(switch_price),
      banned_(banned),
      pool_(pool),
      cells_(static_cast<int>(carried_tile.size())),
      dims_(feature_count(library.features_k())),
      known_per_cell_(scores.candidates + 1),
      known_(index(cells_, known_per_cell_)),
      known_ssim_(index(cells_, known_per_cell_)) {
  pool_.parallel_for(static_cast<std::size_t>(cells_), 64, [this](std::size_t b, std::size_t e) {
    for (std::size_t i = b; i < e; ++i) fill_known(static_cast<int>(i));
  });
}

void FrameObjective::fill_known(int cell) {
  std::size_t at = index(cell, known_per_cell_);
  const auto add = [&](std::int32_t tile, std::int32_t dissimilarity) {
    if (tile == kNoTile) return;
    const std::uint8_t saliency = cells_described_.saliency[static_cast<std::size_t>(cell)];
    known_[at] = {tile, weighted(saliency, distance(cell, tile) + dissimilarity)};
    known_ssim_[at] = dissimilarity;
    ++at;
  };
  const std::int32_t carried = carried_[static_cast<std::size_t>(cell)];
  for (int k = 0; k < scores_.candidates; ++k) {
    const std::int32_t tile = scores_.candidate_tile[index(cell, scores_.candidates, k)];
    const std::int32_t dissimilarity = scores_.dissimilarity[index(cell, known_per_cell_, k)];
    // The most there is, as of any tile that is not known.
    if (tile != carried && dissimilarity != scale_.ssim_unit) add(tile, dissimilarity);
  }
  add(carried, scores_.dissimilarity[index(cell, known_per_cell_, scores_.candidates)]);
}

std::span<const std::int32_t> FrameObjective::banned(int cell) const {
  if (banned_.empty()) return {};
  return banned_[static_cast<std::size_t>(cell)];
}

std::int32_t FrameObjective::price_of_change(int cell) const {
  const auto i = static_cast<std::size_t>(cell);
  return carried_[i] != kNoTile ? switch_price_[i] : 0;
}

std::span<const KnownTile> FrameObjective::known(int cell) const {
  const auto* first = known_.data() + index(cell, known_per_cell_);
  std::size_t count = 0;
  while (count < static_cast<std::size_t>(known_per_cell_) && first[count].tile != kNoTile) ++count;
  return {first, count};
}

std::int32_t FrameObjective::distance(int cell, std::int32_t tile) const {
  return squared_distance(cells_described_.features.data() + index(cell, dims_),
                          library_.features().data() + index(tile, dims_), dims_);
}

std::int32_t FrameObjective::known_cost(int cell, std::int32_t tile) const {
  for (const KnownTile& entry : known(cell)) {
    if (entry.tile == tile) return entry.cost;
  }
  return -1;
}

std::int32_t FrameObjective::tile_cost(int cell, std::int32_t tile) const {
  const auto i = static_cast<std::size_t>(cell);
  const std::int32_t known = known_cost(cell, tile);
  const std::int32_t cost =
      known >= 0 ? known
                 : weighted(cells_described_.saliency[i], distance(cell, tile) + scale_.ssim_unit);
  return cost + (carried_[i] != tile ? price_of_change(cell) : 0);
}

void FrameObjective::row(int cell, std::span<std::int32_t> out) const {
  const auto i = static_cast<std::size_t>(cell);
  const int variants = library_.variants();
  const std::int32_t carried = carried_[i];
  const std::int32_t price = price_of_change(cell);
  const std::uint8_t* features = cells_described_.features.data() + index(cell, dims_);
  if (variants == 1) {
    base_.row(features, cells_described_.saliency[i], out);
  } else {
    std::vector<std::int32_t> tiles(static_cast<std::size_t>(library_.tiles()));
    base_.row(features, cells_described_.saliency[i], tiles);
    for (std::size_t photo = 0; photo < out.size(); ++photo) {
      const auto first = tiles.begin() + static_cast<std::ptrdiff_t>(photo) * variants;
      out[photo] = *std::min_element(first, first + variants);
    }
  }
  if (price != 0) {
    for (std::int32_t& cost : out) cost += price;
  }
  for (const KnownTile& entry : known(cell)) {
    std::int32_t& cost = out[static_cast<std::size_t>(entry.tile / variants)];
    cost = std::min(cost, entry.cost + (entry.tile == carried ? 0 : price));
  }
  for (const std::int32_t photo : banned(cell)) out[static_cast<std::size_t>(photo)] += kBanCost;
}

std::int32_t FrameObjective::best_variant(int cell, int photo) const {
  const int variants = library_.variants();
  std::int32_t best = photo * variants;
  std::int32_t best_cost = std::numeric_limits<std::int32_t>::max();
  for (std::int32_t tile = photo * variants; tile < (photo + 1) * variants; ++tile) {
    const std::int32_t cost = tile_cost(cell, tile);
    if (cost < best_cost) {
      best_cost = cost;
      best = tile;
    }
  }
  return best;
}

FrameObjective::Parts FrameObjective::parts(int cell, std::int32_t tile) const {
  const auto i = static_cast<std::size_t>(cell);
  const std::uint8_t saliency = cells_described_.saliency[i];
  Parts parts;
  const std::int32_t apart = distance(cell, tile);
  parts.distance = weighted(saliency, apart);
  const std::int32_t known = known_cost(cell, tile);
  const std::int64_t both = known >= 0 ? known : weighted(saliency, apart + scale_.ssim_unit);
  parts.ssim = both - parts.distance;
  parts.change = carried_[i] != tile ? price_of_change(cell) : 0;
  return parts;
}

void FrameObjective::fill_list(int cell, RowLists& lists) const {
  const int variants = library_.variants();
  const auto i = static_cast<std::size_t>(cell);
  const std::int32_t price = price_of_change(cell);
  std::int32_t* column = lists.column.data() + index(cell, lists.length);
  std::int32_t* cost = lists.cost.data() + index(cell, lists.length);
  std::int32_t count = 0;
  const auto put = [&](std::int32_t photo, std::int32_t value) {
    std::int32_t at = count;
    // To the end, without a branch: it vectorises.
    for (std::int32_t k = 0; k < count; ++k) at = column[k] == photo ? k : at;
    cost[at] = at < count ? std::min(cost[at], value) : value;
    column[at] = photo;
    count = std::max(count, at + 1);
  };
  // A photo's listed variants have the least base costs of all its variants, so the minimum over
  // them is the photo's base cost; what SSIM and the switch price change is put on top below.
  const std::size_t first = index(cell, scores_.list_length);
  const std::int32_t* tile = scores_.list_tile.data() + first;
  const std::int32_t* base = scores_.list_base.data() + first;
  const auto listed = static_cast<int>(std::find(tile, tile + scores_.list_length, kNoTile) - tile);
  if (variants == 1) {
    std::copy_n(tile, listed, column);
    for (int k = 0; k < listed; ++k) cost[k] = base[k] + price;
    count = listed;
  } else {
    for (int k = 0; k < listed; ++k) put(tile[k] / variants, base[k] + price);
  }
  for (const KnownTile& entry : known(cell)) {
    // Exact over all variants: a known tile need not be on the list, nor its siblings.
    if (variants == 1) {
      put(entry.tile, entry.cost + (entry.tile == carried_[i] ? 0 : price));
      continue;
    }
    const std::int32_t photo = entry.tile / variants;
    put(photo, tile_cost(cell, best_variant(cell, photo)));
  }
  add_ban_costs(banned(cell), {column, static_cast<std::size_t>(count)}, cost);
  lists.count[i] = count;
  const std::int64_t bound = static_cast<std::int64_t>(scores_.list_bound[i]) + price;
  lists.bound[i] = static_cast<std::int32_t>(
      std::min<std::int64_t>(bound, std::numeric_limits<std::int32_t>::max()));
}

RowLists FrameObjective::lists() const {
  RowLists lists;
  lists.length = scores_.list_length + known_per_cell_;
  lists.count.resize(static_cast<std::size_t>(cells_));
  lists.bound.resize(static_cast<std::size_t>(cells_));
  lists.column.resize(index(cells_, lists.length));
  lists.cost.resize(index(cells_, lists.length));
  pool_.parallel_for(static_cast<std::size_t>(cells_), 32, [&](std::size_t b, std::size_t e) {
    for (std::size_t i = b; i < e; ++i) fill_list(static_cast<int>(i), lists);
  });
  return lists;
}

void FrameObjective::add_bans(std::span<const Ban> added, RowLists& lists) const {
  for (const auto [cell, photo] : added) {
    const auto first =
        lists.column.begin() + static_cast<std::ptrdiff_t>(index(cell, lists.length));
    const auto last = first + lists.count[static_cast<std::size_t>(cell)];
    const auto at = std::find(first, last, photo);
    if (at != last) lists.cost[static_cast<std::size_t>(at - lists.column.begin())] += kBanCost;
  }
}

std::vector<std::int32_t> FrameObjective::row_classes() const {
  std::vector<std::int32_t> classes(static_cast<std::size_t>(cells_));
  std::unordered_multimap<std::uint64_t, std::int32_t> first_of;
  first_of.reserve(classes.size());
  const auto equal = [&](int a, int b) {
    const auto row = [&](int cell) {
      return std::span(cells_described_.features.data() + index(cell, dims_),
                       static_cast<std::size_t>(dims_));
    };
    const auto ia = static_cast<std::size_t>(a);
    const auto ib = static_cast<std::size_t>(b);
    return carried_[ia] == carried_[ib] && price_of_change(a) == price_of_change(b) &&
           std::ranges::equal(banned(a), banned(b)) &&
           cells_described_.saliency[ia] == cells_described_.saliency[ib] &&
           std::ranges::equal(row(a), row(b)) &&
           std::ranges::equal(known(a), known(b), [](const KnownTile& x, const KnownTile& y) {
             return x.tile == y.tile && x.cost == y.cost;
           });
  };
  for (int cell = 0; cell < cells_; ++cell) {
    const auto i = static_cast<std::size_t>(cell);
    // Equal cells that carry different tiles are different rows; letterbox bars have many of them.
    const auto carried = static_cast<std::uint64_t>(static_cast<std::uint32_t>(carried_[i]));
    const std::uint64_t key =
        (carried * 0x9e3779b97f4a7c15ULL) ^
        hash64(std::as_bytes(std::span(cells_described_.features.data() + index(cell, dims_),
                                       static_cast<std::size_t>(dims_))));
    classes[i] = cell;
    const auto [begin, end] = first_of.equal_range(key);
    for (auto it = begin; it != end; ++it) {
      if (equal(it->second, cell)) {
        classes[i] = it->second;
        break;
      }
    }
    if (classes[i] == cell) first_of.emplace(key, cell);
  }
  return classes;
}

}  // namespace mosaic
