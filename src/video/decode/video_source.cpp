// A video file as frames, by FFmpeg.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "video/decode/decoded_stream.hpp"
#include "video/decode/deinterlacer.hpp"
#include "video/decode/orientation.hpp"
#include "video/decode/pixel_reader.hpp"
#include "video/decode/sdr.hpp"
#include "video/sources.hpp"
#include "video/standard_stream.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>
}

namespace mosaic {

namespace fs = std::filesystem;

namespace {

/// Scalers that round a size write a sample aspect such as 1280:1281. Nobody sees half a pixel in
/// 256, but every frame would be resampled for it.
constexpr double kSquareEnough = 1.0 / 512.0;

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

class VideoSource final : public FrameSource {
 public:
  VideoSource(const fs::path& path, const SourceOptions& options, double from_s,
              const RenderObserver& observer)
      : path_(path),
        observer_(observer),
        stream_(path, options.decode, observer_),
        deinterlacer_(options.deinterlace, path, stream_.stream().time_base, observer_),
        frame_(make_frame()) {
    if (from_s > 0.0) stream_.seek(from_s);
    if (!next_frame()) {
      const std::string detail = take_ffmpeg_error();
      throw InputError("no frame of '" + shown_name(path_) + "' can be decoded" +
                           (detail.empty() ? "" : " (" + detail + ")"),
                       "the file is damaged or incomplete; get it again from where it came");
    }
    has_pending_ = true;
    read_first_frame_facts();
    report_facts();
    if (is_standard_stream(path_)) warn_of_lost_sound();
  }

  [[nodiscard]] const SourceInfo& info() const override { return info_; }
  [[nodiscard]] std::int64_t decode_errors() const override { return stream_.errors(); }
  [[nodiscard]] const std::vector<SkippedInput>& skipped() const override { return skipped_; }

  bool read(SourceFrame& out) override {
    if (!has_pending_ && !next_frame()) {
      account_at_end();
      return false;
    }
    has_pending_ = false;
    out.picture = shown_picture(std::move(out.picture));
    out.index = delivered_++;
    set_times(out);
    av_frame_unref(frame_.get());
    return true;
  }

 private:
  bool next_frame() {
    return deinterlacer_.next(*frame_, [this](AVFrame& frame) { return stream_.next(frame); });
  }

  void read_first_frame_facts() {
    auto matrix = display_matrix(stream_.stream());
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
    AVRational aspect =
        av_guess_sample_aspect_ratio(&stream_.container(), &stream_.stream(), frame_.get());
    if (aspect.num > 0 && aspect.den > 0) {
      if (orientation_.transpose) std::swap(aspect.num, aspect.den);
      const double exact = static_cast<double>(aspect.num) / aspect.den;
      info_.sample_aspect = std::abs(exact - 1.0) < kSquareEnough ? 1.0 : exact;
    }
    info_.time_base = from_av(stream_.stream().time_base);
    const AVRational average = stream_.stream().avg_frame_rate;
    const AVRational real = stream_.stream().r_frame_rate;
    if (average.num > 0 && average.den > 0) {
      info_.frame_rate = from_av(average);
    } else if (real.num > 0 && real.den > 0) {
      info_.frame_rate = from_av(real);
    }
    read_color_facts();
    read_sample_facts();
    info_.frames = stream_.announced().exact ? stream_.announced().frames : -1;
    info_.frames_estimate =
        stream_.announced().frames > 0 ? stream_.announced().frames : frames_by_duration();
    const bool gif = av_match_name("gif", stream_.container().iformat->name) != 0;
    if (gif && !is_standard_stream(path_)) info_.still = stream_.holds_one_frame();
    if (info_.still) info_.frames = info_.frames_estimate = 1;
  }

  void read_color_facts() {
    if (const auto light = light_facts_of(*frame_)) {
      if (reading_.matrix_guessed) reading_.matrix = YuvMatrix::bt2020;
      light_ = light;
      to_sdr_.emplace(*light);
      return;  // info_ stands at what comes out: BT.709
    }
    const bool yuv = kept_as_yuv(frame_->format);
    info_.matrix = reading_.matrix;
    // A picture that arrives as RGB has left its range behind.
    info_.range = yuv ? reading_.range : YuvRange::limited;
    info_.color_primaries = frame_->color_primaries;
    info_.color_transfer = frame_->color_trc;
  }

  /// What a frame takes before and after it is handed out; for estimates of memory.
  void read_sample_facts() {
    const AVPixFmtDescriptor* const format =
        av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame_->format));
    info_.decoder_bytes_per_px = av_get_padded_bits_per_pixel(format) / 8.0;
    info_.rgb = light_.has_value() || !kept_as_yuv(frame_->format);
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
    if (stream_.stream().duration > 0) {
      seconds = static_cast<double>(stream_.stream().duration) * av_q2d(stream_.stream().time_base);
    } else if (stream_.container().duration > 0) {
      seconds = static_cast<double>(stream_.container().duration) / AV_TIME_BASE;
    }
    if (seconds <= 0.0) return -1;
    return std::max<std::int64_t>(1, std::llround(seconds * info_.frame_rate.value()));
  }

  void report_facts() {
    const char* format_name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame_->format));
    info_.description = std::string(avcodec_get_name(stream_.stream().codecpar->codec_id)) + " " +
                        std::to_string(info_.size.width) + "x" + std::to_string(info_.size.height) +
                        ", " + number_text(std::round(info_.frame_rate.value() * 1000.0) / 1000.0) +
                        " fps, " + (format_name == nullptr ? "?" : format_name) + ", " +
                        matrix_name(reading_.matrix) +
                        (reading_.matrix_guessed ? " (untagged: by height)" : "") +
                        (reading_.range == YuvRange::full ? " full" : " limited") + " range" +
                        (reading_.range_guessed ? " (untagged)" : "") +
                        (stream_.on_card() ? ", decoded on the card" : "");
    tell(observer_.info, shown_name(path_) + ": " + info_.description);
    if (light_) {
      tell(observer_.notice,
           shown_name(path_) + " is " + light_->describe() +
               (light_->curve == LightCurve::bt1886 ? "; brought to BT.709"
                                                    : "; tone-mapped to SDR BT.709 (BT.2390)"));
    }
    if (reading_.matrix_approximated) {
      tell(observer_.warning, shown_name(path_) + " has a colour matrix that is read as " +
                                  matrix_name(reading_.matrix));
    }
    if (!orientation_.exact) {
      tell(observer_.warning,
           shown_name(path_) + " is to be shown at an odd angle; turned to the nearest right one");
    }
  }

  /// Sound is copied by reading the file a second time, and a pipe is read once.
  void warn_of_lost_sound() const {
    const AVFormatContext& container = stream_.container();
    for (unsigned i = 0; i < container.nb_streams; ++i) {
      if (container.streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
      tell(observer_.warning,
           "the sound of standard input is left out: only that of a file can be copied");
      return;
    }
  }

  Picture decoded_picture(Picture spare) const {
    ColorReading reading = color_reading_of(*frame_);
    if (!to_sdr_) return to_picture(*frame_, reading, std::move(spare));
    if (reading.matrix_guessed) reading.matrix = YuvMatrix::bt2020;
    return to_sdr_->map(*frame_, reading);
  }

  Picture shown_picture(Picture spare) {
    if (frame_->format != last_format_) require_supported_format();
    last_format_ = frame_->format;
    Picture picture = decoded_picture(std::move(spare));
    if (auto* yuv = std::get_if<YuvImage>(&picture)) yuv->on_card = card_frame_of(*frame_);
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
        1, av_rescale_q(1, av_inv_q(to_av(info_.frame_rate)), stream_.stream().time_base));
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

  void account_at_end() {
    if (accounted_) return;
    accounted_ = true;
    if (auto damage = stream_.damage(delivered_)) {
      skipped_.push_back({shown_name(path_), std::move(*damage)});
    }
  }

  fs::path path_;
  RenderObserver observer_;
  DecodedStream stream_;
  Deinterlacer deinterlacer_;
  FramePtr frame_;
  SourceInfo info_;
  Orientation orientation_;
  ColorReading reading_;
  std::optional<LightFacts> light_;
  std::optional<SdrMapper> to_sdr_;
  std::vector<SkippedInput> skipped_;
  std::int64_t delivered_ = 0;
  std::int64_t last_time_ = 0;
  std::int64_t last_duration_ = 0;
  int last_format_ = AV_PIX_FMT_NONE;
  bool has_pending_ = false;
  bool size_warned_ = false;
  bool order_warned_ = false;
  bool accounted_ = false;
};

}  // namespace

std::unique_ptr<FrameSource> open_video_source(const fs::path& path, const SourceOptions& options,
                                               double from_s, const RenderObserver& observer) {
  return std::make_unique<VideoSource>(path, options, from_s, observer);
}

}  // namespace mosaic
