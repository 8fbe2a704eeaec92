// What photos take in memory while they are read, told from the beginnings of their files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "library/folder_listing.hpp"
#include "pictures/picture_kind.hpp"

namespace mosaic {

/// Bytes of the photos that take most, most first, each besides what any photo takes whose rows are
/// decoded one by one: its file, and what its decoder holds of all of it (Note [Held whole]). The
/// 32 largest files of each ending are looked into, the others are taken to need less.
std::vector<std::uint64_t> photo_bytes(const PoolListing& listing);

/// Bytes that the decoder of a JPEG, PNG, GIF or WebP holds at once, by the beginning of the file;
/// 0 where it decodes row by row, and where that cannot be told.
std::uint64_t bytes_held_whole(PictureKind kind, std::span<const std::byte> head);

}  // namespace mosaic
