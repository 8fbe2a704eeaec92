#include "video/encode/encoder_version.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "core/loaded_library.hpp"
#include "video/encode/video_encoder.hpp"

namespace mosaic {
namespace {

/// FFmpeg's name of an encoder, and the library behind it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kLibraries = {
    {{"libx264", "libx264"},
     {"libx264rgb", "libx264"},
     {"libx265", "libx265"},
     {"libvpx-vp9", "libvpx"},
     {"libsvtav1", "libSvtAv1Enc"},
     {"libaom-av1", "libaom"}}};

}  // namespace

std::string encoder_version(const std::filesystem::path& output, const EncodeSettings& encode) {
  const std::string ending = video_ending(output, encode);
  if (ending.empty()) return {};
  std::string codec = codec_for(encode, ending);
  for (const auto& [name, library] : kLibraries) {
    if (name != codec) continue;
    const std::string file = loaded_library(library);
    return codec + " (" + (file.empty() ? "linked in, version not known" : file) + ")";
  }
  return codec;
}

}  // namespace mosaic
