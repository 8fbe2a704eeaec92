// How much a disk still takes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace mosaic {

/// Bytes this process may still write on the file system of `folder`; nothing when that cannot be
/// known. Quotas are not seen.
std::optional<std::uint64_t> free_bytes(const std::filesystem::path& folder);

}  // namespace mosaic
