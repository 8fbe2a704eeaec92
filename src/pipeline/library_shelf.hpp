// Tile libraries that stay open from one job to the next.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "library/pool_survey.hpp"
#include "library/tile_library.hpp"

namespace mosaic {

/// For jobs with the same LibrarySettings: a pool is opened once for each size of cells.
class LibraryShelf {
 public:
  /// Throws like open_tile_library().
  std::shared_ptr<const TileLibrary> open(const LibrarySettings& settings, int tile_size_px,
                                          int features_k, ThreadPool& pool,
                                          const RenderObserver& observer) {
    std::shared_ptr<const TileLibrary>& library = open_[{tile_size_px, features_k}];
    if (!library) {
      library = open_tile_library(settings, tile_size_px, features_k, pool, observer);
    }
    return library;
  }

  /// What is open for this size; null: nothing.
  [[nodiscard]] const TileLibrary* find(int tile_size_px, int features_k) const {
    const auto found = open_.find({tile_size_px, features_k});
    return found == open_.end() ? nullptr : found->second.get();
  }

  /// Bytes of the libraries that are open for other sizes.
  [[nodiscard]] std::uint64_t bytes_besides(int tile_size_px, int features_k) const {
    std::uint64_t bytes = 0;
    for (const auto& [size, library] : open_) {
      if (!library || size == std::pair(tile_size_px, features_k)) continue;
      bytes +=
          bytes_per_tile(size.first, size.second) * static_cast<std::uint64_t>(library->tiles());
    }
    return bytes;
  }

  /// Makes open() give out `library` for this size.
  void put(int tile_size_px, int features_k, std::shared_ptr<const TileLibrary> library) {
    open_[{tile_size_px, features_k}] = std::move(library);
  }

 private:
  std::map<std::pair<int, int>, std::shared_ptr<const TileLibrary>> open_;
};

}  // namespace mosaic
