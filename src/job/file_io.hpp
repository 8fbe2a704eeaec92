// System calls on files with every result looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/written_file.hpp"

namespace mosaic {

/// Hands a file's bytes over in pieces; false when it cannot be opened or read to its end.
bool read_file(const std::filesystem::path& path,
               const std::function<void(std::span<const std::byte>)>& take);

/// The whole of a small file; empty when it cannot be read.
std::string read_small_file(const std::filesystem::path& path);

/// ".<name><suffix>" beside `path`, with the name cut so that it fits into a file name. A folder is
/// meant without its last slash.
std::filesystem::path hidden_beside(const std::filesystem::path& path, const std::string& suffix);

}  // namespace mosaic
