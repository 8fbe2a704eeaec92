#include "video/decode/card_decoder.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "mosaic/error.hpp"

extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>
#ifdef MOSAIC_WITH_CUDA
#include <libavutil/hwcontext_cuda.h>
#endif
}

namespace mosaic {
namespace {

constexpr const char* kWayOut = "use --decode cpu; the result is the same";

/// NVDEC may fail with more surfaces (FFmpeg's own warning).
constexpr int kMostSurfaces = 32;
/// What FFmpeg adds to the surfaces that a decoder asks for.
constexpr int kWorkSurfaces = 3;

using CardFramePtr = std::shared_ptr<const CardFrame>;

[[noreturn]] void refuse(const std::string& what, int result) {
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  const std::string detail = take_ffmpeg_error();
  throw DeviceError(what + ": " + (detail.empty() ? av_error_text(result) : detail), kWayOut);
}

void check(int result, const std::string& what) {
  if (result < 0) refuse(what, result);
}

void release(AVBufferRef* reference) { av_buffer_unref(&reference); }

bool works_on_card(const AVCodec& codec) {
  for (int i = 0; const AVCodecHWConfig* config = avcodec_get_hw_config(&codec, i); ++i) {
    const bool by_device = (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0;
    if (config->device_type == AV_HWDEVICE_TYPE_CUDA && by_device) return true;
  }
  return false;
}

/// Whether what a card makes of a stream arrives as the CPU's samples do. NVDEC pads odd sizes, and
/// hands out more than 10 bits, and 4:4:4 of more than 8, scaled to 16.
bool arrives_unchanged(const AVCodecContext& decoder) {
  constexpr std::array kFormats = {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P10};
  const bool even = decoder.coded_width % 2 == 0 && decoder.coded_height % 2 == 0;
  return even && std::ranges::find(kFormats, decoder.sw_pix_fmt) != kFormats.end();
}

/// As many frames beyond the decoder's own as there is room for, and at least one.
int spare_surfaces(AVCodecContext& decoder) {
  decoder.extra_hw_frames = 0;
  AVBufferRef* parameters = nullptr;
  if (avcodec_get_hw_frames_parameters(&decoder, decoder.hw_device_ctx, AV_PIX_FMT_CUDA,
                                       &parameters) < 0) {
    return 1;
  }
  const int own = reinterpret_cast<const AVHWFramesContext*>(parameters->data)->initial_pool_size;
  av_buffer_unref(&parameters);
  return std::clamp(kMostSurfaces - kWorkSurfaces - own, 1, CardDecoder::kMostKept + 1);
}

template <class Sample>
void split_row(const std::uint8_t* pairs, int count, int shift, std::uint8_t* u, std::uint8_t* v) {
  const auto* const from = reinterpret_cast<const Sample*>(pairs);
  for (int x = 0; x < count; ++x) {
    reinterpret_cast<Sample*>(u)[x] = static_cast<Sample>(from[2 * x] >> shift);
    reinterpret_cast<Sample*>(v)[x] = static_cast<Sample>(from[2 * x + 1] >> shift);
  }
}

template <class Sample>
void shift_row(const std::uint8_t* row, int count, int shift, std::uint8_t* to) {
  const auto* const from = reinterpret_cast<const Sample*>(row);
  for (int x = 0; x < count; ++x) {
    reinterpret_cast<Sample*>(to)[x] = static_cast<Sample>(from[x] >> shift);
  }
}

template <class Sample>
void split_planes(const AVFrame& pairs, int shift, AVFrame& planes) {
  const auto row = [](const AVFrame& of, int plane, int y) {
    return of.data[plane] + std::ptrdiff_t{y} * of.linesize[plane];
  };
  for (int y = 0; y < pairs.height; ++y) {
    shift_row<Sample>(row(pairs, 0, y), pairs.width, shift, row(planes, 0, y));
  }
  for (int y = 0; y < (pairs.height + 1) / 2; ++y) {
    split_row<Sample>(row(pairs, 1, y), (pairs.width + 1) / 2, shift, row(planes, 1, y),
                      row(planes, 2, y));
  }
}

/// AVCodecContext::get_format: the card where it can, else the first format of the CPU.
AVPixelFormat choose_format(AVCodecContext* decoder, const AVPixelFormat* offered) {
  AVPixelFormat by_cpu = AV_PIX_FMT_NONE;
  for (; *offered != AV_PIX_FMT_NONE; ++offered) {
    if (*offered == AV_PIX_FMT_CUDA && arrives_unchanged(*decoder)) {
      decoder->extra_hw_frames = spare_surfaces(*decoder);
      return AV_PIX_FMT_CUDA;
    }
    const bool hardware = (av_pix_fmt_desc_get(*offered)->flags & AV_PIX_FMT_FLAG_HWACCEL) != 0;
    if (!hardware && by_cpu == AV_PIX_FMT_NONE) by_cpu = *offered;
  }
  return by_cpu;
}

}  // namespace

const AVCodec* CardDecoder::find(AVCodecID wanted) {
  void* position = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&position)) {
    // The decoders called *_cuvid do it too, but parse streams by the driver and not by FFmpeg.
    const bool wrapper = (codec->capabilities & AV_CODEC_CAP_HARDWARE) != 0;
    if (codec->id == wanted && av_codec_is_decoder(codec) != 0 && !wrapper &&
        works_on_card(*codec)) {
      return codec;
    }
  }
  return nullptr;
}

bool CardDecoder::is_exact(AVCodecID codec) {
  constexpr std::array kExact = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8,
                                 AV_CODEC_ID_VP9, AV_CODEC_ID_AV1};
  return std::ranges::find(kExact, codec) != kExact.end();
}

FramePtr planar(const AVFrame& pairs) {
  const bool deep = pairs.format == AV_PIX_FMT_P010;
  if (!deep && pairs.format != AV_PIX_FMT_NV12) throw std::logic_error("a frame of neither kind");
  FramePtr planes = make_frame();
  planes->format = deep ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;
  planes->width = pairs.width;
  planes->height = pairs.height;
  if (av_frame_get_buffer(planes.get(), 0) < 0) throw std::bad_alloc();
  // P010 has its 10 bits at the top.
  if (deep) {
    split_planes<std::uint16_t>(pairs, 6, *planes);
  } else {
    split_planes<std::uint8_t>(pairs, 0, *planes);
  }
  return planes;
}

CardDecoder::CardDecoder(const CardContext& card) : kept_(std::make_shared<std::atomic<int>>(0)) {
  constexpr const char* kWhat = "FFmpeg cannot decode on the card";
  device_.reset(av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_CUDA), release);
  if (!device_) refuse(kWhat, AVERROR(ENOSYS));
#ifdef MOSAIC_WITH_CUDA
  // A context of FFmpeg's own could not be shared: its frames would be out of our kernels' reach,
  // and the primary one it takes with flags of its choice only.
  auto* const device = reinterpret_cast<AVHWDeviceContext*>(device_->data);
  static_cast<AVCUDADeviceContext*>(device->hwctx)->cuda_ctx =
      static_cast<CUcontext>(card.driver_context);
  check(av_hwdevice_ctx_init(device_.get()), kWhat);
#else
  static_cast<void>(card);
  refuse(kWhat, AVERROR(ENOSYS));
#endif
}

void CardDecoder::attach(AVCodecContext& decoder) {
  decoder.hw_device_ctx = av_buffer_ref(device_.get());
  if (decoder.hw_device_ctx == nullptr) throw std::bad_alloc();
  decoder.get_format = choose_format;
  decoder_ = &decoder;
}

void CardDecoder::fetch(AVFrame& frame) const {
  constexpr const char* kWhat = "cannot fetch a frame that was decoded on the card";
  FramePtr pairs = make_frame();
  take_ffmpeg_error();
  check(av_hwframe_transfer_data(pairs.get(), &frame, 0), kWhat);
  // FFmpeg up to 6 returns 0 after a copy that failed, and says so in its log only.
  if (const std::string said = take_ffmpeg_error(); !said.empty()) {
    throw DeviceError(std::string(kWhat) + ": " + said, kWayOut);
  }
  FramePtr host = planar(*pairs);
  check(av_frame_copy_props(host.get(), &frame), kWhat);
  // FFmpeg crops frames on a card at the right and at the bottom only.
  check(av_frame_apply_cropping(host.get(), AV_FRAME_CROP_UNALIGNED), kWhat);
  FramePtr decoded = make_frame();
  av_frame_move_ref(decoded.get(), &frame);
  av_frame_move_ref(&frame, host.get());
  leave_on_card(std::move(decoded), frame);
}

/// Keeps the decoder's frame with its copy in host memory. av_hwframe_transfer_data() has waited
/// for it to be written.
void CardDecoder::leave_on_card(FramePtr decoded, AVFrame& host) const {
  const bool cropped = decoded->crop_left != 0 || decoded->crop_top != 0;
  // One of the frames beyond the decoder's own is the next to be fetched.
  const int most = std::min(kMostKept, decoder_->extra_hw_frames - 1);
  if (host.format != AV_PIX_FMT_YUV420P || cropped || *kept_ >= most) return;
  ++*kept_;
  auto frame = std::make_unique<CardFrame>();
  frame->y = decoded->data[0];
  frame->uv = decoded->data[1];
  frame->y_pitch = decoded->linesize[0];
  frame->uv_pitch = decoded->linesize[1];
  frame->size = {host.width, host.height};
  frame->memory = std::shared_ptr<AVFrame>(decoded.release(), [kept = kept_](AVFrame* owned) {
    av_frame_free(&owned);
    --*kept;
  });
  set_card_frame(host, std::move(frame));
}

void set_card_frame(AVFrame& frame, CardFramePtr on_card) {
  auto handle = std::make_unique<CardFramePtr>(std::move(on_card));
  AVBufferRef* const reference = av_buffer_create(
      reinterpret_cast<std::uint8_t*>(handle.get()), sizeof(CardFramePtr),
      [](void*, std::uint8_t* data) { delete reinterpret_cast<CardFramePtr*>(data); }, nullptr, 0);
  if (reference == nullptr) throw std::bad_alloc();
  static_cast<void>(handle.release());  // the reference's now
  forget_card_frame(frame);
  frame.opaque_ref = reference;
}

CardFramePtr card_frame_of(const AVFrame& frame) {
  if (frame.opaque_ref == nullptr) return nullptr;
  return *reinterpret_cast<const CardFramePtr*>(frame.opaque_ref->data);
}

void forget_card_frame(AVFrame& frame) { av_buffer_unref(&frame.opaque_ref); }

}  // namespace mosaic
