// --manifest and --manifest-check from end to end.
#include <algorithm>
#include <set>

#include "mosaic/stages.hpp"
#include "verify/fixture.hpp"

namespace mosaic::test {
namespace {

using nlohmann::json;

class ManifestTest : public StagesTest {
 protected:
  static void SetUpTestSuite() {
    StagesTest::SetUpTestSuite();
    const CommandResult made =
        render(MOSAIC_EXECUTABLE, "first.mp4", {"--device", "cpu", "--manifest", path("m.jsonl")});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  static CommandResult check(const std::string& manifest, std::vector<std::string> extra = {}) {
    extra.insert(extra.end(), {"--device", "cpu", "--manifest-check", path(manifest)});
    return render(MOSAIC_EXECUTABLE, "checked.mp4", extra);
  }
  /// The manifest with its lines changed.
  template <class Change>
  static CommandResult check_changed(const Change& change) {
    std::vector<json> lines = lines_of("m.jsonl");
    change(lines);
    write_lines("changed.jsonl", lines);
    return check("changed.jsonl");
  }
};

TEST_F(ManifestTest, SaysEveryStageOfEveryFrame) {
  const std::vector<json> lines = lines_of("m.jsonl");
  ASSERT_EQ(lines.size(), kFrames + 2U);
  EXPECT_EQ(lines.front().at("type"), "mosaic-manifest");
  EXPECT_EQ(lines.front().at("version"), 2);
  EXPECT_EQ(lines.front().at("device"), "cpu");
  EXPECT_EQ(lines.front().at("facts").at("--tile-size"), "16");
  EXPECT_TRUE(lines.front().at("facts").contains("contents of --frames"));
  std::set<std::string> pictures;
  for (int frame = 0; frame < kFrames; ++frame) {
    const json& line = lines[static_cast<std::size_t>(frame) + 1];
    EXPECT_EQ(line.at("frame"), frame);
    for (std::size_t i = 0; i < kFrameStages; ++i) {
      const std::string stage(kStageNames[i]);
      // Nothing moves into the first frame.
      EXPECT_EQ(line.contains(stage), frame > 0 || stage != "flow") << line;
      EXPECT_EQ(line.value(stage, std::string(16, '0')).size(), 16U);
    }
    pictures.insert(line.at("picture"));
  }
  EXPECT_EQ(pictures.size(), static_cast<std::size_t>(kFrames));
  EXPECT_EQ(lines.back().at("type"), "end");
  EXPECT_EQ(lines.back().at("frames"), kFrames);
  EXPECT_EQ(lines.back().at("file").get<std::string>().size(), 16U);
}

TEST_F(ManifestTest, ThreadsInstructionSetAndTheCardMeetIt) {
  const CommandResult one = check("m.jsonl", {"--threads", "1", "--simd", "plain"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_NE(one.err.find("4 frames and the file are as the manifest"), std::string::npos)
      << one.err;
  const CommandResult card = render(MOSAIC_EMULATED, "card.mp4",
                                    {"--device", "cuda", "--manifest-check", path("m.jsonl")});
  EXPECT_EQ(card.exit_code, 0) << card.err;
}

TEST_F(ManifestTest, TheCardsWrongByteIsNamed) {
  const CommandResult result =
      render(MOSAIC_EMULATED, "card.mp4", {"--device", "cuda", "--manifest-check", path("m.jsonl")},
             "ssim:1");
  EXPECT_EQ(result.exit_code, 6) << result.err;
  EXPECT_NE(result.err.find("frame 1: stage ssim differs"), std::string::npos) << result.err;
}

TEST_F(ManifestTest, TheFirstDifferenceIsNamed) {
  for (std::size_t i = 0; i < kFrameStages; ++i) {
    const std::string stage(kStageNames[i]);
    std::filesystem::remove(path("checked.mp4"));
    const CommandResult result = check_changed([&](std::vector<json>& lines) {
      lines[3][stage] = "0123456789abcdef";
      lines[4]["decoded"] = "0123456789abcdef";
    });
    EXPECT_EQ(result.exit_code, 6) << result.err;
    EXPECT_NE(result.err.find("frame 2: stage " + stage + " differs: 0123456789abcdef"),
              std::string::npos)
        << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("checked.mp4")));
  }
}

TEST_F(ManifestTest, OtherFramesStagesAndFilesAreDifferences) {
  const auto expect = [](const CommandResult& result, const std::string& text) {
    EXPECT_EQ(result.exit_code, 6) << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  };
  expect(check_changed([](auto& lines) { lines.back()["file"] = "0123456789abcdef"; }),
         "checked.mp4' is complete, but stage file differs although all frames are equal");
  // Only to be compared: what differs before is said before there is an output.
  EXPECT_TRUE(std::filesystem::remove(path("checked.mp4")));
  expect(check_changed([](auto& lines) { lines[2].erase("flow"); }),
         "frame 1: stage flow is not in the manifest");
  expect(check_changed([](auto& lines) { lines[1]["flow"] = "0123456789abcdef"; }),
         "frame 0: stage flow is in the manifest, but not in this run");
  expect(check_changed([](auto& lines) {
           lines.erase(lines.begin() + 4);
           lines.back()["frames"] = kFrames - 1;
         }),
         "frame 3 is not in the manifest, which has 3 frames");
  expect(check_changed([](auto& lines) {
           lines.insert(lines.end() - 1, lines[4]);
           lines[5]["frame"] = 4;
           lines.back()["frames"] = kFrames + 1;
         }),
         "this run has 4 frames, the manifest 5");
  expect(check_changed(
             [](auto& lines) { lines.front()["facts"]["photos of --tiles"] = "0123456789abcdef"; }),
         "the tiles differ");
  EXPECT_FALSE(std::filesystem::exists(path("checked.mp4")));
}

// The verdict came between the records, and the report never got its name.
TEST_F(ManifestTest, ADifferingFileCostsNoRecord) {
  std::vector<json> lines = lines_of("m.jsonl");
  lines.back()["file"] = "0123456789abcdef";
  write_lines("changed.jsonl", lines);
  const std::vector<std::string> records = {"plan.jsonl", "again.jsonl", "report.json"};
  const CommandResult result = check(
      "changed.jsonl",
      {"--plan", path(records[0]), "--manifest", path(records[1]), "--report", path(records[2])});
  EXPECT_EQ(result.exit_code, 6) << result.err;
  for (const std::string& name : records) {
    EXPECT_TRUE(std::filesystem::remove(path(name))) << name;
  }
  EXPECT_TRUE(std::filesystem::remove(path("checked.mp4")));
  for (const std::string& name : names_in(path(""))) {
    EXPECT_FALSE(name.starts_with('.')) << name;
  }
}

TEST_F(ManifestTest, AFileWithoutAHashIsNotSaidToBeEqual) {
  const CommandResult result = check_changed([](auto& lines) { lines.back()["file"] = nullptr; });
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(
      result.err.find("4 frames, but not the file, of which the manifest has no hash, are as"),
      std::string::npos)
      << result.err;
  const CommandResult pictures = render(MOSAIC_EXECUTABLE, "many/%03d.png",
                                        {"--device", "cpu", "--manifest", path("pictures.jsonl")});
  ASSERT_EQ(pictures.exit_code, 0) << pictures.err;
  const CommandResult again =
      render(MOSAIC_EXECUTABLE, "again/%03d.png",
             {"--device", "cpu", "--manifest-check", path("pictures.jsonl")});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.err.find("the file are as"), std::string::npos) << again.err;
}

TEST_F(ManifestTest, SaysWhichLibrariesAndWhichCardMadeIt) {
  const json header = lines_of("m.jsonl").front();
  const auto fact = [&header](const char* name) {
    return header.at("facts").at(name).get<std::string>();
  };
  for (const char* library : {"libavcodec ", "libavformat ", "libvips "}) {
    EXPECT_NE(fact("libraries").find(library), std::string::npos) << fact("libraries");
  }
  EXPECT_TRUE(fact("encoder").starts_with("libx264 (")) << fact("encoder");
  EXPECT_TRUE(header.at("card").is_null());
  const CommandResult made =
      render(MOSAIC_EMULATED, "card.mp4", {"--device", "cuda", "--manifest", path("card.jsonl")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::string card = lines_of("card.jsonl").front().at("card");
  EXPECT_NE(card.find("compute capability "), std::string::npos) << card;
  EXPECT_NE(card.find("CUDA runtime "), std::string::npos) << card;
  const CommandResult checked = render(MOSAIC_EXECUTABLE, "checked.mp4",
                                       {"--device", "cpu", "--manifest-check", path("card.jsonl")});
  EXPECT_EQ(checked.exit_code, 0) << checked.err;
  EXPECT_EQ(checked.err.find("was made otherwise"), std::string::npos)
      << "another device is what a check is for: " << checked.err;
}

/// What a detector of frontal faces takes for one.
RgbImage drawn_face() {
  RgbImage image(Size{256, 192});
  Plane& grey = image.r;
  std::fill(grey.pixels.begin(), grey.pixels.end(), u8{60});
  const auto ellipse = [&grey](double x, double y, double a, double b, u8 level) {
    for (int j = 0; j < grey.size.height; ++j) {
      for (int i = 0; i < grey.size.width; ++i) {
        const double u = (i - 128.0 - 80.0 * x) / (80.0 * a);
        const double v = (j - 96.0 - 80.0 * y) / (80.0 * b);
        if (u * u + v * v <= 1.0) grey.row(j)[i] = level;
      }
    }
  };
  ellipse(0.0, -0.1, 0.62, 0.85, 30);  // hair
  ellipse(0.0, 0.1, 0.5, 0.7, 200);
  for (const double side : {-0.22, 0.22}) {
    ellipse(side, -0.08, 0.15, 0.07, 60);   // eye
    ellipse(side, -0.22, 0.17, 0.035, 70);  // brow
  }
  ellipse(0.0, 0.1, 0.06, 0.18, 225);  // nose
  ellipse(0.0, 0.45, 0.2, 0.05, 90);   // mouth
  image.g = image.b = grey;
  return image;
}

TEST_F(ManifestTest, WhatFacesRaiseIsInTheHashOfTheFeatures) {
  write_frames(*folder_ / "face", {drawn_face()});
  const auto made = [](const std::string& manifest, std::vector<std::string> extra) {
    std::vector<std::string> arguments = {
        MOSAIC_EXECUTABLE, "--frames",    path("face"), "--tiles", path("pool"), "--output",
        path("face.mp4"),  "--tile-size", "16",         "--force", "--device",   "cpu",
        "--manifest",      path(manifest)};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    CommandOptions options;
    options.environment["XDG_CACHE_HOME"] = path("cache");
    return run_command(arguments, options);
  };
  const CommandResult with = made("faces.jsonl", {"--faces"});
  if (with.exit_code == 7) GTEST_SKIP() << "OpenCV's module is not here";
  ASSERT_EQ(with.exit_code, 0) << with.err;
  ASSERT_EQ(made("none.jsonl", {}).exit_code, 0);
  const std::vector<json> faces = lines_of("faces.jsonl");
  const std::vector<json> none = lines_of("none.jsonl");
  EXPECT_EQ(faces[1].at("decoded"), none[1].at("decoded"));
  EXPECT_NE(faces[1].at("features"), none[1].at("features"));
  // Libraries are named where they are loaded, and only there.
  const auto libraries = [](const std::vector<json>& lines) {
    return lines.front().at("facts").at("libraries").get<std::string>();
  };
  EXPECT_NE(libraries(faces).find("libopencv_core.so"), std::string::npos) << libraries(faces);
  EXPECT_EQ(libraries(none).find("libopencv"), std::string::npos) << libraries(none);
}

TEST_F(ManifestTest, AnotherJobIsAMistake) {
  const CommandResult result = check("m.jsonl", {"--stability", "77"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_NE(result.err.find("--stability was"), std::string::npos) << result.err;
}

TEST_F(ManifestTest, AnotherVersionIsAWarning) {
  const CommandResult result =
      check_changed([](auto& lines) { lines.front()["facts"]["libraries"] = "Lavc99"; });
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.err.find("libraries was Lavc99"), std::string::npos) << result.err;
}

TEST_F(ManifestTest, WhatIsNoManifestIsRefused) {
  EXPECT_EQ(check("pool/photo0000.png").exit_code, 4);
  EXPECT_EQ(check("nothing.jsonl").exit_code, 4);
  const CommandResult cut = check_changed([](auto& lines) { lines.pop_back(); });
  EXPECT_EQ(cut.exit_code, 4) << cut.err;
  EXPECT_NE(cut.err.find("its end is missing"), std::string::npos) << cut.err;
  EXPECT_EQ(check_changed([](auto& lines) { lines.front()["version"] = 1; }).exit_code, 4);
  const CommandResult twice = check_changed([](auto& lines) { lines.push_back(lines.back()); });
  EXPECT_EQ(twice.exit_code, 4) << twice.err;
  EXPECT_NE(twice.err.find("it goes on behind its end"), std::string::npos) << twice.err;
  EXPECT_EQ(check_changed([](auto& lines) { lines[2]["type"] = "frame"; }).exit_code, 4);
  EXPECT_EQ(check_changed([](auto& lines) { lines[2]["ssim"] = "xyz"; }).exit_code, 4);
}

TEST_F(ManifestTest, AJobThatKeepsItsWorkHasAllLines) {
  const CommandResult made = render(MOSAIC_EXECUTABLE, "kept.mp4",
                                    {"--device", "cpu", "--segment-frames", "2", "--resume=on",
                                     "--manifest", path("kept.jsonl")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  std::vector<json> kept = lines_of("kept.jsonl");
  const std::vector<json> plain = lines_of("m.jsonl");
  ASSERT_EQ(kept.size(), plain.size());
  for (std::size_t i = 1; i + 1 < kept.size(); ++i) EXPECT_EQ(kept[i], plain[i]);
}

}  // namespace
}  // namespace mosaic::test
