// Tile libraries that stay open from one job to the next.
#pragma once

#include <map>
#include <memory>
#include <utility>

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

  /// Makes open() give out `library` for this size.
  void put(int tile_size_px, int features_k, std::shared_ptr<const TileLibrary> library) {
    open_[{tile_size_px, features_k}] = std::move(library);
  }

 private:
  std::map<std::pair<int, int>, std::shared_ptr<const TileLibrary>> open_;
};

}  // namespace mosaic
