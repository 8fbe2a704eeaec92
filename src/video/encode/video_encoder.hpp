// One video encoder, set up so that its bytes depend on the pictures and the settings only.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "mosaic/image.hpp"
#include "video/frame_sink.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// Encoder threads for a picture of this height. A function of the size and of nothing else: the
/// number of threads decides x264's bytes, so it must not follow the machine.
int encoder_threads(int height_px);

/// FFmpeg's name of the encoder for a container with this ending.
std::string codec_for(const EncodeSettings& encode, const std::string& ending);

class VideoEncoder {
 public:
  /// `codec_name` is FFmpeg's. Throws UsageError for an encoder that does not take 8-bit 4:2:0,
  /// does not fit the container, or settings it does not know; DeviceError for one that this FFmpeg
  /// does not have and for a hardware encoder that cannot be opened.
  VideoEncoder(const std::string& codec_name, const SinkRequest& request,
               const AVOutputFormat& container, const RenderObserver& observer);

  [[nodiscard]] const AVCodecContext& context() const { return *context_; }

  void send(const YuvImage& image, std::int64_t pts, std::int64_t duration);
  void send_end();
  /// Next packet, in the encoder's time base with its duration; false when more input is needed.
  bool receive(AVPacket& packet);

  /// Of a frame that does not tell, in the encoder's time base.
  [[nodiscard]] std::int64_t usual_duration() const { return usual_duration_; }

 private:
  void set_picture_facts(const SinkRequest& request);
  void open(const AVCodec& codec, const SinkRequest& request, const RenderObserver& observer);
  void submit(const AVFrame* frame);

  std::filesystem::path output_;
  CodecContext context_;
  FramePtr frame_;
  /// Durations on their way through the encoder, by pts.
  std::map<std::int64_t, std::int64_t> durations_;
  std::int64_t usual_duration_ = 1;
};

}  // namespace mosaic
