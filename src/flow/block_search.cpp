#include "flow/block_search.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

namespace mosaic {

namespace {

/// Above level 0 windows are 16 px wide and stand 8 px apart, so that they overlap by half.
constexpr int kCoarseWindow = 16;
constexpr int kCoarseSpacing = 8;

/// In SAD per pixel, times 256. Among many windows of pure noise (sigma 2) the best beats the one
/// in place by about 90/256 per pixel; a vector other than zero must gain more than that.
constexpr std::uint32_t kMotionBias = 112;
/// What one more step away from a candidate must gain: downhill on texture, never along noise.
constexpr std::uint32_t kStepBias = 12;
/// Price of each pixel by which a vector differs from each of its neighbours', up to a limit.
constexpr int kSmoothness = 5;
constexpr int kSmoothnessLimit = 8;
constexpr int kDescentSteps = 6;
constexpr int kSmoothingPasses = 2;

/// The blocks of one level.
struct LevelGrid {
  int level = 0;
  int columns = 0;
  int rows = 0;
  int edge = 0;
  [[nodiscard]] std::size_t blocks() const {
    return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  }
  [[nodiscard]] std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
  }
};

LevelGrid grid_of(const SearchPair& pair, int level) {
  if (level == 0) {
    return {0, pair.layout.columns, pair.layout.rows, pair.layout.window};
  }
  const Size size = pair.source.levels[static_cast<std::size_t>(level)].size;
  return {level, (size.width + kCoarseSpacing - 1) / kCoarseSpacing,
          (size.height + kCoarseSpacing - 1) / kCoarseSpacing, kCoarseWindow};
}

/// One block of the source and its cost against displaced windows of the target.
class BlockMatcher {
 public:
  BlockMatcher(const SearchPair& pair, const LevelGrid& grid, int column, int row)
      : pair_(pair), level_(grid.level), edge_(grid.edge) {
    if (level_ == 0) {
      x_ = pair.layout.window_x[static_cast<std::size_t>(column)];
      y_ = pair.layout.window_y[static_cast<std::size_t>(row)];
    } else {
      x_ = column * kCoarseSpacing - (kCoarseWindow - kCoarseSpacing) / 2;
      y_ = row * kCoarseSpacing - (kCoarseWindow - kCoarseSpacing) / 2;
    }
    const PaddedPlane& plane = pair.source.levels[static_cast<std::size_t>(level_)];
    const int overhang = window_overhang(pair.layout, level_);
    least_ = {-overhang - x_, -overhang - y_};
    most_ = {plane.size.width + overhang - edge_ - x_, plane.size.height + overhang - edge_ - y_};
    for (int y = 0; y < edge_; ++y) {
      for (int x = 0; x < edge_; x += 16) {
        pack(plane.at(x_ + x, y_ + y), packed_.data() + y * edge_ + x, pair.brightness);
      }
    }
  }

  [[nodiscard]] Step centre() const { return {x_ + edge_ / 2, y_ + edge_ / 2}; }

  [[nodiscard]] bool allowed(Step step) const {
    return step.x >= least_.x && step.y >= least_.y && step.x <= most_.x && step.y <= most_.y;
  }

  /// SAD scaled to 256 pixels, plus the bias against motion. Once it cannot get below `limit`, some
  /// value that is no less is returned.
  [[nodiscard]] std::uint32_t cost(Step step, std::uint32_t limit = ~0U) const {
    const PaddedPlane& plane = pair_.target.levels[static_cast<std::size_t>(level_)];
    const u8* window = plane.at(x_ + step.x, y_ + step.y);
    const std::uint32_t area = std::max(1U, static_cast<std::uint32_t>(edge_ * edge_) / 256);
    const std::uint32_t bias = step == Step{} ? 0 : kMotionBias;
    const int half = edge_ / 2;
    const std::uint32_t upper =
        pair_.kernels.sad(packed_.data(), window, plane.stride, edge_, half);
    if (upper / area + bias >= limit) return upper / area + bias;
    const std::uint32_t lower = pair_.kernels.sad(
        packed_.data() + half * edge_, window + half * plane.stride, plane.stride, edge_, half);
    return (upper + lower) / area + bias;
  }

 private:
  static void pack(const u8* from, u8* to, int brightness) {
    std::memcpy(to, from, 16);
    if (brightness == 0) return;
    for (int x = 0; x < 16; ++x) to[x] = static_cast<u8>(std::clamp(to[x] + brightness, 0, 255));
  }

  const SearchPair& pair_;
  int level_;
  int edge_;
  int x_ = 0;
  int y_ = 0;
  Step least_;  ///< displacements that keep the window inside the padded plane
  Step most_;
  alignas(64) std::array<u8, 64 * 64> packed_;
};

struct Match {
  Step step;
  std::uint32_t cost = 0;
};

void take_if_better(const BlockMatcher& block, Step step, Match& best) {
  if (step == best.step || !block.allowed(step)) return;
  const std::uint32_t cost = block.cost(step, best.cost);
  if (cost < best.cost) best = {step, cost};
}

void search_all(const BlockMatcher& block, int radius, Match& best) {
  for (int y = -radius; y <= radius; ++y) {
    for (int x = -radius; x <= radius; ++x) take_if_better(block, {x, y}, best);
  }
}

void descend(const BlockMatcher& block, Match& best) {
  for (int i = 0; i < kDescentSteps; ++i) {
    const Step from = best.step;
    Match next{from, best.cost >= kStepBias ? best.cost - kStepBias : 0};
    take_if_better(block, {from.x, from.y - 1}, next);
    take_if_better(block, {from.x - 1, from.y}, next);
    take_if_better(block, {from.x + 1, from.y}, next);
    take_if_better(block, {from.x, from.y + 1}, next);
    if (next.step == from) return;
    best = next;
  }
}

template <class Body>
void each_block(const LevelGrid& grid, ThreadPool& pool, const Body& body) {
  pool.parallel_for(
      static_cast<std::size_t>(grid.rows), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) {
          for (int column = 0; column < grid.columns; ++column) {
            body(column, static_cast<int>(row),
                 row * static_cast<std::size_t>(grid.columns) + static_cast<std::size_t>(column));
          }
        }
      });
}

/// The four coarser blocks whose centres surround a block, their vectors doubled.
std::array<Step, 4> parents(const BlockMatcher& block, const LevelGrid& coarse,
                            const std::vector<Step>& vectors) {
  const Step centre = block.centre();
  const auto first = [](int at, int count) {
    const int nearest = (at / 2 - kCoarseSpacing / 2);
    return std::clamp(nearest >= 0 ? nearest / kCoarseSpacing : 0, 0, std::max(0, count - 2));
  };
  const int column = first(centre.x, coarse.columns);
  const int row = first(centre.y, coarse.rows);
  std::array<Step, 4> result;
  for (int i = 0; i < 4; ++i) {
    const int c = std::min(column + (i & 1), coarse.columns - 1);
    const int r = std::min(row + (i >> 1), coarse.rows - 1);
    const Step step = vectors[coarse.index(c, r)];
    result[static_cast<std::size_t>(i)] = {2 * step.x, 2 * step.y};
  }
  return result;
}

std::vector<Match> search_level(const SearchPair& pair, const LevelGrid& grid,
                                const LevelGrid& coarse, const std::vector<Step>& coarse_steps,
                                ThreadPool& pool) {
  std::vector<Match> matches(grid.blocks());
  each_block(grid, pool, [&](int column, int row, std::size_t index) {
    const BlockMatcher block(pair, grid, column, row);
    Match best{{}, block.cost({})};
    if (best.cost <= kMotionBias) {
      // Nothing that moves can cost less.
    } else if (coarse_steps.empty()) {
      search_all(block, pair.layout.coarsest_radius, best);
    } else {
      for (const Step step : parents(block, coarse, coarse_steps))
        take_if_better(block, step, best);
      descend(block, best);
    }
    matches[index] = best;
  });
  return matches;
}

std::uint32_t roughness(const LevelGrid& grid, const std::vector<Match>& matches, int column,
                        int row, Step step) {
  int sum = 0;
  for (int r = std::max(0, row - 1); r <= std::min(grid.rows - 1, row + 1); ++r) {
    for (int c = std::max(0, column - 1); c <= std::min(grid.columns - 1, column + 1); ++c) {
      if (c == column && r == row) continue;
      const Step other = matches[grid.index(c, r)].step;
      sum += std::min(kSmoothnessLimit, std::abs(step.x - other.x) + std::abs(step.y - other.y));
    }
  }
  return static_cast<std::uint32_t>(kSmoothness * sum);
}

/// Offers each block its neighbours' vectors, now with a price on being unlike them.
std::vector<Match> smoothing_pass(const SearchPair& pair, const LevelGrid& grid,
                                  const std::vector<Match>& matches, ThreadPool& pool) {
  std::vector<Match> result = matches;
  each_block(grid, pool, [&](int column, int row, std::size_t index) {
    const Match own = matches[index];
    if (roughness(grid, matches, column, row, own.step) == 0) return;
    const BlockMatcher block(pair, grid, column, row);
    Match best = own;
    std::uint32_t least = own.cost + roughness(grid, matches, column, row, own.step);
    for (int r = std::max(0, row - 1); r <= std::min(grid.rows - 1, row + 1); ++r) {
      for (int c = std::max(0, column - 1); c <= std::min(grid.columns - 1, column + 1); ++c) {
        const Step step = matches[grid.index(c, r)].step;
        if (step == best.step || step == own.step || !block.allowed(step)) continue;
        const std::uint32_t price = roughness(grid, matches, column, row, step);
        if (price >= least) continue;
        const std::uint32_t cost = block.cost(step, least - price);
        if (cost + price < least) {
          least = cost + price;
          best = {step, cost};
        }
      }
    }
    result[index] = best;
  });
  return result;
}

}  // namespace

bool displacement_allowed(const SearchPair& pair, int level, int x, int y, int edge, Step step) {
  const int overhang = window_overhang(pair.layout, level);
  const Size size = pair.target.levels[static_cast<std::size_t>(level)].size;
  const int left = x + step.x;
  const int top = y + step.y;
  return left >= -overhang && top >= -overhang && left + edge <= size.width + overhang &&
         top + edge <= size.height + overhang;
}

std::vector<Step> search_blocks(const SearchPair& pair, ThreadPool& pool) {
  std::vector<Step> steps;
  LevelGrid coarse;
  std::vector<Match> matches;
  for (int level = pair.layout.levels - 1; level >= 0; --level) {
    const LevelGrid grid = grid_of(pair, level);
    matches = search_level(pair, grid, coarse, steps, pool);
    const int passes = level == 0 ? kSmoothingPasses : 1;
    for (int i = 0; i < passes; ++i) matches = smoothing_pass(pair, grid, matches, pool);
    steps.resize(matches.size());
    std::ranges::transform(matches, steps.begin(), &Match::step);
    coarse = grid;
  }
  return steps;
}

}  // namespace mosaic
