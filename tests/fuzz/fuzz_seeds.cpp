// Writes the first inputs of the targets that CI runs: fuzz_seeds DIR makes DIR/<target>/*.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "fuzz/write_seed.hpp"
#include "job/checked_line.hpp"
#include "library/index_format.hpp"

namespace {

namespace fs = std::filesystem;
using mosaic::test::write;

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIR\n";
    return 2;
  }
  const fs::path root = argv[1];
  write_index_seed(root / "index");
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
  write(root / "image_list" / "a", "frame_1.png\nframe_002.png\nframe_10.png\nframe_2.jpg\nx.png");
  write(root / "image_list" / "b",
        "99999999999999999999.png\n7.png\n007.png\na1b2.png\na1b10.png\n0");
  write(root / "journal" / "a",
        mosaic::checked_line(R"({"type":"job","version":1,"facts":{"--crf":"18"},)"
                             R"("input":{"marks":"m","hash":"00ff"}})") +
            mosaic::checked_line(R"({"type":"segment","index":0,"frames":250,"bytes":1000,)"
                                 R"("hash":"0123456789abcdef"})") +
            mosaic::checked_line(R"({"type":"publishing"})"));
  return 0;
}
