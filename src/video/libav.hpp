// Owners, errors and version differences of FFmpeg's libraries; included inside this room only.
//
// Written for the API that FFmpeg 5.1 and 6.1 share; what differs is behind the functions at the
// end.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswresample/swresample.h>
}

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "video/frame_source.hpp"

namespace mosaic {

/// Frees what StandardInput::open() (video/decode/standard_input.hpp) made; nullptr is fine.
void close_standard_input(AVIOContext* context);

struct InputDeleter {
  void operator()(AVFormatContext* context) const noexcept {
    AVIOContext* pipe = (context->flags & AVFMT_FLAG_CUSTOM_IO) != 0 ? context->pb : nullptr;
    avformat_close_input(&context);
    close_standard_input(pipe);
  }
};
struct OutputDeleter {
  void operator()(AVFormatContext* context) const noexcept {
    avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
struct CodecDeleter {
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
};
struct FrameDeleter {
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
};
struct PacketDeleter {
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
};
struct GraphDeleter {
  void operator()(AVFilterGraph* graph) const noexcept { avfilter_graph_free(&graph); }
};
struct ResamplerDeleter {
  void operator()(SwrContext* context) const noexcept { swr_free(&context); }
};
struct SampleFifoDeleter {
  void operator()(AVAudioFifo* fifo) const noexcept { av_audio_fifo_free(fifo); }
};

using InputContext = std::unique_ptr<AVFormatContext, InputDeleter>;
using OutputContext = std::unique_ptr<AVFormatContext, OutputDeleter>;
using CodecContext = std::unique_ptr<AVCodecContext, CodecDeleter>;
using FramePtr = std::unique_ptr<AVFrame, FrameDeleter>;
using PacketPtr = std::unique_ptr<AVPacket, PacketDeleter>;
using FilterGraph = std::unique_ptr<AVFilterGraph, GraphDeleter>;
using Resampler = std::unique_ptr<SwrContext, ResamplerDeleter>;
using SampleFifo = std::unique_ptr<AVAudioFifo, SampleFifoDeleter>;

FramePtr make_frame();
PacketPtr make_packet();

/// An AVDictionary that lives as long as the scope. put() copies; leftovers are what nobody took.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dictionary_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  void put(const char* key, const std::string& value) {
    av_dict_set(&dictionary_, key, value.c_str(), 0);
  }
  [[nodiscard]] AVDictionary** get() { return &dictionary_; }
  /// Name of an option that was not used, or empty.
  [[nodiscard]] std::string leftover() const;

 private:
  AVDictionary* dictionary_ = nullptr;
};

/// AV_TIME_BASE_Q, which is C.
inline constexpr AVRational kMicroseconds{1, AV_TIME_BASE};

inline bool is_mov_family(const AVOutputFormat& container) {
  const std::string_view name = container.name;
  return name == "mp4" || name == "mov";
}
inline bool is_matroska_family(const AVOutputFormat& container) {
  const std::string_view name = container.name;
  return name == "matroska" || name == "webm";
}

inline AVRational to_av(Rational value) {
  return AVRational{static_cast<int>(value.num), static_cast<int>(value.den)};
}
inline Rational from_av(AVRational value) { return Rational{value.num, value.den}; }

/// Locale-independent shortest decimal.
std::string number_text(double value);

/// FFmpeg's words for an error code.
std::string av_error_text(int code);

/// The last line FFmpeg logged as an error on this thread, taken away by asking; may be empty.
std::string take_ffmpeg_error();

/// The same of lines that a demuxer logged. open_container() leaves here what was said after the
/// header had been read.
std::string take_demuxer_error();

/// Sends FFmpeg's log to take_ffmpeg_error() instead of stderr. FFmpeg has one log callback per
/// process; setting it again is harmless.
void route_ffmpeg_log();

/// A stream with larger frames is refused before memory is asked for.
inline constexpr std::int64_t kMostVideoPixels = std::int64_t{1} << 28;

/// "file:" and the path, so that names with ':' or '%' or a leading '-' are names and nothing else.
std::string file_url(const std::filesystem::path& path);

/// Opens a container and reads its headers. Only regular files, only FFmpeg's file protocol, only
/// demuxers that read one self-contained video: a play list is never followed, whatever its name.
/// `complaint` receives what FFmpeg logged as an error while it read the header, if anything.
/// Throws InputError.
InputContext open_container(const std::filesystem::path& path, std::string* complaint = nullptr);

/// The stream to show: the largest picture, then the one marked default, then the first; cover art
/// and streams without a decoder are passed over. nullptr when there is none.
AVStream* best_video_stream(const AVFormatContext& format);

/// OutputError for a failed FFmpeg call on `path`, in the system's words where it has some.
[[noreturn]] void throw_output_failure(const std::filesystem::path& path, int code);

// ---- where FFmpeg 5.1 and later differ ----

std::int64_t frame_duration(const AVFrame& frame);
void set_frame_duration(AVFrame& frame, std::int64_t duration);
bool frame_is_interlaced(const AVFrame& frame);
/// Whether decoding can begin with it.
bool frame_is_key(const AVFrame& frame);
/// Number of decode errors noted in a frame: 0 or 1.
bool frame_is_damaged(const AVFrame& frame);
/// The stream's display matrix (9 numbers), if any.
std::optional<std::array<std::int32_t, 9>> display_matrix(const AVStream& stream);
/// Whether the Matroska muxer moves a track by the codec delay it declares. 5.1 declares one for
/// Opus only and expects times that include it.
bool matroska_muxer_adds_codec_delay();
/// Pixel formats an encoder takes, ended by AV_PIX_FMT_NONE; nullptr: any.
const AVPixelFormat* encoder_pixel_formats(const AVCodec& codec);

}  // namespace mosaic
