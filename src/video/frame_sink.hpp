// Where mosaic frames go: a video, numbered pictures, one picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "job/job_folder.hpp"
#include "mosaic/image.hpp"
#include "mosaic/render.hpp"
#include "mosaic/settings.hpp"
#include "video/frame_source.hpp"

namespace mosaic {

/// What a sink wants to be handed.
enum class SinkFormat { yuv, rgb };

/// What the output must carry besides its frames.
struct SinkRequest {
  std::filesystem::path output;
  EncodeSettings encode;
  bool force = false;
  Size size;          ///< even width and height
  SourceInfo source;  ///< time base, frame rate, colour tags
  /// Video whose audio, subtitles, chapters and metadata are copied; unset for pictures.
  std::optional<std::filesystem::path> copy_streams_from;
  FrameRange range;  ///< copied streams are cut to the same stretch of time
  /// Keeps what is made segment by segment, outlives the sink; null: nothing is kept.
  JobFolder* job = nullptr;
};

class FrameSink {
 public:
  virtual ~FrameSink() = default;  ///< without publish(): removes what was written
  [[nodiscard]] virtual SinkFormat format() const = 0;
  virtual void write(const YuvImage& image, std::int64_t pts, std::int64_t duration) = 0;
  virtual void write(const RgbImage& image, std::int64_t pts, std::int64_t duration) = 0;
  /// The next frame is number `first_frame`, from 0. Needed only where frames an earlier run has
  /// made are left out, which takes a job's folder.
  virtual void begin_segment(std::int64_t first_frame) { static_cast<void>(first_frame); }
  /// What follows is made without regard to what came before: a video's encoder is closed and the
  /// next frame goes to a new one. Where pictures stand for themselves nothing happens.
  virtual void end_segment() {}
  /// After the last frame: drains, closes and syncs, still under a temporary name. Throws
  /// OutputError.
  virtual void complete() = 0;
  /// Where a completed output lies whose bytes will be those of its final name; nothing where that
  /// cannot be said: a pipe, pictures that join others in a folder.
  [[nodiscard]] virtual std::optional<std::filesystem::path> staged() const { return {}; }
  /// Gives what is complete its name. Throws OutputError.
  virtual void publish() = 0;
  /// It has its name, even if publish() threw: that the name may not be on the disk yet.
  [[nodiscard]] virtual bool published() const = 0;

  void finish() {
    complete();
    publish();
  }
};

/// Chooses by the output's name: .mp4 .mkv .mov .webm .gif; a folder (ends in '/' or exists) or a
/// pattern with %0Nd for numbered pictures; .png .jpg .jpeg for a still.
/// Throws UsageError for an unknown ending, OutputError when it exists and !force or cannot be
/// made.
///
/// Video: every pts is passed through in the source's time base (Matroska rounds to milliseconds).
/// Three cases move all streams together: a range that begins after frame 0 starts its output at 0,
/// and so do a source whose clock starts anywhere (MPEG-TS, MPEG-PS) and one whose pictures begin
/// before 0. What the container cannot
/// hold is named in a warning. Numbered pictures count from 1. A new folder appears when it is
/// complete; into an existing one the pictures are moved when all are written, and with `force`
/// they replace those of the same name (pictures with higher numbers stay and are named in a
/// warning).
std::unique_ptr<FrameSink> open_frame_sink(const SinkRequest& request,
                                           const RenderObserver& observer);

/// What open_frame_sink() refuses by the request alone, before anything is opened or written.
void check_sink_request(const SinkRequest& request);

/// ".mp4", ".mkv", ".mov" or ".webm" for an output that is a video (a pipe is one); else nothing.
std::string video_ending(const std::filesystem::path& output, const EncodeSettings& encode);

/// Whether the sink for this output can keep segments in a job's folder: videos and numbered
/// pictures. A GIF's frames are differences to those before them, a still is one frame.
bool keeps_segments(const std::filesystem::path& output);

/// Throws UsageError when both names lead to the same file or folder (by device and inode), or when
/// `input` is a folder and `output`, a file or a pattern, lies directly in it.
void refuse_same_file(const std::filesystem::path& input, const std::filesystem::path& output);

}  // namespace mosaic
