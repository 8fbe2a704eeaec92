// Photos (or video frames) to the arrays of a library.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/folder_listing.hpp"
#include "library/library_data.hpp"
#include "mosaic/image.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Tiles made of one photo: itself, then its mirror image, then -10 % and +10 % brightness,
/// then its hues turned.
int variants_per_photo(const LibrarySettings& settings);

/// The arrays of one photo's variants, in tile order.
struct PhotoTiles {
  std::vector<std::uint8_t> features, luma, rgb;
  std::vector<ColorSums> color_sums;
};

/// Describes a photo's tile and its variants. Safe to call from several threads.
PhotoTiles describe_photo(const RgbImage& tile, const LibrarySettings& settings, int features_k);

/// Arrays that grow photo by photo; becomes the owner behind a LibraryData.
class LibraryArrays {
 public:
  LibraryArrays(TileLayout layout, int variants) : layout_(layout), variants_(variants) {}
  /// Reserves address space; pages are used only as photos arrive.
  void reserve(std::size_t photos);
  void add(PhotoRecord record, const PhotoTiles& tiles);
  [[nodiscard]] std::size_t photos() const { return records_.size(); }
  /// Moves everything into a LibraryData, fingerprint included.
  LibraryData take(std::vector<SkippedInput> skipped, std::uint64_t source_key) &&;

 private:
  TileLayout layout_;
  int variants_;
  std::vector<PhotoRecord> records_;
  PhotoTiles all_;
};

/// Tells an observer how far a build is, at most ten times a second and once at the end.
/// Not thread-safe: callers serialise.
class BuildProgress {
 public:
  BuildProgress(const RenderObserver& observer, std::int64_t total);
  void add(std::int64_t photos);

 private:
  void tell();

  const RenderObserver& observer_;
  std::int64_t done_ = 0;
  std::int64_t total_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point told_;
};

/// Builds a library from a listed folder. Throws InputError when no photo can be used.
LibraryData build_from_folder(const PoolListing& listing, const LibrarySettings& settings,
                              TileLayout layout, std::uint64_t source_key, ThreadPool& pool,
                              const RenderObserver& observer);

}  // namespace mosaic
