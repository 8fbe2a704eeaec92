// Writes the first inputs of the targets that read pictures and films: fuzz_seeds_media DIR.
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/write_seed.hpp"
#include "pictures/picture_decoder.hpp"

namespace {

namespace fs = std::filesystem;
using mosaic::test::write;

void write_picture_seeds(const fs::path& folder) {
  std::vector<mosaic::u8> rgb(8 * 6 * 3);
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = static_cast<mosaic::u8>(i * 37);
  for (const auto& [name, kind] : {std::pair{"a.png", mosaic::PictureEncoding::png},
                                   std::pair{"a.jpg", mosaic::PictureEncoding::jpeg}}) {
    const auto bytes = mosaic::encode_picture(rgb, mosaic::Size{8, 6}, kind);
    write(folder / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  write(folder / "a.gif",
        std::string("GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2"
                    "\2D\1\0;",
                    35));
  write(
      folder / "a.tif",
      std::string("II*\0\x08\0\0\0\x04\0\0\1\3\0\1\0\0\0\1\0\0\0\1\1\3\0\1\0\0\0\1\0\0\0\x11\1\4\0"
                  "\1\0\0\0\0\0\0\0\x17\1\4\0\1\0\0\0\1\0\0\0\0\0\0\0",
                  62));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds_media DIR\n";
    return 2;
  }
  const fs::path root = argv[1];
  write_picture_seeds(root / "picture");
  write(root / "container_length" / "a.mp4", std::string("\0\0\0\x10"
                                                         "ftypisom\0\0\0\0\0\0\0\x08moov",
                                                         24));
  write(root / "container_length" / "a.mkv",
        std::string("\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x84xxxx", 14));
  write(root / "container_length" / "a.avi", std::string("RIFF\x04\0\0\0AVI ", 12));
  // A closed header partition whose footer follows it, with nothing in it.
  const std::string key("\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02\x01\x01\x02\x04\0", 16);
  write(root / "container_length" / "a.mxf",
        key + std::string("\x20", 1) + std::string(31, '\0') + "\x31" + key + std::string(1, '\0'));
  write(root / "container_length" / "a.nut", std::string("nut/multimedia container\0", 25) +
                                                 "NX\xDD\x67\x2F\x23\xE6\x4E" +
                                                 std::string("\0\0\0\0\0\0\0\x14"
                                                             "crc.",
                                                             12));
  return 0;
}
