#include "cli/check_ssim.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <string>

#include "backend/cpu/ssim.hpp"
#include "backend/ssim_math.hpp"
#include "core/output_file.hpp"
#include "core/written_file.hpp"
#include "mosaic/error.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic {

namespace {

/// Without the locale's decimal point.
std::string decimal(double value) {
  std::array<char, 64> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 17);
  return {text.data(), end.ptr};
}

/// As printf's %a: 0x1.8p-1.
std::string hexadecimal(double value) {
  std::array<char, 64> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(value),
                                 std::chars_format::hex);
  return std::string(std::signbit(value) ? "-0x" : "0x") + std::string(text.data(), end.ptr);
}

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

void check_sizes(const CheckSsimOptions& options, Size a, Size b) {
  if (a != b) {
    throw InputError("the pictures differ in size: " + options.a.string() + " is " + size_text(a) +
                         ", " + options.b.string() + " is " + size_text(b),
                     "SSIM compares pixel by pixel; crop or resize one of them");
  }
  if (a.width < kSsimWindow_px || a.height < kSsimWindow_px) {
    throw InputError(options.a.string() + " is " + size_text(a) +
                     ": SSIM needs at least 7x7 pixels");
  }
}

void write_map(const std::filesystem::path& path, bool force, std::span<const double> map) {
  OutputFile file(path, force);
  WrittenFile(file.temporary(), WrittenFile::Mode::create, path).write(std::as_bytes(map));
  file.commit();
}

}  // namespace

void check_ssim(const CheckSsimOptions& options, std::ostream& out) {
  const Plane a = read_picture_luma(options.a);
  const Plane b = read_picture_luma(options.b);
  check_sizes(options, a.size, b.size);
  const cpu::SsimResult result = cpu::ssim_map(a, b, options.map.has_value());
  if (options.map) write_map(*options.map, options.force, result.map);
  out << "ssim " << decimal(result.score) << "\nssim_hex " << hexadecimal(result.score)
      << "\nwindows " << a.size.width - kSsimWindow_px + 1 << "x"
      << a.size.height - kSsimWindow_px + 1 << "\n";
}

}  // namespace mosaic
