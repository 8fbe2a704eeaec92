// Sound that a WebM file cannot hold, encoded anew as Opus.
#pragma once

#include <cstdint>
#include <functional>

#include "video/libav.hpp"

namespace mosaic {

/// One audio stream through decoder, resampler and libopus, 48 kHz, up to 8 channels.
/// Its bytes depend on the machine (floating-point SIMD), unlike everything else in a file.
class OpusTrack {
 public:
  using PacketWriter = std::function<void(AVPacket&)>;

  /// Throws InputError when the stream cannot be decoded, DeviceError when FFmpeg lacks libopus.
  explicit OpusTrack(const AVStream& from);

  /// For the output stream's parameters; its time base is 1/48000.
  [[nodiscard]] const AVCodecContext& encoder() const { return *encoder_; }

  /// Takes one source packet, or nullptr at the end; hands over packets in the encoder's time base.
  void convert(const AVPacket* packet, const PacketWriter& write);

 private:
  void open_decoder(const AVStream& from);
  void open_encoder();
  [[nodiscard]] bool resampler_suits(const AVFrame& frame) const;
  void set_up_resampler(const AVFrame& frame);
  void take(const AVFrame* frame, const PacketWriter& write);
  void fill_gap(const AVFrame& frame, const PacketWriter& write);
  void encode(bool last, const PacketWriter& write);
  void drain_encoder(const PacketWriter& write);

  CodecContext decoder_;
  CodecContext encoder_;
  Resampler resampler_;
  FramePtr taken_;  ///< no samples: the format, rate and channels resampler_ is set up for
  SampleFifo fifo_;
  FramePtr decoded_;
  FramePtr block_;
  PacketPtr packet_;
  AVRational source_time_base_{1, 1};
  std::int64_t next_pts_ = AV_NOPTS_VALUE;  ///< of the first sample in fifo_, in 1/48000 s
};

}  // namespace mosaic
