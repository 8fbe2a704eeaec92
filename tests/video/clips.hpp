// Small clips made by the system's ffmpeg, and ffprobe as an oracle that shares no code with us.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/run_command.hpp"
#include "video/frame_sink.hpp"
#include "video/frame_source.hpp"

namespace mosaic::test {

/// Skips the test where ffmpeg and ffprobe are not installed.
class ClipTest : public ::testing::Test {
 protected:
  void SetUp() override;
  /// Runs ffmpeg with these words (split at blanks) in the temporary folder.
  void ffmpeg(const std::string& words) const;
  void ffmpeg(const std::vector<std::string>& words) const;
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  TemporaryFolder folder_;
};

/// What an observer was told.
struct Heard {
  std::vector<std::string> info, notices, warnings;
  RenderObserver observer();
  /// True when a line of `lines` contains `part`.
  static bool has(const std::vector<std::string>& lines, const std::string& part);
};

struct FilmRead {
  SourceInfo info;
  std::vector<SourceFrame> frames;
  std::int64_t decode_errors = 0;
  std::vector<SkippedInput> skipped;
  Heard heard;
};

FilmRead read_film(const std::filesystem::path& path, const SourceOptions& options = {});

struct Rgb {
  int r = 0, g = 0, b = 0;
};

/// The colour at a pixel, whatever the picture's kind.
Rgb pixel_at(const Picture& picture, int x, int y);

/// Asserts that each channel is within `tolerance` levels.
::testing::AssertionResult near_color(Rgb actual, Rgb expected, int tolerance);

/// Frame time stamps by ffprobe in units of the stream's time base, presentation order. Frames
/// without one are left out.
std::vector<std::int64_t> probe_times(const std::filesystem::path& path,
                                      const std::string& stream = "v:0");

/// ffprobe's value of one entry, e.g. ("v:0", "stream=color_space").
std::string probe(const std::filesystem::path& path, const std::string& stream,
                  const std::string& entry);

/// "pts size md5" of every packet of the streams chosen by an ffmpeg stream specifier ("a", "s:0"),
/// pts in the stream's own time base.
std::vector<std::string> packet_digests(const std::filesystem::path& path,
                                        const std::string& specifier);

/// Payload digests only, for comparing across containers with other time bases.
std::vector<std::string> payload_digests(const std::filesystem::path& path,
                                         const std::string& specifier);

struct WriteOptions {
  std::string codec = {};
  std::string preset = "ultrafast";
  double crf = 30.0;
  FrameRange range = {};
  bool force = false;
  bool copy_streams = true;
  bool finish = true;
};

/// Reads `input` and writes its frames (cut to even size) to `output` as the main job would.
Heard write_film(const std::filesystem::path& input, const std::filesystem::path& output,
                 const WriteOptions& options = {});

SinkRequest request_for(const SourceInfo& info, const std::filesystem::path& output,
                        const WriteOptions& options = {});

/// Hands one frame over in the format the sink asks for.
void write_frame(FrameSink& sink, const SinkRequest& request, const SourceFrame& frame);

std::string file_bytes(const std::filesystem::path& path);

/// Names in a folder, sorted; hidden ones too.
std::vector<std::string> names_in(const std::filesystem::path& folder);

}  // namespace mosaic::test
