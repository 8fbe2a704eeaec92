// "-": a video on standard input or output.
#pragma once

#include <filesystem>

namespace mosaic {

/// The name that stands for standard input or output.
///
/// As an input it is a video in any container or raw format that can be read without seeking; other
/// streams than the shown one are lost, because a pipe cannot be read a second time. As an output
/// it is a pipe for EncodeSettings::format (mkv when empty). When its reader goes away while there
/// is more to write, PipeClosed is thrown.
bool is_standard_stream(const std::filesystem::path& path);

}  // namespace mosaic
