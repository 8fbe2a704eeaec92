// check ssim: our structural similarity of two pictures, for anybody to hold against another's.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

namespace mosaic {

struct CheckSsimOptions {
  std::filesystem::path a;
  std::filesystem::path b;
  std::optional<std::filesystem::path> map;  ///< raw fp64 in the machine's byte order, row-major
  bool force = false;                        ///< replace an existing map file
};

/// Compares the full-range luma of two pictures (a grey picture's own values) and prints three
/// lines: `ssim` in decimal (17 digits), `ssim_hex` as a hexadecimal float, `windows` as W x H.
/// Throws InputError when a picture cannot be read or they cannot be compared, OutputError when the
/// map cannot be written.
void check_ssim(const CheckSsimOptions& options, std::ostream& out);

}  // namespace mosaic
