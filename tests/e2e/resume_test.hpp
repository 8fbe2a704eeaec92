// A job in pieces that can be stopped at a known moment.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "e2e/e2e.hpp"

namespace mosaic::test {
/// 32 frames in pieces of 6: five whole ones and a rest.
class Resume : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    inputs_ = std::make_unique<TemporaryFolder>();
    write_pool(*inputs_ / "pool", 80);
    make_sound_film(*inputs_ / "film.mp4", "320x192", {"-frames:v", "32"});
  }
  static void TearDownTestSuite() { inputs_.reset(); }

  [[nodiscard]] virtual std::filesystem::path film() const { return *inputs_ / "film.mp4"; }
  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {MOSAIC_EXECUTABLE,
                                    "--frames",
                                    film().string(),
                                    "--tiles",
                                    (*inputs_ / "pool").string(),
                                    "--index",
                                    (*inputs_ / "pool.mti").string(),
                                    "--tile-size",
                                    tile_size_,
                                    "--segment-frames",
                                    "6",
                                    "--threads",
                                    "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  CommandResult run(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = arguments(more);
    all.insert(all.end(), {"--output", (folder_ / output).string()});
    return run_command(all);
  }
  std::string undisturbed(const std::string& name, const std::vector<std::string>& more = {}) {
    std::vector<std::string> with = more;
    with.insert(with.end(), {"--resume", "off"});
    const CommandResult result = run("whole-" + name, with);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return md5_of(folder_ / ("whole-" + name));
  }
  /// Sends `signal` as soon as the journal names `pieces` finished ones; what the run said. A run
  /// that was through before the signal came is made again.
  CommandResult stop_after(const std::string& output, int pieces, const std::string& signal,
                           const std::vector<std::string>& more = {}) {
    const std::string name = output.substr(0, output.find('/'));
    std::vector<std::string> all = {
        "bash",
        "-c",
        "journal=$1 lines=$2 signal=$3; shift 3; \"$@\" & pid=$!; said=()\n"
        "while kill -0 $pid 2>/dev/null && [ ${#said[@]} -lt $lines ]; do\n"
        "  sleep 0.002; [ ! -e \"$journal\" ] || mapfile -t said < \"$journal\"\n"
        "done 2>/dev/null\n"
        "kill -$signal $pid; wait $pid",
        "bash",
        (folder_ / ("." + name + ".mosaic-job") / "journal").string(),
        std::to_string(pieces + 1),  // the first line tells what the job is
        signal};
    const std::vector<std::string> program = arguments(more);
    all.insert(all.end(), program.begin(), program.end());
    all.insert(all.end(), {"--output", (folder_ / output).string()});
    CommandResult result;
    for (int attempt = 0; attempt < 5; ++attempt) {
      result = run_command(all);
      if (result.exit_code != 0) break;
      std::filesystem::remove_all(folder_ / name);
    }
    return result;
  }
  void spoil(const std::filesystem::path& file, std::int64_t at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(stream) << file;
    stream.seekp(at);
    stream.put('\x55');
    stream.put('\xaa');
  }

  static inline std::unique_ptr<TemporaryFolder> inputs_;
  TemporaryFolder folder_;
  std::string tile_size_ = "8";
  std::filesystem::path job_ = folder_ / ".out.mp4.mosaic-job";
};

}  // namespace mosaic::test
