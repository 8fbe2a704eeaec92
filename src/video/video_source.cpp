// A video file as frames, by FFmpeg.
#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "video/libav.hpp"
#include "video/orientation.hpp"
#include "video/pixel_reader.hpp"
#include "video/sources.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>
}

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// Constant, because what a decoder makes of damaged data can depend on how frames are spread over
/// threads; intact streams decode the same with any number.
constexpr int kDecoderThreads = 4;

/// Failing calls in a row after which a stream is taken to have ended.
constexpr int kMostFailures = 1000;

const char* matrix_name(YuvMatrix matrix) {
  switch (matrix) {
    case YuvMatrix::bt601:
      return "BT.601";
    case YuvMatrix::bt2020:
      return "BT.2020";
    case YuvMatrix::bt709:
      break;
  }
  return "BT.709";
}

bool is_hdr(AVColorTransferCharacteristic transfer) {
  return transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67;
}

/// Frames the container's index promises to show, and whether the file is long enough to hold them.
struct Announced {
  std::int64_t frames = -1;
  bool exact = false;  ///< one index entry per frame shown
  bool file_too_short = false;
};

Announced announced_frames(const AVFormatContext& format, AVStream& stream) {
  Announced result;
  if (stream.nb_frames <= 0) return result;
  result.frames = stream.nb_frames;
  const bool mov = av_match_name("mov", format.iformat->name) != 0;
  const int entries = avformat_index_get_entries_count(&stream);
  // Matroska and AVI index key frames or what they have met so far; only mov lists every sample.
  if (!mov || entries <= 0) return result;
  std::int64_t shown = 0;
  std::int64_t end_of_data = 0;
  for (int i = 0; i < entries; ++i) {
    const AVIndexEntry* entry = avformat_index_get_entry(&stream, i);
    if ((entry->flags & AVINDEX_DISCARD_FRAME) == 0) ++shown;
    end_of_data = std::max(end_of_data, entry->pos + entry->size);
  }
  result.frames = shown;
  result.exact = true;
  const std::int64_t file_size = avio_size(format.pb);
  result.file_too_short = file_size > 0 && end_of_data > file_size;
  return result;
}

class VideoSource final : public FrameSource {
 public:
  VideoSource(const fs::path& path, const RenderObserver& observer)
      : path_(path),
        observer_(observer),
        format_(open_container(path)),
        packet_(make_packet()),
        frame_(make_frame()) {
    choose_stream();
    open_decoder();
    announced_ = announced_frames(*format_, *stream_);
    if (!decode_next()) {
      const std::string detail = take_ffmpeg_error();
      throw InputError("no frame of '" + shown_name(path_) + "' can be decoded" +
                           (detail.empty() ? "" : " (" + detail + ")"),
                       "the file is damaged or incomplete; get it again from where it came");
    }
    has_pending_ = true;
    read_first_frame_facts();
    report_facts();
  }

  [[nodiscard]] const SourceInfo& info() const override { return info_; }
  [[nodiscard]] std::int64_t decode_errors() const override { return decode_errors_; }
  [[nodiscard]] const std::vector<SkippedInput>& skipped() const override { return skipped_; }

  bool read(SourceFrame& out) override {
    if (!has_pending_ && !decode_next()) {
      account_at_end();
      return false;
    }
    has_pending_ = false;
    if (frame_is_damaged(*frame_)) ++decode_errors_;
    out.picture = shown_picture();
    out.index = delivered_++;
    set_times(out);
    av_frame_unref(frame_.get());
    return true;
  }

 private:
  void choose_stream() {
    stream_ = best_video_stream(*format_);
    if (stream_ == nullptr) {
      throw InputError("'" + shown_name(path_) + "' has no video stream that can be decoded",
                       "give a video file, a folder of pictures or a picture");
    }
    int videos = 0;
    const bool mov = av_match_name("mov", format_->iformat->name) != 0;
    for (unsigned i = 0; i < format_->nb_streams; ++i) {
      AVStream* other = format_->streams[i];
      const bool video = other->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
      if (video && (other->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) ++videos;
      // mov can jump over what nobody reads. Elsewhere other streams are kept: their times tell
      // whether a file without an index is complete.
      if (other != stream_ && (mov || video)) other->discard = AVDISCARD_ALL;
    }
    if (videos > 1) {
      tell(observer_.notice, "'" + shown_name(path_) + "' has " + std::to_string(videos) +
                                 " video streams; using number " + std::to_string(stream_->index) +
                                 ", " + std::to_string(stream_->codecpar->width) + "x" +
                                 std::to_string(stream_->codecpar->height));
    }
  }

  void open_decoder() {
    const AVCodec* codec = avcodec_find_decoder(stream_->codecpar->codec_id);
    decoder_.reset(avcodec_alloc_context3(codec));
    if (!decoder_) throw std::bad_alloc();
    int result = avcodec_parameters_to_context(decoder_.get(), stream_->codecpar);
    decoder_->pkt_timebase = stream_->time_base;
    decoder_->thread_count = kDecoderThreads;
    decoder_->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
    decoder_->flags |= AV_CODEC_FLAG_BITEXACT;  // codecs with several inverse transforms
    decoder_->max_pixels = std::int64_t{1} << 28;
    if (result >= 0) result = avcodec_open2(decoder_.get(), codec, nullptr);
    if (result < 0) {
      throw InputError("cannot decode '" + shown_name(path_) + "' (" +
                       avcodec_get_name(stream_->codecpar->codec_id) +
                       "): " + av_error_text(result));
    }
  }

  /// Next frame into frame_; false when decoder and file are empty.
  bool decode_next() {
    for (int failures = 0; failures < kMostFailures;) {
      const int result = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (result == 0) return true;
      if (result == AVERROR_EOF) return false;
      if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
      if (result == AVERROR(EAGAIN)) {
        if (!feed()) ++failures;
        continue;
      }
      ++decode_errors_;
      ++failures;
    }
    return false;
  }

  /// Gives the decoder one packet, or the end of the stream. False when it did not take it.
  bool feed() {
    if (!next_packet()) {
      return avcodec_send_packet(decoder_.get(), nullptr) >= 0;
    }
    const int sent = avcodec_send_packet(decoder_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (sent == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (sent >= 0) return true;
    ++decode_errors_;
    return false;
  }

  /// Next packet of our stream into packet_; false at the end of the file.
  bool next_packet() {
    for (int failures = 0; failures < kMostFailures && !file_ended_;) {
      const int result = av_read_frame(format_.get(), packet_.get());
      if (result == AVERROR_EOF) break;
      if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
      if (result == AVERROR(EAGAIN) || result == AVERROR_INVALIDDATA) {
        ++failures;
        if (result == AVERROR_INVALIDDATA) ++decode_errors_;
        continue;
      }
      if (result < 0) {
        ++decode_errors_;
        read_error_ = av_error_text(result);
        break;
      }
      note_time();
      if (packet_->stream_index != stream_->index) {
        av_packet_unref(packet_.get());
        continue;
      }
      // A packet the end of the file cut in two would decode to half a picture.
      if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0 && avio_feof(format_->pb) != 0) {
        ++decode_errors_;
        av_packet_unref(packet_.get());
        continue;
      }
      return true;
    }
    file_ended_ = true;
    return false;
  }

  void note_time() {
    const AVStream* from = format_->streams[packet_->stream_index];
    const std::int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
    if (time == AV_NOPTS_VALUE) return;
    const std::int64_t end =
        av_rescale_q(time + packet_->duration, from->time_base, AV_TIME_BASE_Q);
    last_packet_end_us_ = std::max(last_packet_end_us_, end);
  }

  void read_first_frame_facts() {
    auto matrix = display_matrix(*stream_);
    if (const AVFrameSideData* side =
            av_frame_get_side_data(frame_.get(), AV_FRAME_DATA_DISPLAYMATRIX);
        !matrix && side != nullptr && side->size >= sizeof(std::array<std::int32_t, 9>)) {
      matrix.emplace();
      std::copy_n(reinterpret_cast<const std::int32_t*>(side->data), 9, matrix->begin());
    }
    if (matrix) orientation_ = orientation_of(*matrix);
    require_supported_format();
    reading_ = color_reading_of(*frame_);
    info_.size = orientation_.shown(Size{frame_->width, frame_->height});
    AVRational aspect = av_guess_sample_aspect_ratio(format_.get(), stream_, frame_.get());
    if (aspect.num > 0 && aspect.den > 0) {
      if (orientation_.transpose) std::swap(aspect.num, aspect.den);
      info_.sample_aspect = static_cast<double>(aspect.num) / aspect.den;
    }
    info_.time_base = from_av(stream_->time_base);
    const AVRational average = stream_->avg_frame_rate;
    const AVRational real = stream_->r_frame_rate;
    if (average.num > 0 && average.den > 0) {
      info_.frame_rate = from_av(average);
    } else if (real.num > 0 && real.den > 0) {
      info_.frame_rate = from_av(real);
    }
    read_color_facts();
    info_.frames = announced_.exact ? announced_.frames : -1;
    info_.frames_estimate = announced_.frames > 0 ? announced_.frames : frames_by_duration();
    if (av_match_name("gif", format_->iformat->name) != 0) info_.still = holds_one_frame();
    if (info_.still) info_.frames = info_.frames_estimate = 1;
  }

  void read_color_facts() {
    info_.matrix = reading_.matrix;
    const bool yuv = kept_as_yuv(frame_->format);
    // A picture that arrives as RGB has left its range behind.
    info_.range = yuv ? reading_.range : YuvRange::limited;
    info_.color_primaries = frame_->color_primaries;
    info_.color_transfer = frame_->color_trc;
    if (is_hdr(frame_->color_trc)) {
      info_.color_primaries = info_.color_transfer = AVCOL_PRI_UNSPECIFIED;
      if (!yuv) info_.matrix = YuvMatrix::bt709;
    }
  }

  void require_supported_format() const {
    const std::string reason = unsupported_reason(frame_->format);
    if (!reason.empty()) {
      throw InputError("cannot use '" + shown_name(path_) + "': " + reason,
                       "convert it first, for example with ffmpeg -pix_fmt yuv420p");
    }
  }

  [[nodiscard]] std::int64_t frames_by_duration() const {
    double seconds = -1.0;
    if (stream_->duration > 0) {
      seconds = static_cast<double>(stream_->duration) * av_q2d(stream_->time_base);
    } else if (format_->duration > 0) {
      seconds = static_cast<double>(format_->duration) / AV_TIME_BASE;
    }
    if (seconds <= 0.0) return -1;
    return std::max<std::int64_t>(1, std::llround(seconds * info_.frame_rate.value()));
  }

  /// Whether another packet of our stream follows the first; reads the file a second time.
  [[nodiscard]] bool holds_one_frame() const {
    const InputContext again = open_container(path_);
    const PacketPtr packet = make_packet();
    int packets = 0;
    while (packets < 2 && av_read_frame(again.get(), packet.get()) >= 0) {
      if (packet->stream_index == stream_->index) ++packets;
      av_packet_unref(packet.get());
    }
    return packets == 1;
  }

  void report_facts() {
    const char* format_name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame_->format));
    info_.description = std::string(avcodec_get_name(stream_->codecpar->codec_id)) + " " +
                        std::to_string(info_.size.width) + "x" + std::to_string(info_.size.height) +
                        ", " + number_text(std::round(info_.frame_rate.value() * 1000.0) / 1000.0) +
                        " fps, " + (format_name == nullptr ? "?" : format_name) + ", " +
                        matrix_name(reading_.matrix) +
                        (reading_.matrix_guessed ? " (untagged: by height)" : "") +
                        (reading_.range == YuvRange::full ? " full" : " limited") + " range" +
                        (reading_.range_guessed ? " (untagged)" : "");
    tell(observer_.info, shown_name(path_) + ": " + info_.description);
    if (is_hdr(frame_->color_trc)) {
      tell(observer_.warning, shown_name(path_) + " is HDR (" +
                                  (frame_->color_trc == AVCOL_TRC_SMPTE2084 ? "PQ" : "HLG") +
                                  "): its code values are used as they are, without tone mapping");
    }
    if (reading_.matrix_approximated) {
      tell(observer_.warning, shown_name(path_) + " has a colour matrix that is read as " +
                                  matrix_name(reading_.matrix));
    }
    if (frame_is_interlaced(*frame_)) {
      tell(observer_.notice, shown_name(path_) + " is interlaced; frames are used as they are");
    }
    if (!orientation_.exact) {
      tell(observer_.warning,
           shown_name(path_) + " is to be shown at an odd angle; turned to the nearest right one");
    }
  }

  Picture shown_picture() {
    if (frame_->format != last_format_) require_supported_format();
    last_format_ = frame_->format;
    Picture picture = to_picture(*frame_, color_reading_of(*frame_));
    if (!orientation_.upright()) {
      picture = std::visit(
          [&](const auto& image) -> Picture { return orient(image, orientation_); }, picture);
    }
    const Size size = size_of(picture);
    if (size == info_.size) return picture;
    if (!size_warned_) {
      size_warned_ = true;
      tell(observer_.warning, shown_name(path_) + " changes to " + std::to_string(size.width) +
                                  "x" + std::to_string(size.height) + " at frame " +
                                  std::to_string(delivered_) + "; fitted to the first size");
    }
    return fit_picture(picture, info_.size);
  }

  void set_times(SourceFrame& out) {
    const std::int64_t usual = std::max<std::int64_t>(
        1, av_rescale_q(1, av_inv_q(to_av(info_.frame_rate)), stream_->time_base));
    std::int64_t time = frame_->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) {
      time = delivered_ == 1 ? 0 : last_time_ + (last_duration_ > 0 ? last_duration_ : usual);
    }
    if (delivered_ > 1 && time <= last_time_) {
      time = last_time_ + 1;
      if (!order_warned_) {
        order_warned_ = true;
        tell(observer_.warning, shown_name(path_) + ": timestamps do not increase at frame " +
                                    std::to_string(out.index) + "; moved on by one unit");
      }
    }
    last_duration_ = std::max<std::int64_t>(0, frame_duration(*frame_));
    last_time_ = time;
    out.pts = time;
    out.duration = last_duration_;
  }

  /// Names what is missing: against the index where there is one, else against the duration.
  void account_at_end() {
    if (accounted_) return;
    accounted_ = true;
    const std::int64_t missing = announced_.exact ? announced_.frames - delivered_ : 0;
    // Without an error the decoder had its reasons: pictures that refer before a cut, or that are
    // not meant to be shown.
    if (missing > 0 && (announced_.file_too_short || decode_errors_ > 0)) {
      const char* why = announced_.file_too_short ? "file is truncated" : "file is damaged";
      skipped_.push_back({shown_name(path_), std::to_string(delivered_) + " of " +
                                                 std::to_string(announced_.frames) +
                                                 " frames could be read (" + why + ")"});
      return;
    }
    if (missing > 0) {
      tell(observer_.notice, shown_name(path_) + ": " + std::to_string(missing) + " of " +
                                 std::to_string(announced_.frames) +
                                 " frames were not shown by the decoder");
    }
    if (!read_error_.empty()) {
      skipped_.push_back({shown_name(path_), "reading stopped after " + std::to_string(delivered_) +
                                                 " frames: " + read_error_});
      return;
    }
    if (!announced_.exact) account_by_duration();
    if (skipped_.empty() && decode_errors_ > 0) {
      skipped_.push_back({shown_name(path_),
                          std::to_string(decode_errors_) + " decoding errors (file is damaged)"});
    }
  }

  void account_by_duration() {
    const bool measured = format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM ||
                          format_->duration_estimation_method == AVFMT_DURATION_FROM_PTS;
    if (!measured || format_->duration <= 0 || last_packet_end_us_ == INT64_MIN) return;
    // Containers differ in whether a late start counts into their duration: take the reading that
    // finds the file complete.
    const std::int64_t start =
        format_->start_time == AV_NOPTS_VALUE ? 0 : std::min<std::int64_t>(format_->start_time, 0);
    const std::int64_t reached = last_packet_end_us_ - start;
    // Durations are rounded, and the last packet of a stream may not carry one.
    const std::int64_t slack = std::max<std::int64_t>(AV_TIME_BASE / 2, format_->duration / 50);
    if (reached + slack >= format_->duration) return;
    const auto seconds = [](std::int64_t us) {
      return number_text(std::round(static_cast<double>(us) / 1e5) / 10.0);
    };
    skipped_.push_back({shown_name(path_), seconds(reached) + " of " + seconds(format_->duration) +
                                               " s (" + std::to_string(delivered_) +
                                               " frames) could be read (file is truncated)"});
  }

  fs::path path_;
  RenderObserver observer_;
  InputContext format_;
  CodecContext decoder_;
  PacketPtr packet_;
  FramePtr frame_;
  AVStream* stream_ = nullptr;  ///< owned by format_
  SourceInfo info_;
  Orientation orientation_;
  ColorReading reading_;
  Announced announced_;
  std::vector<SkippedInput> skipped_;
  std::string read_error_;
  std::int64_t decode_errors_ = 0;
  std::int64_t delivered_ = 0;
  std::int64_t last_time_ = 0;
  std::int64_t last_duration_ = 0;
  std::int64_t last_packet_end_us_ = INT64_MIN;
  int last_format_ = AV_PIX_FMT_NONE;
  bool has_pending_ = false;
  bool file_ended_ = false;
  bool size_warned_ = false;
  bool order_warned_ = false;
  bool accounted_ = false;
};

}  // namespace

std::unique_ptr<FrameSource> open_video_source(const fs::path& path,
                                               const RenderObserver& observer) {
  return std::make_unique<VideoSource>(path, observer);
}

}  // namespace mosaic
