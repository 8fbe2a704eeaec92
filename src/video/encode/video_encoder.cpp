#include "video/encode/video_encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <new>
#include <string_view>

#include "video/sources.hpp"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

namespace mosaic {

namespace {

/// Effort names of x264, fastest first; encoders with numbers get the matching column.
struct EffortName {
  std::string_view name;
  int vpx_cpu_used;
  int svt_preset;
  const char* nvenc_preset;
};
constexpr std::array<EffortName, 10> kEfforts = {{{"ultrafast", 8, 12, "p1"},
                                                  {"superfast", 7, 11, "p1"},
                                                  {"veryfast", 5, 10, "p2"},
                                                  {"faster", 4, 9, "p3"},
                                                  {"fast", 3, 8, "p3"},
                                                  {"medium", 2, 7, "p4"},
                                                  {"slow", 1, 5, "p5"},
                                                  {"slower", 1, 4, "p6"},
                                                  {"veryslow", 0, 3, "p7"},
                                                  {"placebo", 0, 2, "p7"}}};

std::string effort_names() {
  std::string names;
  for (const EffortName& effort : kEfforts) {
    names += (names.empty() ? "" : " ") + std::string(effort.name);
  }
  return names;
}

const EffortName* find_effort(std::string_view name) {
  const auto* found = std::find_if(kEfforts.begin(), kEfforts.end(),
                                   [&](const EffortName& effort) { return effort.name == name; });
  return found == kEfforts.end() ? nullptr : found;
}

const AVOption* find_option(const AVCodec& codec, const char* name) {
  const AVClass* options = codec.priv_class;
  return options == nullptr
             ? nullptr
             : av_opt_find(static_cast<void*>(&options), name, nullptr, 0, AV_OPT_SEARCH_FAKE_OBJ);
}

bool is_nvenc(const AVCodec& codec) { return std::string_view(codec.name).ends_with("_nvenc"); }

/// Whether an option with names for its values has this one.
bool takes_name(const AVCodec& codec, const AVOption& option, const std::string& name) {
  const AVClass* options = codec.priv_class;
  return av_opt_find(static_cast<void*>(&options), name.c_str(), option.unit, 0,
                     AV_OPT_SEARCH_FAKE_OBJ) != nullptr;
}

bool takes_format(const AVCodec& codec, AVPixelFormat wanted) {
  const AVPixelFormat* formats = encoder_pixel_formats(codec);
  if (formats == nullptr) return true;
  for (; *formats != AV_PIX_FMT_NONE; ++formats) {
    if (*formats == wanted) return true;
  }
  return false;
}

bool fits(const AVCodec& codec, const AVOutputFormat& container) {
  return takes_format(codec, AV_PIX_FMT_YUV420P) &&
         avformat_query_codec(&container, codec.id, FF_COMPLIANCE_NORMAL) == 1;
}

std::string encoders_for(const AVOutputFormat& container) {
  std::string names;
  void* state = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&state)) {
    if (av_codec_is_encoder(codec) == 0 || codec->type != AVMEDIA_TYPE_VIDEO) continue;
    if ((codec->capabilities & AV_CODEC_CAP_EXPERIMENTAL) != 0 || !fits(*codec, container))
      continue;
    names += (names.empty() ? "" : " ") + std::string(codec->name);
  }
  return names;
}

const AVCodec& find_encoder(const std::string& name, const AVOutputFormat& container) {
  const AVCodec* codec = avcodec_find_encoder_by_name(name.c_str());
  const std::string hint =
      std::string("encoders for .") +
      std::string(std::string_view(container.extensions)
                      .substr(0, std::string_view(container.extensions).find(','))) +
      ": " + encoders_for(container);
  if (codec == nullptr) {
    throw DeviceError("this FFmpeg has no video encoder '" + name + "'", hint);
  }
  if (codec->type != AVMEDIA_TYPE_VIDEO) {
    throw UsageError("encoder '" + name + "' does not make video", hint);
  }
  if (!takes_format(*codec, AV_PIX_FMT_YUV420P)) {
    throw UsageError("encoder '" + name + "' does not take 8-bit 4:2:0 pictures", hint);
  }
  if (!fits(*codec, container)) {
    throw UsageError(
        "a " + std::string(container.name) + " file cannot hold what '" + name + "' makes", hint);
  }
  return *codec;
}

void require_in_range(const AVOption& option, double value, double least, double most,
                      const std::string& flag) {
  const double low = std::max(option.min, least);
  const double high = std::min(option.max, most);
  if (value >= low && value <= high) return;
  throw UsageError(flag + " " + number_text(value) + " is out of range for this encoder",
                   "it takes " + number_text(low) + " to " + number_text(high));
}

void put_quality(Options& options, const AVCodec& codec, double crf,
                 const RenderObserver& observer) {
  // The encoders' own scales: x264 and x265 end at 51, VP9, AV1 (SVT, aom) at 63.
  const bool h26x = std::strstr(codec.name, "264") != nullptr ||
                    std::strstr(codec.name, "265") != nullptr ||
                    std::strstr(codec.name, "hevc") != nullptr || is_nvenc(codec);
  const double most = h26x ? 51.0 : 63.0;
  for (const char* name : {"crf", "cq"}) {
    const AVOption* option = find_option(codec, name);
    if (option == nullptr) continue;
    // 0 would leave the quality to NVENC.
    require_in_range(*option, crf, is_nvenc(codec) ? 1.0 : 0.0, most, "--crf");
    // Integer options (VP9) reject a fraction instead of rounding it.
    const bool whole = option->type == AV_OPT_TYPE_INT;
    if (whole && crf != static_cast<double>(static_cast<int>(crf))) {
      throw UsageError("--crf " + number_text(crf) + " must be a whole number for '" +
                       std::string(codec.name) + "'");
    }
    options.put(name, number_text(crf));
    return;
  }
  tell(observer.notice, "encoder '" + std::string(codec.name) +
                            "' has no constant-quality setting; --crf does nothing with it");
}

[[noreturn]] void refuse_preset(const std::string& preset, const AVCodec& codec) {
  throw UsageError("'" + std::string(codec.name) + "' has no preset '" + preset + "'",
                   "--encoder-preset takes one of " + effort_names());
}

/// A preset given as a name of ours or as the encoder's own number.
void put_numbered_preset(Options& options, const AVCodec& codec, const AVOption& option,
                         const std::string& preset, int from_name, bool named) {
  int number = from_name;
  if (!named) {
    const auto [end, failure] =
        std::from_chars(preset.data(), preset.data() + preset.size(), number);
    if (failure != std::errc() || end != preset.data() + preset.size() || number < option.min ||
        number > option.max) {
      refuse_preset(preset, codec);
    }
  }
  options.put(option.name, std::to_string(number));
}

/// A preset given as a name of ours or as one of the encoder's own.
void put_named_preset(Options& options, const AVCodec& codec, const AVOption& option,
                      const std::string& preset, const EffortName* effort) {
  const bool x26x = std::string_view(codec.name).starts_with("libx26");
  if (x26x && effort == nullptr) refuse_preset(preset, codec);
  if (is_nvenc(codec) && effort != nullptr) {
    options.put(option.name, effort->nvenc_preset);
    return;
  }
  if (is_nvenc(codec) && !takes_name(codec, option, preset)) refuse_preset(preset, codec);
  options.put(option.name, preset);
}

void put_preset(Options& options, const AVCodec& codec, const std::string& preset,
                const RenderObserver& observer) {
  const EffortName* effort = find_effort(preset);
  if (const AVOption* option = find_option(codec, "preset")) {
    const bool numbered = option->type == AV_OPT_TYPE_INT && option->unit == nullptr;
    if (numbered) {
      put_numbered_preset(options, codec, *option, preset,
                          effort == nullptr ? 0 : effort->svt_preset, effort != nullptr);
      return;
    }
    put_named_preset(options, codec, *option, preset, effort);
    return;
  }
  if (const AVOption* option = find_option(codec, "cpu-used")) {
    put_numbered_preset(options, codec, *option, preset,
                        effort == nullptr ? 0 : effort->vpx_cpu_used, effort != nullptr);
    return;
  }
  if (preset != EncodeSettings{}.preset) {
    tell(observer.notice, "encoder '" + std::string(codec.name) +
                              "' has no presets; --encoder-preset does nothing with it");
  }
}

/// Transfer and primaries that go with a matrix where the source names none (H.273 code points).
AVColorPrimaries usual_primaries(YuvMatrix matrix) {
  switch (matrix) {
    case YuvMatrix::bt601:
      return AVCOL_PRI_SMPTE170M;
    case YuvMatrix::bt2020:
      return AVCOL_PRI_BT2020;
    case YuvMatrix::bt709:
      break;
  }
  return AVCOL_PRI_BT709;
}

AVColorTransferCharacteristic usual_transfer(YuvMatrix matrix) {
  return matrix == YuvMatrix::bt601 ? AVCOL_TRC_SMPTE170M : AVCOL_TRC_BT709;
}

AVColorSpace tag_of(YuvMatrix matrix) {
  switch (matrix) {
    case YuvMatrix::bt601:
      return AVCOL_SPC_SMPTE170M;
    case YuvMatrix::bt2020:
      return AVCOL_SPC_BT2020_NCL;
    case YuvMatrix::bt709:
      break;
  }
  return AVCOL_SPC_BT709;
}

}  // namespace

int encoder_threads(int height_px) {
  // Each x264 thread works on its own frame and may refer only to rows the frame before it has
  // finished, so threads cost vertical motion range and memory. With 66 rows per thread a mosaic's
  // file was a third larger than with 88 or more; see docs/benchmarks.md.
  return std::clamp(height_px / 132, 2, 16);
}

std::string codec_for(const EncodeSettings& encode, const std::string& ending) {
  if (!encode.codec.empty()) return encode.codec;
  return ending == ".webm" ? "libvpx-vp9" : "libx264";
}

VideoEncoder::VideoEncoder(const std::string& codec_name, const SinkRequest& request,
                           const AVOutputFormat& container, const RenderObserver& observer)
    : output_(request.output), frame_(make_frame()) {
  route_ffmpeg_log();
  const AVCodec& codec = find_encoder(codec_name, container);
  context_.reset(avcodec_alloc_context3(&codec));
  if (!context_) throw std::bad_alloc();
  set_picture_facts(request);
  if ((container.flags & AVFMT_GLOBALHEADER) != 0) context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  open(codec, request, observer);
}

void VideoEncoder::set_picture_facts(const SinkRequest& request) {
  const SourceInfo& source = request.source;
  context_->width = request.size.width;
  context_->height = request.size.height;
  context_->pix_fmt = AV_PIX_FMT_YUV420P;
  context_->sample_aspect_ratio = AVRational{1, 1};
  context_->time_base = to_av(source.time_base);
  context_->framerate = to_av(source.frame_rate);
  context_->thread_count = encoder_threads(request.size.height);
  context_->flags |= AV_CODEC_FLAG_BITEXACT;
  context_->colorspace = tag_of(source.matrix);
  context_->color_range = source.range == YuvRange::full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  const bool no_primaries = source.color_primaries == AVCOL_PRI_UNSPECIFIED;
  context_->color_primaries = no_primaries ? usual_primaries(source.matrix)
                                           : static_cast<AVColorPrimaries>(source.color_primaries);
  const bool no_transfer = source.color_transfer == AVCOL_TRC_UNSPECIFIED;
  context_->color_trc = no_transfer
                            ? usual_transfer(source.matrix)
                            : static_cast<AVColorTransferCharacteristic>(source.color_transfer);
  context_->chroma_sample_location = AVCHROMA_LOC_CENTER;  // means of 2x2 blocks
  usual_duration_ = std::max<std::int64_t>(
      1, av_rescale_q(1, av_inv_q(context_->framerate), context_->time_base));
}

void VideoEncoder::open(const AVCodec& codec, const SinkRequest& request,
                        const RenderObserver& observer) {
  Options options;
  put_quality(options, codec, request.encode.crf, observer);
  put_preset(options, codec, request.encode.preset, observer);
  const std::string_view name = codec.name;
  if (name == "libx264") {
    options.put("x264-params", "cpu-independent=1:sliced-threads=0");
  } else if (name == "libvpx-vp9") {
    options.put("b", "0");
    options.put("deadline", "good");
    options.put("row-mt", "0");
  } else {
    if (is_nvenc(codec)) {  // "cq" counts in this mode alone, and without a bit rate to keep
      options.put("rc", "vbr");
      options.put("b", "0");
    }
    // x265 writes to stderr by itself.
    if (name == "libx265") options.put("x265-params", "log-level=none");
    tell(observer.info,
         "the promise of equal bytes on every machine covers libx264 and "
         "libvpx-vp9, not '" +
             std::string(name) + "'");
  }
  take_ffmpeg_error();
  const int result = avcodec_open2(context_.get(), &codec, options.get());
  if (result < 0) {
    const std::string detail = take_ffmpeg_error();
    const std::string what = "encoder '" + std::string(name) + "' cannot be opened: " +
                             (detail.empty() ? av_error_text(result) : detail);
    if ((codec.capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) != 0) {
      throw DeviceError(what, "use --codec libx264, which needs no device");
    }
    throw UsageError(what, "check --codec, --crf and --encoder-preset");
  }
}

void VideoEncoder::send(const YuvImage& image, std::int64_t pts, std::int64_t duration) {
  av_frame_unref(frame_.get());
  frame_->format = context_->pix_fmt;
  frame_->width = context_->width;
  frame_->height = context_->height;
  if (av_frame_get_buffer(frame_.get(), 0) < 0) throw std::bad_alloc();
  const std::array<const Plane*, 3> planes{&image.y, &image.u, &image.v};
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const Plane& plane = *planes[i];
    for (int y = 0; y < plane.size.height; ++y) {
      std::memcpy(frame_->data[i] + std::ptrdiff_t{y} * frame_->linesize[i], plane.row(y),
                  static_cast<std::size_t>(plane.size.width));
    }
  }
  frame_->pts = pts;
  frame_->sample_aspect_ratio = context_->sample_aspect_ratio;
  frame_->colorspace = context_->colorspace;
  frame_->color_range = context_->color_range;
  frame_->color_primaries = context_->color_primaries;
  frame_->color_trc = context_->color_trc;
  durations_[pts] = duration > 0 ? duration : usual_duration_;
  submit(frame_.get());
}

void VideoEncoder::send_end() { submit(nullptr); }

void VideoEncoder::submit(const AVFrame* frame) {
  const int result = avcodec_send_frame(context_.get(), frame);
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) throw_output_failure(output_, result);
}

bool VideoEncoder::receive(AVPacket& packet) {
  const int result = avcodec_receive_packet(context_.get(), &packet);
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return false;
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result < 0) throw_output_failure(output_, result);
  const auto found = durations_.find(packet.pts);
  packet.duration = found == durations_.end() ? usual_duration_ : found->second;
  if (found != durations_.end()) durations_.erase(found);
  return true;
}

}  // namespace mosaic
