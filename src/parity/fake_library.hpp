// A tile library of random numbers, for tests that need features but no photos.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backend/feature_math.hpp"
#include "backend/tile_library.hpp"

namespace mosaic::parity {

class FakeLibrary final : public TileLibrary {
 public:
  /// Features lie within `spread` of mid-range, so that distances are contended.
  FakeLibrary(int photos, int variants, int features_k, int tile_size_px, unsigned seed,
              int spread = 40)
      : photos_(photos), variants_(variants), k_(features_k), size_(tile_size_px) {
    std::mt19937 random(seed);
    const auto tiles = static_cast<std::size_t>(photos) * static_cast<std::size_t>(variants);
    const auto area = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
    const auto fill = [&](std::vector<std::uint8_t>& values, std::size_t count, int range) {
      values.resize(count);
      for (auto& value : values) {
        value =
            static_cast<std::uint8_t>(128 - range + static_cast<int>(random() % (2U * range + 1U)));
      }
    };
    fill(features_, tiles * static_cast<std::size_t>(feature_count(k_)), spread);
    fill(luma_, tiles * area, 127);
    fill(rgb_, tiles * 3 * area, 127);
    sums_.resize(tiles);
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::uint8_t* r = rgb_.data() + t * 3 * area;
      sums_[t].pixels = static_cast<std::int64_t>(area);
      for (std::size_t p = 0; p < area; ++p) {
        const std::int64_t c[3] = {r[p], r[area + p], r[2 * area + p]};
        int at = 0;
        for (int i = 0; i < 3; ++i) {
          sums_[t].sum[i] += c[i];
          for (int j = i; j < 3; ++j) sums_[t].product[at++] += c[i] * c[j];
        }
      }
    }
  }

  int tile_size_px() const override { return size_; }
  int features_k() const override { return k_; }
  int photos() const override { return photos_; }
  int variants() const override { return variants_; }
  std::span<const std::uint8_t> features() const override { return features_; }
  std::span<const std::uint8_t> luma() const override { return luma_; }
  std::span<const std::uint8_t> rgb() const override { return rgb_; }
  std::span<const ColorSums> color_sums() const override { return sums_; }
  std::string photo_name(int photo) const override { return "photo" + std::to_string(photo); }
  const std::vector<SkippedInput>& skipped() const override { return skipped_; }
  const std::vector<SkippedInput>& left_out() const override { return skipped_; }
  std::uint64_t fingerprint() const override { return 0; }

 private:
  int photos_;
  int variants_;
  int k_;
  int size_;
  std::vector<std::uint8_t> features_;
  std::vector<std::uint8_t> luma_;
  std::vector<std::uint8_t> rgb_;
  std::vector<ColorSums> sums_;
  std::vector<SkippedInput> skipped_;
};

}  // namespace mosaic::parity
