#include "pipeline/scene_cut.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace mosaic {

namespace {

constexpr int kUnit = 4;  ///< of block means: quarter levels
constexpr int kShiftX = 4;
constexpr int kShiftY = 2;
/// A cut changes the blocks by this on average, in quarter levels; measured cuts change them by 36
/// levels and more, chases by up to 21, nearly everything else by less than 10.
constexpr std::int64_t kLeastChange = 6 * kUnit;
/// And by this many times the mean of the last changes.
constexpr std::int64_t kTimesUsual = 3;
/// A block has kept still if it changed by at most this much, or by about as much as most did.
constexpr int kStillChange = 2 * kUnit;
/// Mean squared deviation of blocks below which there is no picture: (1.5 levels)^2.
constexpr std::int64_t kFlatEnergy = 9 * kUnit * kUnit / 4;

}  // namespace

SceneCutDetector::Thumbnail SceneCutDetector::reduce(const Plane& luma) const {
  const int width = luma.size.width;
  const int height = luma.size.height;
  Thumbnail result;
  result.blocks.reserve(grid_.area());
  std::vector<std::uint32_t> columns(static_cast<std::size_t>(width));
  for (int row = 0; row < grid_.height; ++row) {
    const int top = row * height / grid_.height;
    const int bottom = (row + 1) * height / grid_.height;
    std::ranges::fill(columns, 0U);
    for (int y = top; y < bottom; ++y) {
      const u8* samples = luma.row(y);
      for (std::size_t x = 0; x < columns.size(); ++x) columns[x] += samples[x];
    }
    for (int column = 0; column < grid_.width; ++column) {
      const int left = column * width / grid_.width;
      const int right = (column + 1) * width / grid_.width;
      const std::int64_t sum =
          std::accumulate(columns.begin() + left, columns.begin() + right, std::int64_t{0});
      const std::int64_t area = std::int64_t{right - left} * (bottom - top);
      result.blocks.push_back(static_cast<std::int16_t>((sum * kUnit + area / 2) / area));
    }
  }
  const auto count = static_cast<std::int64_t>(result.blocks.size());
  const std::int64_t sum =
      std::accumulate(result.blocks.begin(), result.blocks.end(), std::int64_t{0});
  result.mean = static_cast<int>((sum + count / 2) / count);
  return result;
}

bool SceneCutDetector::is_flat(const Thumbnail& thumbnail) {
  std::int64_t energy = 0;
  for (const std::int16_t block : thumbnail.blocks) {
    const std::int64_t off = block - thumbnail.mean;
    energy += off * off;
  }
  return energy <= kFlatEnergy * static_cast<std::int64_t>(thumbnail.blocks.size());
}

/// Mean absolute difference of the blocks that overlap under the best shift.
std::int64_t SceneCutDetector::change(const Thumbnail& a, const Thumbnail& b) const {
  const int reach_x = std::min(kShiftX, grid_.width / 4);
  const int reach_y = std::min(kShiftY, grid_.height / 4);
  const int brighter = b.mean - a.mean;
  std::int64_t least = -1;
  for (int dy = -reach_y; dy <= reach_y; ++dy) {
    for (int dx = -reach_x; dx <= reach_x; ++dx) {
      const int rows = grid_.height - std::abs(dy);
      const int columns = grid_.width - std::abs(dx);
      std::int64_t sum = 0;
      for (int y = 0; y < rows; ++y) {
        const auto* pa = a.blocks.data() + (y + std::max(0, dy)) * grid_.width + std::max(0, dx);
        const auto* pb = b.blocks.data() + (y + std::max(0, -dy)) * grid_.width + std::max(0, -dx);
        for (int x = 0; x < columns; ++x) sum += std::abs(pa[x] - pb[x] + brighter);
      }
      const std::int64_t mean = sum / (std::int64_t{rows} * columns);
      if (least < 0 || mean < least) least = mean;
    }
  }
  return least;
}

/// The blocks that keep still are left out of the correlation: letterbox bars would dominate it.
bool SceneCutDetector::unlike(const Thumbnail& a, const Thumbnail& b) {
  std::vector<int> changes(a.blocks.size());
  for (std::size_t i = 0; i < changes.size(); ++i) changes[i] = b.blocks[i] - a.blocks[i];
  std::vector<int> sorted = changes;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const int usual = *middle;

  std::int64_t count = 0, sum_a = 0, sum_b = 0, aa = 0, ab = 0, bb = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (std::abs(changes[i]) <= kStillChange || std::abs(changes[i] - usual) <= kStillChange) {
      continue;
    }
    const std::int64_t left = a.blocks[i];
    const std::int64_t right = b.blocks[i];
    ++count;
    sum_a += left;
    sum_b += right;
    aa += left * left;
    ab += left * right;
    bb += right * right;
  }
  if (2 * count <= static_cast<std::int64_t>(changes.size())) return false;
  // 576 blocks of at most 1020: all three stay below 2^30, their products below 2^60.
  const std::int64_t covariance = ab - sum_a * sum_b / count;
  const std::int64_t energy_a = aa - sum_a * sum_a / count;
  const std::int64_t energy_b = bb - sum_b * sum_b / count;
  if (covariance <= 0 || energy_a <= 0) return true;
  return 2 * (covariance * covariance / energy_a) <= energy_b;  // squared correlation <= 1/2
}

bool SceneCutDetector::stands_out(std::int64_t change) const {
  if (change < kLeastChange) return false;
  const std::size_t count = std::min(changes_seen_, kHistory);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += changes_[i];
  return count == 0 || change * static_cast<std::int64_t>(count) > kTimesUsual * sum;
}

bool SceneCutDetector::next(const Plane& luma) {
  if (frames_ == 0) grid_ = {std::min(32, luma.size.width), std::min(18, luma.size.height)};
  Thumbnail now = reduce(luma);
  bool cut = frames_ == 0;
  if (frames_ > 0) {
    const auto newest = static_cast<std::size_t>((frames_ - 1) % std::int64_t{kMemory});
    const std::int64_t moved = change(seen_[newest], now);
    cut = !is_flat(now) && stands_out(moved);
    const std::size_t known = std::min(static_cast<std::size_t>(frames_), kMemory);
    for (std::size_t i = 0; cut && i < known; ++i) cut = unlike(seen_[i], now);
    if (cut) {
      changes_seen_ = 0;
    } else {
      changes_[changes_seen_++ % kHistory] = moved;
    }
  }
  seen_[static_cast<std::size_t>(frames_ % std::int64_t{kMemory})] = std::move(now);
  ++frames_;
  return cut;
}

void SceneCutDetector::save(ByteWriter& out) const {
  out.number(grid_.width);
  out.number(grid_.height);
  for (const Thumbnail& thumbnail : seen_) {
    out.array(thumbnail.blocks);
    out.number(thumbnail.mean);
  }
  for (const std::int64_t change : changes_) out.number(change);
  out.number(frames_);
  out.number(static_cast<std::uint64_t>(changes_seen_));
}

void SceneCutDetector::restore(ByteReader& in) {
  grid_.width = in.number<int>();
  grid_.height = in.number<int>();
  for (Thumbnail& thumbnail : seen_) {
    thumbnail.blocks = in.array<std::int16_t>();
    thumbnail.mean = in.number<int>();
    if (!thumbnail.blocks.empty() && thumbnail.blocks.size() != grid_.area()) {
      throw DamagedBytes("a thumbnail has another size than the grid");
    }
  }
  for (std::int64_t& change : changes_) change = in.number<std::int64_t>();
  frames_ = in.number<std::int64_t>();
  changes_seen_ = static_cast<std::size_t>(in.number<std::uint64_t>());
}

}  // namespace mosaic
