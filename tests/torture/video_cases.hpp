// The table of videos that break programs, and what must come out of each.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace mosaic::test {

/// How a case's time stamps are known.
enum class Times {
  none,       ///< refused: nothing comes out
  as_probed,  ///< ffprobe's list, to the unit; the output's start and intervals equal it
  steady      ///< the stream has none: 25 frames per second from 0
};

/// What the first frame's colours are held to, within 1 mean CIEDE2000.
enum class Colors {
  none,        ///< refused: nothing comes out
  by_ffmpeg,   ///< FFmpeg's own conversion to RGB
  tone_mapped  ///< light by FFmpeg's zscale, the curve of BT.2390 in double precision over it
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
  std::optional<double> start_s = {};  ///< the first frame's time stamp by ffprobe; unset: any
  Colors colors = Colors::by_ffmpeg;
  std::string before = {};  ///< filters FFmpeg needs before it converts to RGB, "a,b,"
  std::string says = {};    ///< part of a line of the log, the summary or the error
  std::string output = "out.mp4";
  std::string stream = "v:0";  ///< the one that is to be shown
  std::string needs = {};      ///< FFmpeg's encoder that not every build has; empty: none
  bool piped = false;          ///< given on standard input, through a pipe
};

using VideoCases = std::vector<VideoCase>;

const VideoCases& video_cases();

/// How Googletest names a case in its messages.
inline void PrintTo(const VideoCase& c, std::ostream* out) { *out << c.name; }

/// The table's chapters, each in a file of its own.
void add_pictures(VideoCases& cases);  ///< shapes and colours
void add_damage(VideoCases& cases);    ///< cut, torn, and what only looks like a film

/// The functions that `make` may use.
extern const char* const kMakeHelp;

}  // namespace mosaic::test
