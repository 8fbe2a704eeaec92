// Makes the pictures and folders the library tests are tried on; nothing binary is kept in the
// tree.
#pragma once

#include <vips/vips.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mosaic/image.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {

using Rgb = std::array<int, 3>;

/// Four flat quarters: top left red, top right green, bottom left blue, bottom right yellow.
inline constexpr std::array<Rgb, 4> kQuarters = {
    {{220, 30, 30}, {30, 200, 30}, {30, 30, 220}, {220, 220, 30}}};

RgbImage quarters(Size size);
/// Smooth colours that differ everywhere, with a seed for another picture.
RgbImage colourful(Size size, int seed = 0);

/// Saves through libvips with its own options, e.g. "[Q=90,interlace]"; the suffix picks the
/// format. `edit` may change a copy of the picture (metadata, colour space) and returns the one to
/// save.
using Edit = std::function<VipsImage*(VipsImage*)>;
void save(const std::filesystem::path& path, const RgbImage& image, const std::string& suffix,
          const Edit& edit = {});
/// The same for any interleaved samples.
void save_samples(const std::filesystem::path& path, const void* samples, std::size_t bytes,
                  Size size, int bands, VipsBandFormat format, VipsInterpretation meaning,
                  const std::string& suffix, const Edit& edit = {});

/// Sets the EXIF orientation of a picture that is being saved.
Edit with_orientation(int orientation);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// A 2x2 palette PNG: (200,100,40), (10,20,30) / white, (200,100,40) with alpha 64.
std::string palette_png();

/// Puts an eXIf chunk into a PNG file's bytes; libvips reads it but does not write it.
std::string png_with_orientation(std::string png, int orientation);

/// A PNG that announces width x height 1-bit pixels in a few bytes of file.
std::string bomb_png(std::uint32_t width, std::uint32_t height, bool interlaced = false);

/// Largest difference between two equally large pictures.
int largest_difference(const RgbImage& a, const RgbImage& b);
Rgb pixel(const RgbImage& image, int x, int y);
bool near(const Rgb& a, const Rgb& b, int tolerance);

}  // namespace mosaic::test
