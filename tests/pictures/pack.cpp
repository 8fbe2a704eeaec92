#include "pictures/pack.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace mosaic::test {

namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};

void require(bool done, const std::string& what) {
  if (done) return;
  const std::string reason = vips_error_buffer();
  vips_error_clear();
  throw std::runtime_error(what + ": " + reason);
}

void append_big_endian(std::string& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<char>(value >> shift));
}

/// CRC-32 of a PNG chunk (ISO 3309).
std::uint32_t crc(std::string_view bytes) {
  std::uint32_t value = 0xffffffff;
  for (const char byte : bytes) {
    value ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~value;
}

void append_chunk(std::string& png, const std::string& type, const std::string& data) {
  append_big_endian(png, static_cast<std::uint32_t>(data.size()));
  png += type + data;
  append_big_endian(png, crc(type + data));
}

}  // namespace

RgbImage quarters(Size size) {
  RgbImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Rgb& c = kQuarters[static_cast<std::size_t>((y * 2 >= size.height ? 2 : 0) +
                                                        (x * 2 >= size.width ? 1 : 0))];
      image.r.row(y)[x] = static_cast<u8>(c[0]);
      image.g.row(y)[x] = static_cast<u8>(c[1]);
      image.b.row(y)[x] = static_cast<u8>(c[2]);
    }
  }
  return image;
}

RgbImage colourful(Size size, int seed) {
  RgbImage image(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      image.r.row(y)[x] = static_cast<u8>((x * 200 / size.width + seed * 37) % 256);
      image.g.row(y)[x] = static_cast<u8>((y * 180 / size.height + seed * 11) % 256);
      image.b.row(y)[x] = static_cast<u8>(((x + y) * 90 / (size.width + size.height) + 60) % 256);
    }
  }
  return image;
}

void save_samples(const std::filesystem::path& path, const void* samples, std::size_t bytes,
                  Size size, int bands, VipsBandFormat format, VipsInterpretation meaning,
                  const std::string& suffix, const Edit& edit) {
  std::unique_ptr<VipsImage, Unref> image(
      vips_image_new_from_memory_copy(samples, bytes, size.width, size.height, bands, format));
  require(image != nullptr, "no image");
  image->Type = meaning;
  if (edit) {
    image.reset(edit(image.release()));
    require(image != nullptr, "edit");
  }
  void* file = nullptr;
  std::size_t length = 0;
  require(vips_image_write_to_buffer(image.get(), suffix.c_str(), &file, &length, nullptr) == 0,
          "saving " + path.string());
  write_file(path, {static_cast<const char*>(file), length});
  g_free(file);
}

void save(const std::filesystem::path& path, const RgbImage& image, const std::string& suffix,
          const Edit& edit) {
  std::vector<u8> rgb;
  rgb.reserve(image.size().area() * 3);
  for (std::size_t i = 0; i < image.size().area(); ++i) {
    rgb.insert(rgb.end(), {image.r.pixels[i], image.g.pixels[i], image.b.pixels[i]});
  }
  save_samples(path, rgb.data(), rgb.size(), image.size(), 3, VIPS_FORMAT_UCHAR,
               VIPS_INTERPRETATION_sRGB, suffix, edit);
}

Edit with_orientation(int orientation) {
  return [orientation](VipsImage* image) {
    vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
    return image;
  };
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

std::string palette_png() {
  std::string header;
  append_big_endian(header, 2);
  append_big_endian(header, 2);
  header += std::string("\x08\x03\x00\x00\x00", 5);       // 8-bit palette, not interlaced
  const std::string rows("\x00\x00\x01\x00\x02\x03", 6);  // each row begins with its filter
  std::uint32_t low = 1;                                  // Adler-32
  std::uint32_t high = 0;
  for (const char byte : rows) {
    low += static_cast<unsigned char>(byte);
    high += low;
  }
  std::string data("\x78\x01\x01\x06\x00\xf9\xff", 7);  // one stored block
  data += rows;
  append_big_endian(data, high << 16 | low);
  std::string png = "\x89PNG\r\n\x1a\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "PLTE", std::string("\xc8\x64\x28\x0a\x14\x1e\xff\xff\xff\xc8\x64\x28", 12));
  append_chunk(png, "tRNS", std::string("\xff\xff\xff\x40", 4));
  append_chunk(png, "IDAT", data);
  append_chunk(png, "IEND", "");
  return png;
}

std::string png_with_orientation(std::string png, int orientation) {
  std::string exif("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
  exif.push_back(static_cast<char>(orientation));
  exif.append(6, '\0');  // the rest of the value, no further directory
  std::string chunk;
  append_chunk(chunk, "eXIf", exif);
  return png.insert(8 + 25, chunk);  // behind the signature and IHDR
}

std::string bomb_png(std::uint32_t width, std::uint32_t height, bool interlaced) {
  std::string png = "\x89PNG\r\n\x1a\n";
  std::string header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header += std::string("\x01\x00\x00\x00", 4);  // 1 bit, grey, deflate, no filter
  header += interlaced ? '\x01' : '\x00';
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", std::string("\x78\x9c\x03\x00\x00\x00\x00\x01", 8));
  append_chunk(png, "IEND", "");
  return png;
}

int largest_difference(const RgbImage& a, const RgbImage& b) {
  if (!(a.size() == b.size())) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < a.size().area(); ++i) {
    largest = std::max({largest, std::abs(a.r.pixels[i] - b.r.pixels[i]),
                        std::abs(a.g.pixels[i] - b.g.pixels[i]),
                        std::abs(a.b.pixels[i] - b.b.pixels[i])});
  }
  return largest;
}

Rgb pixel(const RgbImage& image, int x, int y) {
  return {image.r.row(y)[x], image.g.row(y)[x], image.b.row(y)[x]};
}

bool near(const Rgb& a, const Rgb& b, int tolerance) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (std::abs(a[i] - b[i]) > tolerance) return false;
  }
  return true;
}

}  // namespace mosaic::test
