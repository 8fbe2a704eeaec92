// Frames into mp4, mov, mkv or webm, with everything else the source carries.
#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "core/output_file.hpp"
#include "video/libav.hpp"
#include "video/sinks.hpp"
#include "video/sources.hpp"
#include "video/stream_copy.hpp"
#include "video/video_encoder.hpp"

namespace mosaic {

namespace {

/// The muxer's own name for an ending.
const char* muxer_name(const std::string& ending) {
  if (ending == ".mkv") return "matroska";
  if (ending == ".webm") return "webm";
  if (ending == ".mov") return "mov";
  return "mp4";
}

bool is_mov_family(const AVOutputFormat& container) {
  const std::string_view name = container.name;
  return name == "mp4" || name == "mov";
}

bool is_matroska_family(const AVOutputFormat& container) {
  const std::string_view name = container.name;
  return name == "matroska" || name == "webm";
}

class VideoSink final : public FrameSink {
 public:
  VideoSink(const SinkRequest& request, const std::string& ending, const RenderObserver& observer)
      : request_(request), file_(request.output, request.force), packet_(make_packet()) {
    AVFormatContext* raw = nullptr;
    avformat_alloc_output_context2(&raw, nullptr, muxer_name(ending), nullptr);
    if (raw == nullptr) {
      throw DeviceError("this FFmpeg cannot write " + ending + " files");
    }
    output_.reset(raw);
    output_->flags |= AVFMT_FLAG_BITEXACT;  // no random identifiers, no dates
    const std::string codec = !request.encode.codec.empty() ? request.encode.codec
                              : ending == ".webm"           ? "libvpx-vp9"
                                                            : "libx264";
    encoder_.emplace(codec, request, *output_->oformat, observer);
    add_video_stream();
    if (request.copy_streams_from) {
      copy_.emplace(*request.copy_streams_from, *output_, *video_, observer);
    }
    open_file();
  }

  [[nodiscard]] SinkFormat format() const override { return SinkFormat::yuv; }

  void write(const YuvImage& image, std::int64_t pts, std::int64_t duration) override {
    if (image.size() != request_.size)
      throw std::logic_error("frame of another size than promised");
    if (!started_) start(pts);
    last_end_ = pts + (duration > 0 ? duration : usual_duration());
    encoder_->send(image, pts - offset_, duration);
    write_encoded();
  }

  void write(const RgbImage& /*image*/, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    throw std::logic_error("this sink takes YUV pictures");
  }

  void finish() override {
    if (!started_) throw OutputError("nothing to write to '" + shown_name(request_.output) + "'");
    encoder_->send_end();
    write_encoded();
    if (copy_) copy_->finish(end_of_copied_us(), [this](AVPacket& packet) { mux(packet); });
    check(av_write_trailer(output_.get()));
    avio_flush(output_->pb);
    check(output_->pb->error);
    check(avio_closep(&output_->pb));
    file_.commit();
  }

 private:
  void check(int result) const {
    if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (result < 0) throw_output_failure(request_.output, result);
  }

  void add_video_stream() {
    video_ = avformat_new_stream(output_.get(), nullptr);
    if (video_ == nullptr) throw std::bad_alloc();
    check(avcodec_parameters_from_context(video_->codecpar, &encoder_->context()));
    // A hint: the muxer makes its own unit of it. mp4's is a whole multiple, so nothing is rounded.
    video_->time_base = encoder_->context().time_base;
    video_->avg_frame_rate = encoder_->context().framerate;
    video_->sample_aspect_ratio = AVRational{1, 1};
  }

  void open_file() {
    const std::string url = file_url(file_.temporary());
    av_freep(&output_->url);
    output_->url = av_strdup(url.c_str());
    if (output_->url == nullptr) throw std::bad_alloc();
    Options options;
    options.put("protocol_whitelist", "file");
    check(avio_open2(&output_->pb, url.c_str(), AVIO_FLAG_WRITE, nullptr, options.get()));
  }

  /// The header waits for the first frame, because the times of a cut begin there.
  void start(std::int64_t first_pts) {
    started_ = true;
    const AVRational unit = encoder_->context().time_base;
    CopyWindow window;
    if (request_.range.first > 0) {
      offset_ = first_pts;
      window.start_us = av_rescale_q(first_pts, unit, AV_TIME_BASE_Q);
    } else if (copy_) {
      offset_ = av_rescale_q(copy_->clock_offset_us(), AV_TIME_BASE_Q, unit);
    }
    // mp4 hides and Matroska cannot store pictures before 0.
    offset_ = std::min(offset_, first_pts);
    window.offset_us = av_rescale_q(offset_, unit, AV_TIME_BASE_Q);
    if (request_.range.last >= 0) {
      // Only chapters need an end this early; it is exact for a constant frame rate.
      const std::int64_t frames = request_.range.last - request_.range.first;
      window.end_us = av_rescale_q(first_pts, unit, AV_TIME_BASE_Q) +
                      av_rescale_q(frames, av_inv_q(encoder_->context().framerate), AV_TIME_BASE_Q);
    }
    if (copy_) copy_->begin(window);
    write_header(first_pts - offset_);
  }

  void write_header(std::int64_t first_pts) {
    Options options;
    if (is_mov_family(*output_->oformat)) {
      options.put("movflags", "+faststart");
      // A start other than 0 is kept in units of the movie, 1/1000 s unless told otherwise.
      if (first_pts != 0) options.put("movie_timescale", std::to_string(track_timescale()));
    }
    if (is_matroska_family(*output_->oformat)) {
      // By default all streams would be moved to bring the earliest time to 0. Here none is before
      // 0 but a sound coder's priming, which is declared as its delay; decoding times are not
      // stored.
      output_->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    }
    take_ffmpeg_error();
    check(avformat_write_header(output_.get(), options.get()));
    const std::string unused = options.leftover();
    if (!unused.empty()) throw std::logic_error("muxer option '" + unused + "' was not taken");
  }

  /// What the mov muxer will choose for the video track: the unit's denominator, doubled until it
  /// reaches 10,000.
  [[nodiscard]] std::int64_t track_timescale() const {
    std::int64_t scale = encoder_->context().time_base.den;
    while (scale < 10000) scale *= 2;
    return scale;
  }

  void write_encoded() {
    while (encoder_->receive(*packet_)) {
      const AVRational unit = encoder_->context().time_base;
      if (copy_) {
        // Other streams up to this picture's decoding time, so that the file is well interleaved.
        const std::int64_t until = av_rescale_q(packet_->dts + offset_, unit, AV_TIME_BASE_Q);
        copy_->advance(until, [this](AVPacket& packet) { mux(packet); });
      }
      av_packet_rescale_ts(packet_.get(), unit, video_->time_base);
      packet_->stream_index = video_->index;
      mux(*packet_);
    }
  }

  void mux(AVPacket& packet) {
    check(av_interleaved_write_frame(output_.get(), &packet));
    check(output_->pb->error);  // muxers do not look at the result of every write
  }

  [[nodiscard]] std::int64_t usual_duration() const {
    const AVCodecContext& context = encoder_->context();
    return std::max<std::int64_t>(1,
                                  av_rescale_q(1, av_inv_q(context.framerate), context.time_base));
  }

  [[nodiscard]] std::int64_t end_of_copied_us() const {
    if (request_.range.last < 0) return INT64_MAX;
    return av_rescale_q(last_end_, encoder_->context().time_base, AV_TIME_BASE_Q);
  }

  SinkRequest request_;
  OutputFile file_;  // outlives output_, which still holds it open
  OutputContext output_;
  std::optional<VideoEncoder> encoder_;
  std::optional<StreamCopy> copy_;
  PacketPtr packet_;
  AVStream* video_ = nullptr;  ///< owned by output_
  std::int64_t offset_ = 0;    ///< taken off every pts, in the source's time base
  std::int64_t last_end_ = 0;  ///< end of the last frame, in the source's time base
  bool started_ = false;
};

}  // namespace

std::unique_ptr<FrameSink> open_video_sink(const SinkRequest& request, const std::string& ending,
                                           const RenderObserver& observer) {
  return std::make_unique<VideoSink>(request, ending, observer);
}

}  // namespace mosaic
