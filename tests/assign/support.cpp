#include "assign/support.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

namespace mosaic::test {
namespace {

constexpr int kSide = 5;
constexpr int kFeatures = kSide * kSide * 3;
using Features = std::array<std::uint8_t, kFeatures>;

std::uint8_t clamp_to_byte(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

/// Bilinear value noise in 0 ... 255 with nodes every `cell` points.
class ValueNoise {
 public:
  ValueNoise(std::uint32_t seed, int cell) : cell_(cell) {
    std::mt19937 random(seed);
    for (std::int32_t& node : nodes_) node = draw(random, 0, 255);
  }
  [[nodiscard]] int at(int x, int y) const {
    const int i = x / cell_;
    const int j = y / cell_;
    const int fx = x % cell_;
    const int fy = y % cell_;
    const int top = node(i, j) * (cell_ - fx) + node(i + 1, j) * fx;
    const int bottom = node(i, j + 1) * (cell_ - fx) + node(i + 1, j + 1) * fx;
    return (top * (cell_ - fy) + bottom * fy) / (cell_ * cell_);
  }

 private:
  [[nodiscard]] int node(int i, int j) const { return nodes_[(j % 64) * 64 + i % 64]; }
  int cell_;
  std::array<std::int32_t, 64 * 64> nodes_{};
};

std::vector<Features> scene_cells(const MosaicScene& scene, int time, int flat_cells) {
  const ValueNoise light(scene.seed, 60);
  const ValueNoise hue(scene.seed + 1, 140);
  const ValueNoise detail(scene.seed + 2, 4);
  std::vector<Features> cells;
  for (int row = 0; row < scene.grid_rows; ++row) {
    for (int column = 0; column < scene.grid_columns; ++column) {
      Features& cell = cells.emplace_back();
      if (std::ssize(cells) <= flat_cells) {
        cell.fill(16);
        continue;
      }
      for (int p = 0; p < kSide * kSide; ++p) {
        const int x = column * kSide + p % kSide + 2 * time;
        const int y = row * kSide + p / kSide + time;
        const int l = light.at(x, y) + (detail.at(x, y) - 128) / 8;
        const int h = hue.at(x, y) - 128;
        cell[3 * p] = clamp_to_byte((l + h / 2) * scene.light / 100);
        cell[3 * p + 1] = clamp_to_byte((l - h / 8) * scene.light / 100);
        cell[3 * p + 2] = clamp_to_byte((l - h / 2) * scene.light / 100);
      }
    }
  }
  return cells;
}

/// Photographs: a mean colour near grey, a slope and texture.
std::vector<Features> photo_tiles(const MosaicScene& scene) {
  std::mt19937 random(scene.seed + 3);
  std::vector<Features> tiles(scene.tiles);
  for (Features& tile : tiles) {
    const int mean = (draw(random, 20, 235) + draw(random, 20, 235)) / 2;
    const int tint = draw(random, -30, 30);
    const int slope_x = draw(random, -20, 20);
    const int slope_y = draw(random, -20, 20);
    const int texture = draw(random, 5, 60);
    for (int p = 0; p < kSide * kSide; ++p) {
      const int base = mean + slope_x * (p % kSide - 2) + slope_y * (p / kSide - 2) +
                       draw(random, -texture, texture);
      tile[3 * p] = clamp_to_byte(base + tint);
      tile[3 * p + 1] = clamp_to_byte(base);
      tile[3 * p + 2] = clamp_to_byte(base - tint);
    }
  }
  return tiles;
}

}  // namespace

DenseCosts random_costs(int rows, int columns, std::int32_t high, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> values(std::size_t(rows) * columns);
  for (std::int32_t& value : values) value = draw(random, 0, high);
  return {rows, columns, std::move(values)};
}

DenseCosts mosaic_costs(const MosaicScene& scene, int time, int flat_cells) {
  const std::vector<Features> cells = scene_cells(scene, time, flat_cells);
  const std::vector<Features> tiles = photo_tiles(scene);
  std::vector<std::int32_t> values;
  values.reserve(cells.size() * tiles.size());
  for (const Features& cell : cells) {
    for (const Features& tile : tiles) {
      std::int32_t sum = 0;
      for (int k = 0; k < kFeatures; ++k) {
        const int difference = int{cell[k]} - int{tile[k]};
        sum += difference * difference;
      }
      values.push_back(sum);
    }
  }
  return {static_cast<int>(cells.size()), scene.tiles, std::move(values)};
}

DenseCosts with_switching_prices(const DenseCosts& costs, std::span<const std::int32_t> carried,
                                 std::span<const std::int32_t> price) {
  std::vector<std::int32_t> values;
  values.reserve(std::size_t(costs.rows()) * costs.columns());
  for (int i = 0; i < costs.rows(); ++i) {
    for (int j = 0; j < costs.columns(); ++j) {
      values.push_back(costs.at(i, j) + (carried[i] == j ? 0 : price[i]));
    }
  }
  return {costs.rows(), costs.columns(), std::move(values)};
}

DenseCosts with_switching_price(const DenseCosts& costs, std::span<const std::int32_t> carried,
                                std::int32_t price) {
  return with_switching_prices(costs, carried, std::vector<std::int32_t>(costs.rows(), price));
}

DenseCosts fade_costs(const MosaicScene& scene, int time, std::span<const std::int32_t> carried) {
  constexpr std::int32_t kPrice = 36'000;  // 480 mean squared levels of 75 features
  MosaicScene dark = scene;
  dark.light = std::min(4 * time, 100);
  const DenseCosts costs = mosaic_costs(dark, 0);
  std::vector<std::int32_t> price(costs.rows());
  for (int i = 0; i < costs.rows(); ++i) price[i] = kPrice + 8 * kPrice * (i * 7 % 20) / 20;
  return with_switching_prices(costs, carried, price);
}

Assignment solve_certified(Solver& solver, const SolveRequest& request) {
  Assignment result = solver.solve(request);
  const Certificate proof = certify(request.costs, request.capacity, result, request.use_all);
  EXPECT_TRUE(proof.optimal) << proof.violation;
  EXPECT_EQ(proof.primal, proof.dual);
  EXPECT_EQ(proof.primal, result.cost);
  return result;
}

std::int64_t brute_force_cost(const DenseCosts& costs, std::span<const std::int32_t> capacity,
                              bool use_all) {
  std::map<std::vector<std::int32_t>, std::int64_t> reached;
  reached[{capacity.begin(), capacity.end()}] = 0;
  for (int i = 0; i < costs.rows(); ++i) {
    std::map<std::vector<std::int32_t>, std::int64_t> next;
    for (const auto& [left, cost] : reached) {
      for (int j = 0; j < costs.columns(); ++j) {
        if (left[j] == 0) continue;
        std::vector<std::int32_t> after = left;
        --after[j];
        const std::int64_t total = cost + costs.at(i, j);
        const auto [at, is_new] = next.emplace(std::move(after), total);
        if (!is_new) at->second = std::min(at->second, total);
      }
    }
    reached = std::move(next);
  }
  std::int64_t best = std::numeric_limits<std::int64_t>::max();
  for (const auto& [left, cost] : reached) {
    bool allowed = true;
    for (int j = 0; j < costs.columns(); ++j) {
      allowed &= !use_all || capacity[j] == 0 || left[j] < capacity[j];
    }
    if (allowed) best = std::min(best, cost);
  }
  return best;
}

RowLists make_lists(const CostSource& costs, std::span<const std::int32_t> price, int length) {
  const int rows = costs.rows();
  const int columns = costs.columns();
  RowLists lists;
  lists.length = length;
  lists.count.assign(rows, std::min(length, columns));
  lists.column.assign(std::size_t(rows) * length, 0);
  lists.cost.assign(std::size_t(rows) * length, 0);
  lists.bound.assign(rows, std::numeric_limits<std::int32_t>::max());
  std::vector<std::int32_t> row(columns);
  std::vector<std::pair<std::int32_t, std::int32_t>> keys(columns);
  for (int i = 0; i < rows; ++i) {
    costs.row(i, row);
    for (int j = 0; j < columns; ++j) keys[j] = {row[j] - (price.empty() ? 0 : price[j]), j};
    std::sort(keys.begin(), keys.end());
    for (int k = 0; k < lists.count[i]; ++k) {
      // Any order is allowed: hand the candidates over worst first.
      const std::size_t at = std::size_t(i) * length + (lists.count[i] - 1 - k);
      lists.column[at] = keys[k].second;
      lists.cost[at] = row[keys[k].second];
    }
    if (length < columns) lists.bound[i] = keys[length].first;
  }
  return lists;
}

}  // namespace mosaic::test
