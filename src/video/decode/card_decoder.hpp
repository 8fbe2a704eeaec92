// Video decoded on an NVIDIA card: NVDEC, by libavcodec's CUDA hwaccel.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "backend/card_frame.hpp"
#include "video/libav.hpp"

namespace mosaic {

class CardDecoder {
 public:
  /// Frames of one decoder that may lie on the card at once, besides those the decoder refers to.
  static constexpr int kMostKept = 8;

  /// FFmpeg's decoder of a codec that can hand its work to a card; nullptr when there is none.
  static const AVCodec* find(AVCodecID codec);

  /// Whether a codec's standard fixes every decoded sample, so that a card gives the CPU's. MPEG-1,
  /// 2 and 4, for one, leave the rounding of the inverse DCT open.
  static bool is_exact(AVCodecID codec);

  /// Throws DeviceError when FFmpeg cannot work with the card.
  explicit CardDecoder(const CardContext& card);

  /// Before the decoder is opened, whose frames fetch() is for. They come as AV_PIX_FMT_CUDA where
  /// the card takes the stream and gives the CPU's samples, else as decoded by the CPU.
  void attach(AVCodecContext& decoder);

  /// Brings a frame of format AV_PIX_FMT_CUDA into host memory, in the format that the CPU's
  /// decoder gives: filters do not take what a card gives. What it tells besides its samples stays.
  /// Throws DeviceError.
  void fetch(AVFrame& frame) const;

 private:
  void leave_on_card(FramePtr decoded, AVFrame& host) const;

  const AVCodecContext* decoder_ = nullptr;
  std::shared_ptr<AVBufferRef> device_;
  std::shared_ptr<std::atomic<int>> kept_;  ///< frames that a CardFrame holds
};

/// NV12 or P010, as cards give it, as planes: YUV420P or YUV420P10. Samples only.
FramePtr planar(const AVFrame& pairs);

/// Gives a frame in host memory the place where its samples lie on a card; copies of the frame have
/// it too.
void set_card_frame(AVFrame& frame, std::shared_ptr<const CardFrame> on_card);

/// What fetch() has left on the card of this frame; null where it has not: more than 8 bits,
/// cropped at the left or the top, or too many kept.
std::shared_ptr<const CardFrame> card_frame_of(const AVFrame& frame);

/// Makes a frame one that is not on the card: after its samples were changed, or before it is kept.
void forget_card_frame(AVFrame& frame);

}  // namespace mosaic
