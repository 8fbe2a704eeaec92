// Whole runs over folders of pictures.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "metrics/metrics.hpp"
#include "metrics/test_pictures.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic::metrics {
namespace {

using test::sequence_picture;

class RunMetrics : public testing::Test {
 protected:
  void SetUp() override {
    for (unsigned i = 0; i < 6; ++i) source_.push_back(sequence_picture({48, 32}, 40 + i));
    test::write_folder(folder_ / "source", source_);
    options_.source = folder_ / "source";
    options_.mosaic = folder_ / "mosaic";
    options_.cell_px = 8;
    observer_.warning = [this](const std::string& text) { warnings_ += text + "\n"; };
  }

  void write_mosaic(std::size_t first, std::size_t last) {
    test::write_folder(folder_ / "mosaic", {source_.begin() + static_cast<std::ptrdiff_t>(first),
                                            source_.begin() + static_cast<std::ptrdiff_t>(last)});
  }

  std::string run() {
    std::ostringstream out;
    run_metrics(options_, out, observer_);
    return out.str();
  }

  nlohmann::json run_json() {
    options_.json = folder_ / "metrics.json";
    options_.force = true;
    run();
    std::ifstream file(*options_.json);
    return nlohmann::json::parse(file);
  }

  test::TemporaryFolder folder_;
  std::vector<RgbImage> source_;
  MetricsOptions options_;
  RenderObserver observer_;
  std::string warnings_;
};

TEST_F(RunMetrics, OfTheSourceItselfArePerfect) {
  write_mosaic(0, 6);
  const nlohmann::json json = run_json();
  EXPECT_EQ(json["pairs"], 6);
  EXPECT_EQ(json["fidelity"]["ssim"]["mean"], 1.0);
  EXPECT_EQ(json["fidelity"]["ciede2000_3x3"]["mean"], 0.0);
  EXPECT_EQ(json["fidelity"]["psnr_rgb_db"]["mean"], 100.0);
  EXPECT_EQ(json["grid"]["columns"], 6);
  EXPECT_EQ(json["frames"].size(), 6U);
  EXPECT_TRUE(json["frames"][0]["still_pixels"].is_null());
  EXPECT_TRUE(json["plan"].is_null());
  EXPECT_EQ(warnings_, "");
  const std::string table = run();
  EXPECT_NE(table.find("full size: grey SSIM"), std::string::npos) << table;
  EXPECT_NE(table.find("1.0000"), std::string::npos) << table;
}

TEST_F(RunMetrics, TellDecay) {
  // The source stays; the mosaic is the source, and from frame to frame more of it another picture.
  source_.assign(6, sequence_picture({64, 64}, 7));
  std::filesystem::remove_all(folder_ / "source");
  test::write_folder(folder_ / "source", source_);
  std::vector<RgbImage> worse = source_;
  const RgbImage other = sequence_picture({64, 64}, 8);
  for (std::size_t t = 0; t < worse.size(); ++t) {
    for (int y = 0; y < static_cast<int>(8 * t); ++y) {
      std::copy_n(other.r.row(y), 64, worse[t].r.row(y));
      std::copy_n(other.g.row(y), 64, worse[t].g.row(y));
      std::copy_n(other.b.row(y), 64, worse[t].b.row(y));
    }
  }
  test::write_folder(folder_ / "mosaic", worse);
  const nlohmann::json json = run_json();
  // Least squares by hand, of six values at 0 to 5.
  double expected = 0.0;
  for (int t = 0; t < 6; ++t) {
    expected += (t - 2.5) * json["frames"][static_cast<std::size_t>(t)]["ssim_3x3"].get<double>();
  }
  EXPECT_NEAR(json["ssim_3x3_trend_per_100_frames"].get<double>(), 100.0 * expected / 17.5, 1e-9);
  EXPECT_LT(json["ssim_3x3_trend_per_100_frames"].get<double>(), -5.0);
  options_.mosaic = options_.source;
  EXPECT_NEAR(run_json()["ssim_3x3_trend_per_100_frames"].get<double>(), 0.0, 1e-12);
}

TEST_F(RunMetrics, NeedAPlanForTheIndex) {
  write_mosaic(0, 6);
  options_.index = folder_ / "pool.mti";
  EXPECT_THROW(run(), UsageError);
}

TEST_F(RunMetrics, SaysWhenTheNumbersOfFramesDiffer) {
  write_mosaic(0, 4);
  EXPECT_EQ(run_json()["pairs"], 4);
  EXPECT_NE(
      warnings_.find("source has more frames than the other clip (6 in all); compared were 4"),
      std::string::npos)
      << warnings_;
  warnings_.clear();
  std::swap(options_.source, options_.mosaic);
  EXPECT_EQ(run_json()["pairs"], 4);
  EXPECT_NE(warnings_.find("source has more frames"), std::string::npos) << warnings_;
}

TEST_F(RunMetrics, PairsAPartWithTheFramesItWasMadeFrom) {
  write_mosaic(2, 6);
  EXPECT_LT(run_json()["fidelity"]["ssim"]["mean"], 0.5);
  options_.source_first = 2;
  EXPECT_EQ(run_json()["fidelity"]["ssim"]["mean"], 1.0);
  options_.range = {1, 3};
  const nlohmann::json json = run_json();
  EXPECT_EQ(json["pairs"], 2);
  EXPECT_EQ(json["fidelity"]["ssim"]["mean"], 1.0);
  EXPECT_EQ(json["frames"][0]["source_frame"], 3);
  EXPECT_EQ(json["frames"][0]["mosaic_frame"], 1);
  options_.range = {9, -1};
  EXPECT_THROW(run(), InputError);
}

TEST_F(RunMetrics, AreTheSameForAnyNumberOfThreads) {
  write_mosaic(1, 6);
  options_.threads = 1;
  const nlohmann::json one = run_json();
  options_.threads = 3;
  EXPECT_EQ(run_json(), one);
}

TEST_F(RunMetrics, WithAPlanTellItsChurn) {
  write_mosaic(2, 4);
  const auto write_plan = [&](int lines, int columns) {
    std::ofstream plan(folder_ / "plan.jsonl");
    plan << R"({"type":"mosaic-plan","version":1,"grid":{"columns":)" << columns
         << R"(,"rows":4,"tile_size_px":8,"output":[48,32],"crop":[0,0,48,32]},"variants":1,)"
         << R"("photo_of_tile":["a","b"]})"
         << "\n";
    for (int t = 0; t < lines; ++t) {
      plan << R"({"frame":)" << 2 + t << R"(,"time":0,"tiles":[)" << t;
      for (int i = 1; i < 24; ++i) plan << "," << i % 2;
      plan << R"(],"carried":24,"switched":0,"scene_cut":false})"
           << "\n";
    }
  };
  options_.plan = folder_ / "plan.jsonl";
  options_.cell_px.reset();
  write_plan(2, 6);
  const nlohmann::json json = run_json();
  EXPECT_EQ(json["fidelity"]["ssim"]["mean"], 1.0);  // begins at the plan's first frame
  EXPECT_DOUBLE_EQ(json["plan"]["changed_share"], 1.0 / 24);
  EXPECT_EQ(json["plan"]["photos_used"], 2);
  EXPECT_NE(run().find("cells showing another tile"), std::string::npos);
  options_.cell_px = 16;
  EXPECT_THROW(run(), UsageError);
  options_.cell_px.reset();
  write_plan(1, 6);
  EXPECT_THROW(run(), InputError);
  write_plan(2, 5);
  EXPECT_THROW(run(), InputError);
}

TEST_F(RunMetrics, NeverReplaceAFileUnasked) {
  write_mosaic(0, 2);
  options_.json = folder_ / "there.json";
  std::ofstream(*options_.json) << "mine";
  EXPECT_THROW(run(), OutputError);
  std::string content;
  std::ifstream(*options_.json) >> content;
  EXPECT_EQ(content, "mine");
}

}  // namespace
}  // namespace mosaic::metrics
