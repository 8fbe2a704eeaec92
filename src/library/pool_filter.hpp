// Photos of a pool that a run does better without.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/parallel_for.hpp"
#include "library/library_data.hpp"
#include "mosaic/settings.hpp"

namespace mosaic {

/// Note [Near-duplicates]
/// Two photos count as the same when both hold:
/// - their difference hashes (Krawetz, "Kind of like that", 2013: the luma tile reduced to 9 x 8,
///   one bit for each pair of horizontal neighbours) differ in at most kDuplicateBits of 64 bits;
/// - their descriptions differ by at most kDuplicateLevels levels rms.
/// The hash alone takes a pale sky for another pale sky, and colours alone one field for another.
inline constexpr int kDuplicateBits = 10;
inline constexpr int kDuplicateLevels = 8;

/// Note [Dull photos]
/// Recolouring moves a tile's colours and at most doubles its contrast. A photo that is nearly
/// black (mean luma below kBlackLuma) or nearly even (standard deviation of luma below kEvenLuma)
/// therefore always shows as a plain square, whatever its cell.
inline constexpr int kBlackLuma = 12;
inline constexpr int kEvenLuma = 3;

/// The difference hash of an S x S luma tile.
std::uint64_t difference_hash(std::span<const std::uint8_t> luma, int size_px);

/// Leaves out what `settings` asks to leave out (dedupe, drop_dull), listing it with the reason in
/// LibraryData::left_out. Of near-duplicates the first by name stays. The result owns its arrays
/// when anything was left out. Throws InputError when nothing is left.
LibraryData filtered(LibraryData data, const LibrarySettings& settings, ThreadPool& pool);

}  // namespace mosaic
