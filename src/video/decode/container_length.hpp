// Whether a container has all bytes that it says it holds.
#pragma once

#include <filesystem>

namespace mosaic {

/// True when the file is shorter than its own outermost element says: the last box of an mp4 or
/// mov, a Matroska segment (RFC 8794), an AVI RIFF chunk, the packets of an ASF file, an FLV's last
/// tag, an MXF's footer partition or its last item (SMPTE ST 377-1); when a GIF or PNG lacks its
/// trailer; and when tail_is_cut() (video/decode/container_tail.hpp). False for what does not say,
/// and for everything that is none of these.
bool ends_early(const std::filesystem::path& path);

}  // namespace mosaic
