#include "video/libav.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstring>
#include <new>
#include <string_view>
#include <system_error>

#include "core/output_file.hpp"
#include "mosaic/error.hpp"
#include "video/decode/complaints.hpp"
#include "video/decode/picture_content.hpp"
#include "video/decode/standard_input.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// Demuxers that read exactly the file they are given. Left out on purpose: everything that opens
/// further files or devices (concat, hls, dash, imf, sdp, image2, lavfi, vobsub ...) and everything
/// that takes arbitrary text for a video (tty).
constexpr const char* kDemuxers =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h261,h263,h264,hevc,vvc,"
    "obu,av1,ivf,ivr,flv,live_flv,kux,asf,asf_o,ogg,gif,apng,yuv4mpegpipe,nut,mxf,mxf_opatom,dv,rm,"
    "vc1,vc1test,dirac,dnxhd,cavsvideo,avs2,avs3,wtv,gxf,nsv,nuv,mjpeg,mjpeg_2000,smjpeg,ingenient,"
    "flic,swf,smk,bink,roq,film_cpk,4xm,vivo,amv,mv,mvi,thp,ea,wc3movie,idcin,iss,c93,bethsoftvid,"
    "dsicin,dxa,jv,rl2,rpl,tmv,vmd,xmv,yop,ifv,ipu,mlv,mtv,bfi,bmv,dhav,argo_brp,anm,avs,cine,"
    "filmstrip,frm,gdv,hnm,luodat,lvf,lxf,moflex,mods,mgsts,paf,pmp,pva,r3d,ser,sga,siff,simbiosis_"
    "imx,"
    "tiertexseq,txd,ty,vividas,viv,wsvqa,webp_anim";

/// Last error line of this thread. FFmpeg hands out log lines through one process-wide callback
/// without a user pointer, so the line has to wait here for the call that failed to pick it up.
std::string& error_line() {
  thread_local std::string line;
  return line;
}

/// The same, of a demuxer alone: decoders complain about recordings that begin between key frames.
std::string& demuxer_line() {
  thread_local std::string line;
  return line;
}

std::int64_t& demuxer_position() {
  thread_local std::int64_t position = -1;
  return position;
}

bool is_demuxer(const void* source) {
  if (source == nullptr) return false;
  const AVClass* kind = *static_cast<const AVClass* const*>(source);
  if (kind == nullptr) return false;
  const AVClassCategory category = kind->get_category != nullptr
                                       ? kind->get_category(const_cast<void*>(source))
                                       : kind->category;
  return category == AV_CLASS_CATEGORY_DEMUXER;
}

/// The decoder whose line it is; null: it is somebody else's.
const AVCodecContext* decoder_of(const void* source) {
  if (source == nullptr || *static_cast<const AVClass* const*>(source) != avcodec_get_class()) {
    return nullptr;
  }
  const auto* const context = static_cast<const AVCodecContext*>(source);
  return context->codec != nullptr && av_codec_is_decoder(context->codec) != 0 ? context : nullptr;
}

void keep_demuxer_line(const void* source, std::string_view line) {
  demuxer_line() = line;
  demuxer_position() = -1;
  if (*static_cast<const AVClass* const*>(source) != avformat_get_class()) return;
  AVIOContext* const input = static_cast<const AVFormatContext*>(source)->pb;
  if (input != nullptr) demuxer_position() = avio_tell(input);
}

/// Note [Damage that is only logged]
void count_complaint(const void* source, std::string_view line) {
  const AVCodecContext* const decoder = decoder_of(source);
  if (decoder == nullptr || decoder->opaque == nullptr) return;
  if (!tells_of_damage(decoder->codec_id, line)) return;
  ++static_cast<DecoderAccount*>(decoder->opaque)->complaints;
}

/// Without the address that FFmpeg puts before it ("[mov,mp4 @ 0x5581...] text"), and without its
/// end.
std::string_view bare_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  if (!line.starts_with('[')) return line;
  const std::size_t end = line.find("] ");
  return end == std::string_view::npos ? line : line.substr(end + 2);
}

/// FFmpeg calls it from C, through which no exception may pass. What counts as damage is counted
/// first and takes no memory; the texts only explain, and may be lacking.
void keep_error_line(void* source, int level, const char* format, va_list arguments) noexcept {
  const bool warning = level > AV_LOG_ERROR;
  if (warning && (level > AV_LOG_WARNING || !is_demuxer(source))) return;
  std::array<char, 512> text{};
  int print_prefix = 1;
  if (av_log_format_line2(source, level, format, arguments, text.data(), text.size(),
                          &print_prefix) < 0) {
    return;
  }
  const std::string_view line = bare_line(text.data());
  if (line.empty()) return;
  if (!warning) count_complaint(source, line);
  try {
    if (warning ? is_damage_warning(line) : is_demuxer(source)) keep_demuxer_line(source, line);
    if (!warning) error_line() = line;
  } catch (const std::bad_alloc&) {
    return;
  }
}

void require_regular_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw InputError("cannot read '" + path.native() +
                     "': " + std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    throw InputError("cannot read '" + path.native() + "': it is not a regular file");
  }
  if (status.st_size == 0) throw InputError("'" + path.native() + "' is empty");
}

[[noreturn]] void throw_not_a_video(const fs::path& path, int code) {
  const std::string detail = take_ffmpeg_error();
  if (code == AVERROR(EACCES) || code == AVERROR(EIO) || code == AVERROR(ENOENT)) {
    throw InputError("cannot read '" + path.native() + "': " + av_error_text(code));
  }
  // ENOMEM too: demuxers believe the sizes they read.
  std::string what = "'" + path.native() + "' is not a video";
  // EINVAL is the answer of the format whitelist; its log line would tell the user nothing.
  if (code != AVERROR(EINVAL) && !detail.empty()) what += " that can be read (" + detail + ")";
  throw InputError(what, "give a video file, a folder of pictures or a picture");
}

/// FFmpeg takes some rows of JPEGs for one, whose demuxer is not let in. nullptr: it may choose.
const AVInputFormat* demuxer_for(const fs::path& path, const AVIOContext* input) {
  const bool row =
      input != nullptr
          ? static_cast<const StandardInput*>(input->opaque)->first().starts_with("\xFF\xD8\xFF")
          : picture_content(path) == PictureContent::jpeg_row;
  return row ? av_find_input_format("mjpeg") : nullptr;
}

}  // namespace

FramePtr make_frame() {
  FramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

PacketPtr make_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string Options::leftover() const {
  const AVDictionaryEntry* entry = av_dict_get(dictionary_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
  return entry == nullptr ? std::string() : std::string(entry->key);
}

std::string number_text(double value) {
  std::array<char, 64> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), result.ptr);
}

std::string av_error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  if (av_strerror(code, text.data(), text.size()) < 0) return "error " + std::to_string(code);
  return text.data();
}

std::string take_ffmpeg_error() {
  std::string line;
  line.swap(error_line());
  return line;
}

std::string take_demuxer_error() {
  std::string line;
  line.swap(demuxer_line());
  return line;
}

std::int64_t demuxer_error_position() { return demuxer_position(); }

void route_ffmpeg_log() { av_log_set_callback(keep_error_line); }

std::string file_url(const fs::path& path) { return "file:" + path.native(); }

InputContext open_container(const fs::path& path, std::string* complaint) {
  route_ffmpeg_log();
  const bool pipe = is_standard_stream(path);
  if (!pipe) require_regular_file(path);
  take_ffmpeg_error();
  Options options;
  options.put("protocol_whitelist", pipe ? "pipe" : "file");
  options.put("format_whitelist", kDemuxers);
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) throw std::bad_alloc();
  AVIOContext* input = pipe ? StandardInput::open() : nullptr;
  raw->pb = input;
  const int opened = avformat_open_input(&raw, pipe ? "pipe:0" : file_url(path).c_str(),
                                         demuxer_for(path, input), options.get());
  if (opened < 0) {
    close_standard_input(input);
    throw_not_a_video(path, opened);
  }
  InputContext format(raw);
  if (complaint != nullptr) *complaint = take_ffmpeg_error();
  take_demuxer_error();
  const int found = avformat_find_stream_info(format.get(), nullptr);
  if (found < 0) throw_not_a_video(path, found);
  return format;
}

AVStream* best_video_stream(const AVFormatContext& format) {
  AVStream* best = nullptr;
  const auto rank = [](const AVStream& stream) {
    const std::int64_t area =
        std::int64_t{stream.codecpar->width} * std::int64_t{stream.codecpar->height};
    return std::pair(area, (stream.disposition & AV_DISPOSITION_DEFAULT) != 0);
  };
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    AVStream* stream = format.streams[i];
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if ((stream->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) !=
        0) {
      continue;
    }
    if (avcodec_find_decoder(stream->codecpar->codec_id) == nullptr) continue;
    if (rank(*stream).first > kMostVideoPixels) continue;
    if (best == nullptr || rank(*stream) > rank(*best)) best = stream;
  }
  return best;
}

void throw_output_failure(const fs::path& path, int code) {
  const std::string detail = take_ffmpeg_error();
  const int error_number = AVUNERROR(code);
  if (error_number > 0 && error_number < 4096) {
    throw output_error("cannot write", path, error_number);
  }
  std::string what = "cannot write '" + path.native() + "': " + av_error_text(code);
  if (!detail.empty()) what += " (" + detail + ")";
  throw OutputError(what);
}

std::int64_t frame_duration(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

void set_frame_duration(AVFrame& frame, std::int64_t duration) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 0)
  frame.duration = duration;
#else
  frame.pkt_duration = duration;
#endif
}

bool frame_is_interlaced(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame.interlaced_frame != 0;
#endif
}

bool frame_is_key(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame.flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame.key_frame != 0;
#endif
}

bool frame_is_damaged(const AVFrame& frame) {
  return (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
}

std::optional<std::array<std::int32_t, 9>> display_matrix(const AVStream& stream) {
  std::size_t size = 0;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData* side =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* data = side == nullptr ? nullptr : side->data;
  if (side != nullptr) size = side->size;
#else
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
  std::array<std::int32_t, 9> matrix{};
  if (data == nullptr || size < sizeof matrix) return std::nullopt;
  std::memcpy(matrix.data(), data, sizeof matrix);
  return matrix;
}

bool matroska_muxer_adds_codec_delay() {
  return LIBAVFORMAT_VERSION_INT > AV_VERSION_INT(59, 30, 100);
}

std::string video_libraries() {
  const auto version = [](unsigned number) {
    return std::to_string(AV_VERSION_MAJOR(number)) + "." +
           std::to_string(AV_VERSION_MINOR(number)) + "." +
           std::to_string(AV_VERSION_MICRO(number));
  };
  return "libavcodec " + version(avcodec_version()) + ", libavformat " +
         version(avformat_version());
}

const AVPixelFormat* encoder_pixel_formats(const AVCodec& codec) { return codec.pix_fmts; }

}  // namespace mosaic
