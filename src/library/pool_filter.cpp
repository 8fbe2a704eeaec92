#include "library/pool_filter.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "core/resize.hpp"
#include "library/tile_builder.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

template <class T>
std::span<const T> part(std::span<const T> all, std::size_t index, std::size_t length) {
  return all.subspan(index * length, length);
}

/// Photos in the order of their mean luma, so that duplicates are near each other.
class DuplicateFinder {
 public:
  DuplicateFinder(const LibraryData& data, ThreadPool& pool)
      : data_(data), hash_(data.photos.size()), sum_(data.photos.size()) {
    const auto variants = static_cast<std::size_t>(data.variants);
    const std::size_t bytes = data.layout.luma_bytes();
    pool.parallel_for(hash_.size(), 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const auto luma = part(data.luma, i * variants, bytes);
        hash_[i] = difference_hash(luma, data.layout.tile_size_px);
        for (const std::uint8_t sample : luma) sum_[i] += sample;
      }
    });
    for (std::size_t i = 0; i < sum_.size(); ++i) order_.push_back(i);
    std::ranges::stable_sort(order_, {}, [this](std::size_t i) { return sum_[i]; });
  }

  /// For every photo those before it by name that look like it, in the order of names.
  std::vector<std::vector<std::size_t>> earlier_likes(ThreadPool& pool) const {
    std::vector<std::vector<std::size_t>> likes(order_.size());
    // What is alike in all its parts to kDuplicateLevels is alike in its mean, or nearly: twice
    // that leaves room for descriptions not being luma.
    const std::int64_t reach = static_cast<std::int64_t>(2 * kDuplicateLevels) *
                               static_cast<std::int64_t>(data_.layout.luma_bytes());
    pool.parallel_for(order_.size(), 64, [&](std::size_t begin, std::size_t end) {
      for (std::size_t at = begin; at < end; ++at) {
        const std::size_t i = order_[at];
        const auto see = [&](std::size_t other) {
          if (other < i && alike(i, other)) likes[i].push_back(other);
        };
        for (std::size_t k = at; k-- > 0 && sum_[i] - sum_[order_[k]] <= reach;) see(order_[k]);
        for (std::size_t k = at + 1; k < order_.size() && sum_[order_[k]] - sum_[i] <= reach; ++k) {
          see(order_[k]);
        }
        std::ranges::sort(likes[i]);
      }
    });
    return likes;
  }

 private:
  [[nodiscard]] bool alike(std::size_t i, std::size_t j) const {
    if (std::popcount(hash_[i] ^ hash_[j]) > kDuplicateBits) return false;
    const auto variants = static_cast<std::size_t>(data_.variants);
    const std::size_t bytes = data_.layout.feature_bytes();
    const auto a = part(data_.features, i * variants, bytes);
    const auto b = part(data_.features, j * variants, bytes);
    std::int64_t squares = 0;
    for (std::size_t d = 0; d < bytes; ++d) {
      const int difference = static_cast<int>(a[d]) - static_cast<int>(b[d]);
      squares += static_cast<std::int64_t>(difference) * difference;
    }
    return squares <= static_cast<std::int64_t>(kDuplicateLevels) * kDuplicateLevels *
                          static_cast<std::int64_t>(bytes);
  }

  const LibraryData& data_;
  std::vector<std::uint64_t> hash_;
  std::vector<std::int64_t> sum_;
  std::vector<std::size_t> order_;
};

/// Why a photo is dull, or nothing.
std::string dullness(std::span<const std::uint8_t> luma) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (const std::int64_t sample : luma) {
    sum += sample;
    squares += sample * sample;
  }
  const auto n = static_cast<std::int64_t>(luma.size());
  if (sum < kBlackLuma * n) return "nearly black";
  if (n * squares - sum * sum < std::int64_t{kEvenLuma} * kEvenLuma * n * n) {
    return "nearly without detail";
  }
  return {};
}

void find_dull(const LibraryData& data, std::vector<std::string>& reason) {
  const auto variants = static_cast<std::size_t>(data.variants);
  for (std::size_t i = 0; i < reason.size(); ++i) {
    reason[i] = dullness(part(data.luma, i * variants, data.layout.luma_bytes()));
  }
}

void find_duplicates(const LibraryData& data, ThreadPool& pool, std::vector<std::string>& reason) {
  const auto likes = DuplicateFinder(data, pool).earlier_likes(pool);
  for (std::size_t i = 0; i < reason.size(); ++i) {
    if (!reason[i].empty()) continue;
    const auto kept = std::ranges::find_if(
        likes[i], [&](std::size_t earlier) { return reason[earlier].empty(); });
    if (kept != likes[i].end()) reason[i] = "looks like " + data.photos[*kept].name;
  }
}

PhotoTiles tiles_of(const LibraryData& data, std::size_t photo) {
  const auto variants = static_cast<std::size_t>(data.variants);
  const auto copy = [&](std::span<const std::uint8_t> all, std::size_t bytes) {
    const auto piece = part(all, photo, variants * bytes);
    return std::vector<std::uint8_t>(piece.begin(), piece.end());
  };
  const auto sums = part(data.color_sums, photo, variants);
  return {copy(data.features, data.layout.feature_bytes()),
          copy(data.luma, data.layout.luma_bytes()),
          copy(data.rgb, data.layout.rgb_bytes()),
          {sums.begin(), sums.end()}};
}

}  // namespace

std::uint64_t difference_hash(std::span<const std::uint8_t> luma, int size_px) {
  constexpr Size kReduced{9, 8};
  Plane plane;
  plane.size = {size_px, size_px};
  plane.pixels.assign(luma.begin(), luma.end());
  ThreadPool serial(1);  // callers run side by side already
  const Plane small = resize(plane, Rect{0, 0, size_px, size_px}, kReduced, serial);
  std::uint64_t hash = 0;
  for (int y = 0; y < kReduced.height; ++y) {
    const std::uint8_t* row = small.row(y);
    for (int x = 0; x + 1 < kReduced.width; ++x) {
      hash = (hash << 1) | (row[x] < row[x + 1] ? 1U : 0U);
    }
  }
  return hash;
}

LibraryData filtered(LibraryData data, const LibrarySettings& settings, ThreadPool& pool) {
  std::vector<std::string> reason(data.photos.size());  // empty: stays
  if (settings.drop_dull) find_dull(data, reason);
  if (settings.dedupe) find_duplicates(data, pool, reason);
  const auto kept = static_cast<std::size_t>(std::ranges::count(reason, std::string()));
  if (kept == reason.size()) return data;
  if (kept == 0) {
    throw InputError("tile pool '" + settings.tiles.string() +
                         "': every photo is nearly black or nearly without detail",
                     "add photos, or leave --drop-dull away");
  }
  LibraryArrays arrays(data.layout, data.variants);
  arrays.reserve(kept);
  std::vector<SkippedInput> left_out;
  for (std::size_t i = 0; i < reason.size(); ++i) {
    if (reason[i].empty()) {
      arrays.add(data.photos[i], tiles_of(data, i));
    } else {
      left_out.push_back({data.photos[i].name, reason[i]});
    }
  }
  LibraryData rest = std::move(arrays).take(std::move(data.skipped), data.source_key);
  rest.left_out = std::move(left_out);
  return rest;
}

}  // namespace mosaic
