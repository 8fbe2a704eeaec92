// A short film and a small pool, rendered by the program or by the one with an emulated card.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "e2e/e2e.hpp"

namespace mosaic::test {

class StagesTest : public testing::Test {
 protected:
  static constexpr int kFrames = 4;

  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_pool(*folder_ / "pool", 60);
    const RgbImage world = textured_picture(Size{260, 140}, 5);
    std::vector<RgbImage> frames;
    for (int t = 0; t < kFrames; ++t) {
      RgbImage frame(Size{97, 66});
      for (int y = 0; y < 66; ++y) {
        for (int x = 0; x < 97; ++x) {
          frame.r.row(y)[x] = world.r.row(y)[x + 3 * t];
          frame.g.row(y)[x] = world.g.row(y)[x + 3 * t];
          frame.b.row(y)[x] = world.b.row(y)[x + 3 * t];
        }
      }
      frames.push_back(std::move(frame));
    }
    write_frames(*folder_ / "frames", frames);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string path(const std::string& name) { return (*folder_ / name).string(); }

  /// `program` with these extra arguments over the film.
  static CommandResult render(const std::string& program, const std::string& output,
                              const std::vector<std::string>& extra,
                              const std::string& fault = {}) {
    std::vector<std::string> arguments = {program,      "--frames", path("frames"), "--tiles",
                                          path("pool"), "--output", path(output),   "--tile-size",
                                          "16",         "--force",  "--threads",    "2"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    CommandOptions options;
    options.environment["XDG_CACHE_HOME"] = path("cache");
    if (!fault.empty()) options.environment["MOSAIC_TEST_FAULT"] = fault;
    return run_command(arguments, options);
  }

  static std::vector<nlohmann::json> lines_of(const std::string& name) {
    std::vector<nlohmann::json> lines;
    std::ifstream stream(path(name));
    for (std::string line; std::getline(stream, line);) {
      lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
  }
  static void write_lines(const std::string& name, const std::vector<nlohmann::json>& lines) {
    std::ofstream stream(path(name));
    for (const nlohmann::json& line : lines) stream << line.dump() << '\n';
  }

  inline static TemporaryFolder* folder_ = nullptr;
};

}  // namespace mosaic::test
