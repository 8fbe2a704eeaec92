// Whether a container that counts its bytes has them all.
#pragma once

#include <filesystem>

namespace mosaic {

/// True when the file is shorter than its own outermost element says: the last box of
/// an mp4 or mov, a Matroska segment (RFC 8794), an AVI RIFF chunk, a GIF without its trailer byte.
/// False for what does not say, and for everything that is none of these.
bool ends_early(const std::filesystem::path& path);

}  // namespace mosaic
