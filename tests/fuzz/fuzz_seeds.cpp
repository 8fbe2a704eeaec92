// Writes the first inputs of every fuzz target: fuzz_seeds DIR makes DIR/<target>/*.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "library/index_format.hpp"
#include "library/picture_decoder.hpp"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_index_seed(const fs::path& folder) {
  fs::create_directories(folder);
  mosaic::LibraryData data;
  data.layout = {2, 1};
  data.variants = 2;
  data.photos = {{"a.jpg", 10, 20}, {"b/c.png", 30, 40}};
  data.skipped = {{"d.jpg", "truncated"}};
  const std::vector<std::uint8_t> features(data.tiles() * data.layout.feature_bytes(), 7);
  const std::vector<std::uint8_t> luma(data.tiles() * data.layout.luma_bytes(), 8);
  const std::vector<std::uint8_t> rgb(data.tiles() * data.layout.rgb_bytes(), 9);
  const std::vector<mosaic::ColorSums> sums(data.tiles());
  data.features = features;
  data.luma = luma;
  data.rgb = rgb;
  data.color_sums = sums;
  data.fingerprint = mosaic::content_fingerprint(data);
  mosaic::write_index(data, folder / "two.mti");
}

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
    std::cerr << "usage: fuzz_seeds DIR\n";
    return 2;
  }
  const fs::path root = argv[1];
  write_index_seed(root / "index");
  write_picture_seeds(root / "picture");
  write(root / "config" / "a.toml",
        "# look\ntile_size = 24\ncrf = 20.5\npreset = \"vivid\"\nforce = "
        "true\nrange = \"3-7\"\n");
  write(root / "command_line" / "a", "-i\nin.mp4\n-t\npool\n-oout.mp4\n--crf=20\n-fq\n--grid\n8x6");
  write(root / "command_line" / "b", "check\nassign\n--costs\nc\n--rows\n3\n--cols\n4");
  write(root / "plan" / "a.jsonl",
        "{\"type\":\"mosaic-plan\",\"version\":1,\"grid\":{\"columns\":2,\"rows\":1,"
        "\"tile_size_px\":4,\"output\":[8,4],\"crop\":[0,0,8,4]},\"variants\":1,"
        "\"photo_of_tile\":[\"a\",\"b\"]}\n{\"frame\":0,\"time\":0.0,\"tiles\":[0,1],"
        "\"carried\":0,\"switched\":0,\"scene_cut\":true}\n");
  write(root / "container_length" / "a.mp4", std::string("\0\0\0\x10"
                                                         "ftypisom\0\0\0\0\0\0\0\x08moov",
                                                         24));
  write(root / "container_length" / "a.mkv",
        std::string("\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x84xxxx", 14));
  write(root / "container_length" / "a.avi", std::string("RIFF\x04\0\0\0AVI ", 12));
  return 0;
}
