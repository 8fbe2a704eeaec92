// The table of videos that break programs, and what must come out of each.
#pragma once

#include <string>
#include <vector>

namespace mosaic::test {

/// How a case's time stamps are known.
enum class Times {
  none,      ///< refused, or a stream without any
  as_probed  ///< ffprobe's list, to the unit; the output's start and intervals equal it
};

struct VideoCase {
  std::string name;
  std::string make;  ///< bash; F is ffmpeg, CUT a file at n percent; leaves `file`
  std::string file;
  int exit_code = 0;
  int frames = 0;         ///< least number of frames in and out; 0 when refused
  int frames_most = 0;    ///< 0: exactly `frames`
  std::string size = {};  ///< shown, upright, in stored pixels: "64x48"; empty: not checked
  Times times = Times::as_probed;
  bool colors = true;     ///< first frame within 1 mean CIEDE2000 of FFmpeg's own conversion
  std::string says = {};  ///< part of a line of the log, the summary or the error
  std::string output = "out.mp4";
};

const std::vector<VideoCase>& video_cases();

/// The functions that `make` may use.
extern const char* const kMakeHelp;

}  // namespace mosaic::test
