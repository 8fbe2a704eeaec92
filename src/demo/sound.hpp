// A few seconds of evening: a slow chord, wind, and birds; as a lossless file to copy from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace mosaic::demo {

inline constexpr int kSampleRate = 44100;

/// Mono samples.
std::vector<std::int16_t> compose_sound(double seconds, std::uint64_t seed);

/// Writes mono samples (at least one) as Apple Lossless in an .m4a file: lossless, simple enough to
/// write by hand (every packet says "not compressed"), and MP4 holds the stream as it is. The
/// stream is described at https://macosforge.github.io/alac/, the file in ISO/IEC 14496-12. Throws
/// OutputError.
void write_sound(const std::filesystem::path& path, const std::vector<std::int16_t>& samples);

}  // namespace mosaic::demo
