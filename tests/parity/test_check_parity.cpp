// The command, over the registry whose card is emulated: it must pass, and see what differs.
#include <gtest/gtest.h>

#include <sstream>

#include "mosaic/error.hpp"
#include "parity/check_parity.hpp"
#include "parity/parity_scene.hpp"
#include "registry/backends.hpp"
#include "support/cuda_emulator/emulator.hpp"

namespace mosaic {
namespace {

CheckParityOptions small() {
  CheckParityOptions options;
  options.columns = 4;
  options.rows = 3;
  options.tile_size_px = 15;
  options.repeat = 1;
  options.threads = 1;
  return options;
}

TEST(CheckParity, TheCardGivesTheBitsOfTheCpu) {
  emulator::reset({.seed = 3});
  std::ostringstream out;
  check_parity(small(), out);
  const std::string text = out.str();
  EXPECT_GT(emulator::counters().launches, 100);
  EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
  EXPECT_NE(text.find(" cuda"), std::string::npos) << text;
  EXPECT_NE(text.find("15 px, grey"), std::string::npos) << text;
  EXPECT_NE(text.find("15 px, colour"), std::string::npos) << text;
  EXPECT_NE(text.find("6 tiles\n"), std::string::npos) << text;   // fewer than cells
  EXPECT_NE(text.find("60 tiles\n"), std::string::npos) << text;  // more
  EXPECT_NE(text.find("compose yuv all"), std::string::npos) << text;
  EXPECT_NE(text.find(" 0 with other bits"), std::string::npos) << text;
  EXPECT_EQ(text.find("DIFFER"), std::string::npos) << text;
}

TEST(CheckParity, WithOneDeviceItSaysSo) {
  emulator::reset({.devices = 0});
  std::ostringstream out;
  try {
    check_parity(small(), out);
    FAIL() << "one device cannot be compared";
  } catch (const DeviceError& error) {
    EXPECT_NE(std::string(error.what()).find("this machine has no other device: cuda: "),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(out.str().find(" cuda"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find(" 0 with other bits"), std::string::npos) << out.str();
}

TEST(CheckParity, EveryArrayIsCompared) {
  const parity::ParityScene scene({15, 5, 30, 2, 50.0, false, true, 4, 3}, 1);
  parity::ParityScene::Make make;
  for (const BackendEntry& entry : backends()) {
    if (entry.name == "cpu") make = entry.make;
  }
  const parity::Outcome want = scene.run(make, SimdChoice::plain, 1);
  const auto names_after = [&](auto change) {
    parity::Outcome got = want;
    change(got);
    return parity::differences(got, want);
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(parity::differences(want, want), Names{});
  EXPECT_EQ(names_after([](auto& o) { o.cells[1].features.back() ^= 1; }),
            Names{"describe 2: features"});
  EXPECT_EQ(names_after([](auto& o) { o.cells[0].color_sums[0].product[5] += 1; }),
            Names{"describe 1: color_sums"});
  EXPECT_EQ(names_after([](auto& o) { o.cells[0].saliency[2] ^= 1; }),
            Names{"describe 1: saliency"});
  EXPECT_EQ(names_after([](auto& o) { o.cells[0].quantiles[2] ^= 1; }),
            Names{"describe 1: quantiles"});
  EXPECT_EQ(names_after([](auto& o) { o.cells[0].luma.pixels[9] ^= 1; }),
            Names{"describe 1: luma"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[2].list_tile[9] ^= 1; }),
            Names{"score 3: list_tile"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[2].list_base[9] ^= 1; }),
            Names{"score 3: list_base"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[1].list_bound[9] ^= 1; }),
            Names{"score 2: list_bound"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[1].candidate_tile[9] ^= 1; }),
            Names{"score 2: candidate_tile"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[0].dissimilarity[9] ^= 1; }),
            Names{"score 1: dissimilarity"});
  EXPECT_EQ(names_after([](auto& o) { o.scores[3].dissimilarity[9] ^= 1; }),
            Names{"score 4: dissimilarity"});
  EXPECT_EQ(names_after([](auto& o) { o.rgb[6].b.pixels[9] ^= 1; }), Names{"compose rgb 7: b"});
  EXPECT_EQ(names_after([](auto& o) { o.yuv[5].v.pixels[9] ^= 1; }), Names{"compose yuv 6: v"});
  EXPECT_EQ(names_after([](auto& o) { o.yuv.pop_back(); }), Names{"pictures"});
}

}  // namespace
}  // namespace mosaic
