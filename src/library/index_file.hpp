// Index files on disk: finding, mapping, replacing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "library/index_format.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// What an index path holds.
struct IndexOnDisk {
  enum class State {
    absent,   ///< nothing there
    usable,   ///< `data` is a verified library
    damaged,  ///< begins like one of ours, but is damaged, incomplete or of another version
    foreign,  ///< something else: never to be overwritten unasked
  };
  State state = State::absent;
  LibraryData data;
  std::string problem;  ///< a clause, for damaged and foreign
};

/// Maps and verifies an index file. Never throws for what the file holds.
IndexOnDisk open_index(const std::filesystem::path& path);

/// What open_index() would find, as far as the header tells: a `usable` one may still be damaged
/// behind it. For questions that are not worth reading gigabytes.
struct IndexGlance {
  IndexOnDisk::State state = IndexOnDisk::State::absent;
  IndexHeader header;
  std::string problem;  ///< a clause, for damaged and foreign
};
IndexGlance glance_at_index(const std::filesystem::path& path);

/// The index file in the user's cache for a pool and settings: below $XDG_CACHE_HOME, else
/// ~/.cache; nullopt when neither is known. The folder is not made.
std::optional<std::filesystem::path> cached_index_path(const LibrarySettings& settings,
                                                       TileLayout layout);

}  // namespace mosaic
