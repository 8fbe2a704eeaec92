// The container of a video: pictures as they come from an encoder, and everything else the source
// carries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/output_file.hpp"
#include "video/encode/stream_copy.hpp"
#include "video/frame_sink.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// FFmpeg's name of the container for an ending such as ".mkv".
const char* muxer_name(const std::string& ending);

/// Writes .mp4, .mov, .mkv or .webm to a temporary name; publish() gives it the final one.
/// In this order: open(), begin(), write() for each packet, complete(), publish(). Throws
/// OutputError.
class VideoMuxer {
 public:
  VideoMuxer(const SinkRequest& request, const std::string& ending, const RenderObserver& observer);

  /// The container, which an encoder must know before it is opened.
  [[nodiscard]] const AVOutputFormat& format() const { return *output_->oformat; }

  /// Adds the video stream and what is copied, and opens the file.
  void open(const AVCodecContext& encoder);

  /// What is taken off every time stamp when the first frame has this one, in the encoder's unit.
  [[nodiscard]] std::int64_t offset_for(std::int64_t first_pts) const;

  /// Writes the header. `first_pts` is the first frame's in the source's clock.
  void begin(std::int64_t first_pts);
  [[nodiscard]] bool begun() const { return begun_; }

  /// Times in the encoder's unit, less the offset. Takes the packet's contents.
  void write(AVPacket& packet);

  /// `end`: of the last frame, in the source's clock and the encoder's unit.
  void complete(std::int64_t end);
  [[nodiscard]] std::optional<std::filesystem::path> staged() const;
  void publish();
  /// It has its name, even if publish() threw.
  [[nodiscard]] bool published() const { return file_ && file_->committed(); }

 private:
  void check(int result) const;
  void open_file();
  void write_header(std::int64_t first_pts);
  [[nodiscard]] std::int64_t track_timescale() const;
  void keep_order(AVPacket& packet);
  void mux(AVPacket& packet);

  SinkRequest request_;
  RenderObserver observer_;
  std::optional<OutputFile> file_;  // outlives output_, which holds it open; none for a pipe
  OutputContext output_;
  std::optional<StreamCopy> copy_;
  AVRational unit_{1, 1};  ///< the encoder's time base
  AVRational frame_rate_{0, 1};
  AVStream* video_ = nullptr;               ///< owned by output_
  std::int64_t offset_ = 0;                 ///< taken off every pts, in unit_
  std::int64_t last_dts_ = AV_NOPTS_VALUE;  ///< in unit_
  bool begun_ = false;
};

}  // namespace mosaic
