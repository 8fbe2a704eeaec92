// The arrays behind a TileLibrary, whoever owns their bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/color_sums.hpp"
#include "backend/feature_math.hpp"
#include "library/tile_library.hpp"
#include "mosaic/render.hpp"

namespace mosaic {

/// Bytes of each array that belong to one tile.
struct TileLayout {
  int tile_size_px = 0;
  int features_k = 0;
  [[nodiscard]] std::size_t feature_bytes() const {
    return static_cast<std::size_t>(feature_count(features_k));
  }
  [[nodiscard]] std::size_t luma_bytes() const {
    return static_cast<std::size_t>(tile_size_px) * static_cast<std::size_t>(tile_size_px);
  }
  [[nodiscard]] std::size_t rgb_bytes() const { return 3 * luma_bytes(); }
};

struct PhotoRecord {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
};

/// A library's contents; the spans point into what `owner` keeps alive.
struct LibraryData {
  TileLayout layout;
  int variants = 1;
  std::vector<PhotoRecord> photos;
  std::vector<SkippedInput> skipped;
  std::vector<SkippedInput> left_out;  ///< by library/pool_filter.hpp; not part of an index
  std::uint64_t source_key = 0;        ///< of the pool's listing and the settings it was built with
  std::uint64_t fingerprint = 0;       ///< of names and arrays; see content_fingerprint()
  std::span<const std::uint8_t> features;
  std::span<const std::uint8_t> luma;
  std::span<const std::uint8_t> rgb;
  std::span<const ColorSums> color_sums;
  std::shared_ptr<const void> owner;

  [[nodiscard]] std::size_t tiles() const {
    return photos.size() * static_cast<std::size_t>(variants);
  }
};

/// Hash of sizes, photo names and the four arrays; not of times, places or skipped inputs.
std::uint64_t content_fingerprint(const LibraryData& data);

/// Wraps the data in the public interface.
std::unique_ptr<TileLibrary> make_tile_library(LibraryData data);

}  // namespace mosaic
