// The main job on a real film: every frame, its time, its sound, and flat memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "e2e/e2e.hpp"

namespace mosaic::test {
namespace {

/// What ffprobe says of one stream's packets or frames, a line each.
std::string probe(const std::filesystem::path& file, const std::string& stream,
                  const std::string& entries) {
  const CommandResult result =
      run_command({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", entries,
                   "-of", "csv=p=0", file.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

std::vector<double> frame_times(const std::filesystem::path& file) {
  std::istringstream lines(probe(file, "v:0", "frame=pts_time"));
  std::vector<double> times;
  // A frame with side data (the encoder's name) is followed by an empty line.
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line != ",") times.push_back(std::stod(line));
  }
  return times;
}

/// Payload hashes of the copied packets of a stream.
std::string packets_md5(const std::filesystem::path& file, const std::string& stream) {
  const CommandResult result = run_command({"ffmpeg", "-v", "error", "-i", file.string(), "-map",
                                            "0:" + stream, "-c", "copy", "-f", "framemd5", "-"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

TEST(Film, EveryFrameItsTimeItsSoundAndFlatMemory) {
  if (!have_program("ffprobe")) GTEST_SKIP() << "ffprobe is not installed";
  const TemporaryFolder folder;
  std::filesystem::path film = shared_film();
  std::filesystem::path tiles = shared_tiles();
  if (film.empty() || tiles.empty()) {
    film = folder / "generated.mp4";
    make_sound_film(film, "320x240", {"-t", "30"});
    tiles = folder / "pool";
    write_pool(tiles, 300);
  }
  const std::filesystem::path output = folder / "mosaic.mp4";
  const CommandResult result =
      run_mosaic({"--frames", film.string(), "--tiles", tiles.string(), "--output", output.string(),
                  "--preset", "vivid", "--tile-size", "16"},
                 {{}, {{"XDG_CACHE_HOME", (folder / "cache").string()}}});
  ASSERT_EQ(result.exit_code, 0) << result.err;

  const std::vector<double> before = frame_times(film);
  EXPECT_EQ(before.size(), 720U);
  EXPECT_EQ(frame_times(output), before);

  const std::string sound = packets_md5(film, "a:0");
  EXPECT_GT(std::ranges::count(sound, '\n'), 100);
  EXPECT_EQ(packets_md5(output, "a:0"), sound);

  // Memory in the first half of the run (queues and encoder look-ahead are full long before its
  // end, however slow the machine) against the most ever seen.
  const std::vector<long>& memory = result.resident_kib;
  ASSERT_GT(memory.size(), 20U);
  const auto half = memory.begin() + static_cast<std::ptrdiff_t>(memory.size() / 2);
  const long early = *std::max_element(memory.begin(), half);
  const long most = *std::max_element(memory.begin(), memory.end());
  EXPECT_LT(most - early, 64 * 1024) << "KiB of growth over 720 frames";
}

}  // namespace
}  // namespace mosaic::test
