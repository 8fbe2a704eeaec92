// A photo may be any bytes: it is refused with a reason, or every row of it can be read.
#include <cstdint>
#include <cstring>
#include <span>

#include "pictures/input_bytes.hpp"
#include "pictures/picture_decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> file(reinterpret_cast<const std::byte*>(data), size);
  const auto kind = mosaic::sniff_picture(file.first(std::min(size, mosaic::kSniffBytes)));
  try {
    mosaic::PictureDecoder decoder(kind, file, mosaic::PictureMode::srgb, 1);
    const mosaic::Size shape = decoder.size();
    // Bombs within the limit are slow, not wrong; the time is better spent on other bytes.
    if (shape.area() > (std::size_t{1} << 20)) return 0;
    std::uint64_t sum = 0;
    for (int y = 0; y < shape.height; ++y) {
      const mosaic::u8* row = decoder.row(y, 0, shape.width);
      for (int x = 0; x < shape.width * decoder.channels(); ++x) sum += row[x];
    }
    decoder.finish();
    volatile std::uint64_t sink = sum;
    static_cast<void>(sink);
  } catch (const mosaic::PictureProblem&) {
  }
  return 0;
}
