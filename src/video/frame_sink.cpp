#include "video/frame_sink.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "core/file_names.hpp"
#include "core/output_name.hpp"
#include "video/encode/sinks.hpp"
#include "video/sources.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

bool is_one_frame(const SinkRequest& request) {
  const FrameRange& range = request.range;
  if (request.source.still || request.source.frames == 1) return true;
  return range.last >= 0 && range.last - range.first == 1;
}

void require_even(Size size) {
  if (size.width > 0 && size.height > 0 && size.width % 2 == 0 && size.height % 2 == 0) return;
  throw UsageError("an output of " + std::to_string(size.width) + "x" +
                   std::to_string(size.height) + " pixels cannot be written: both must be even");
}

}  // namespace

void refuse_same_file(const fs::path& input, const fs::path& output) {
  struct stat from {};
  if (::stat(input.c_str(), &from) != 0) return;
  const auto is_input = [&from](const fs::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && info.st_dev == from.st_dev &&
           info.st_ino == from.st_ino;
  };
  if (S_ISDIR(from.st_mode)) {
    std::error_code error;
    // First absolute: weakly_canonical leaves a relative name of which nothing exists as it is.
    fs::path target = fs::weakly_canonical(fs::absolute(output, error), error);
    if (!target.has_filename()) target = target.parent_path();
    if (is_input(target.parent_path())) {
      throw UsageError("output '" + shown_name(output) + "' is inside the input folder '" +
                           shown_name(input) + "'",
                       "choose another folder for --output");
    }
  }
  if (!is_input(output)) return;
  throw UsageError("output '" + shown_name(output) + "' is the input '" + shown_name(input) + "'",
                   "choose another name for --output");
}

bool keeps_segments(const fs::path& output) {
  const OutputName name = parse_output_name(output);
  return name.kind == OutputKind::video || name.is_pictures();
}

std::string video_ending(const fs::path& output, const EncodeSettings& encode) {
  const OutputName name = parse_output_name(output);
  if (name.kind == OutputKind::pipe) return encode.format.empty() ? ".mkv" : "." + encode.format;
  return name.kind == OutputKind::video ? name.ending : std::string();
}

void check_sink_request(const SinkRequest& request) {
  require_even(request.size);
  if (request.copy_streams_from) refuse_same_file(*request.copy_streams_from, request.output);
  const OutputName name = parse_output_name(request.output);
  if (name.kind == OutputKind::bad_pattern) refuse_pattern(request.output);
  if (name.kind == OutputKind::numbered) {
    refuse_long_name(name.pictures.folder /
                     name.pictures.name(std::max<std::int64_t>(1, request.source.frames_estimate)));
  }
  if (name.kind != OutputKind::still || is_one_frame(request)) return;
  throw UsageError(
      "'" + shown_name(request.output) + "' holds one picture, but the input has more frames",
      "write to a folder, to a pattern such as frame_%06d.png, or choose one frame "
      "with --range");
}

std::unique_ptr<FrameSink> open_frame_sink(const SinkRequest& request,
                                           const RenderObserver& observer) {
  check_sink_request(request);
  if (const std::string ending = video_ending(request.output, request.encode); !ending.empty()) {
    return open_video_sink(request, ending, observer);
  }
  const OutputName name = parse_output_name(request.output);
  if (name.is_pictures()) return open_folder_sink(request, name.pictures, observer);
  if (name.kind == OutputKind::gif) return open_gif_sink(request, observer);
  if (name.kind == OutputKind::still) return open_still_sink(request);
  throw UsageError(
      "cannot tell from '" + shown_name(request.output) + "' what to write",
      "end it in .mp4 .mkv .mov .webm .gif .png .jpg, in '/' for a folder, or use %06d.png");
}

}  // namespace mosaic
