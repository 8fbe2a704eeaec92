#include "video/encode/encoder_memory.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "video/encode/video_encoder.hpp"

namespace mosaic {
namespace {

/// x264's presets: frames looked ahead and B-frames before one is written, and reference frames.
struct EffortMemory {
  std::string_view name;
  int ahead;
  int references;
};
constexpr std::array<EffortMemory, 10> kEffortMemory = {{{"ultrafast", 0, 1},
                                                         {"superfast", 3, 1},
                                                         {"veryfast", 13, 1},
                                                         {"faster", 23, 2},
                                                         {"fast", 33, 2},
                                                         {"medium", 43, 3},
                                                         {"slow", 53, 5},
                                                         {"slower", 63, 8},
                                                         {"veryslow", 68, 16},
                                                         {"placebo", 76, 16}}};

// Bytes per pixel of a picture with its margins, fitted to measured runs (docs/benchmarks.md): a
// frame that waits has its half-size planes and the motion found in them, one that is worked on has
// its interpolated planes besides.
constexpr double kWaiting = 3.3;
constexpr double kLookahead = 55.0;  // of the thread that looks ahead, where one does
constexpr double kWorkedOn = 6.0;
constexpr double kReference = 5.0;
// VP9 and others look ahead as far, and keep larger pictures.
constexpr double kOfVp9 = 170.0;
constexpr double kOfOthers = 320.0;
constexpr int kMargin_px = 64;

}  // namespace

std::uint64_t encoder_memory(const std::filesystem::path& output, const EncodeSettings& encode,
                             Size size) {
  const std::string ending = video_ending(output, encode);
  if (ending.empty()) return 0;
  const double pixels =
      static_cast<double>(size.width + kMargin_px) * static_cast<double>(size.height + kMargin_px);
  const std::string codec = codec_for(encode, ending);
  if (codec == "libvpx-vp9") return static_cast<std::uint64_t>(pixels * kOfVp9);
  if (codec != "libx264") return static_cast<std::uint64_t>(pixels * kOfOthers);
  const auto* effort =
      std::find_if(kEffortMemory.begin(), kEffortMemory.end(),
                   [&](const EffortMemory& each) { return each.name == encode.preset; });
  if (effort == kEffortMemory.end()) effort = &kEffortMemory.back();
  return static_cast<std::uint64_t>(
      pixels * (kWaiting * effort->ahead + (effort->ahead > 0 ? kLookahead : 0.0) +
                kWorkedOn * encoder_threads(size.height) + kReference * effort->references));
}

}  // namespace mosaic
