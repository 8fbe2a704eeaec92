// SHA-256 (FIPS 180-4), for the allow-list of models.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mosaic {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace mosaic
