// Frames into an animated GIF, each with a palette of its own.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "core/output_file.hpp"
#include "video/encode/sinks.hpp"
#include "video/libav.hpp"
#include "video/sources.hpp"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/opt.h>
}

namespace mosaic {

namespace {

/// GIF counts in 1/100 s, and browsers slow every delay below 2 of them down to 10.
constexpr AVRational kGifUnit{1, 100};
constexpr std::int64_t kShortestDelay = 2;

class GifSink final : public FrameSink {
 public:
  GifSink(const SinkRequest& request, const RenderObserver& observer)
      : request_(request),
        observer_(observer),
        file_(request.output, request.force),
        picture_(make_frame()),
        mapped_(make_frame()),
        packet_(make_packet()) {
    route_ffmpeg_log();
    if (!request.encode.codec.empty() && request.encode.codec != "gif") {
      throw UsageError("a .gif file cannot hold what '" + request.encode.codec + "' makes",
                       "leave --codec out, or write .mp4");
    }
    build_graph();
    open_encoder();
    open_muxer();
    if (request.copy_streams_from) report_what_is_dropped(*request.copy_streams_from);
  }

  ~GifSink() override {
    // The GIF muxer lets go of the packet it holds back only here; the file itself is thrown away.
    if (trailer_owed_) av_write_trailer(output_.get());
  }
  GifSink(const GifSink&) = delete;
  GifSink& operator=(const GifSink&) = delete;

  [[nodiscard]] SinkFormat format() const override { return SinkFormat::rgb; }

  void write(const YuvImage& /*image*/, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    throw std::logic_error("this sink takes RGB pictures");
  }

  void write(const RgbImage& image, std::int64_t pts, std::int64_t duration) override {
    if (image.size() != request_.size)
      throw std::logic_error("frame of another size than promised");
    fill_picture(image);
    picture_->pts = delay_position(pts, duration);
    check(av_buffersrc_add_frame_flags(source_, picture_.get(), 0));
    pull_frames();
  }

  void complete() override {
    if (frames_ == 0)
      throw OutputError("nothing to write to '" + shown_name(request_.output) + "'");
    check(av_buffersrc_add_frame_flags(source_, nullptr, 0));
    pull_frames();
    check(avcodec_send_frame(encoder_.get(), nullptr));
    pull_packets();
    const std::int64_t last_delay = std::max(kShortestDelay, last_end_ - last_position_);
    check(av_opt_set_int(output_->priv_data, "final_delay",
                         std::min<std::int64_t>(last_delay, 65535), 0));
    trailer_owed_ = false;
    check(av_write_trailer(output_.get()));
    avio_flush(output_->pb);
    check(output_->pb->error);
    check(avio_closep(&output_->pb));
    file_.sync();
  }
  [[nodiscard]] std::optional<std::filesystem::path> staged() const override {
    return file_.temporary();
  }
  void publish() override { file_.commit(); }
  [[nodiscard]] bool published() const override { return file_.committed(); }

 private:
  void check(int result) const {
    if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (result < 0) throw_output_failure(request_.output, result);
  }

  /// One palette per frame: a palette of the whole video would need the whole video in memory.
  /// RGB32 is what palettegen works in, so no scaler slips in between.
  void build_graph() {
    graph_.reset(avfilter_graph_alloc());
    if (!graph_) throw std::bad_alloc();
    graph_->nb_threads = 1;
    const std::string text =
        "buffer@in=video_size=" + std::to_string(request_.size.width) + "x" +
        std::to_string(request_.size.height) + ":pix_fmt=" + std::to_string(AV_PIX_FMT_RGB32) +
        ":time_base=1/100:pixel_aspect=1/1[in];[in]split[a][b];"
        "[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1[out];[out]buffersink@out";
    AVFilterInOut* open_inputs = nullptr;
    AVFilterInOut* open_outputs = nullptr;
    const int parsed =
        avfilter_graph_parse2(graph_.get(), text.c_str(), &open_inputs, &open_outputs);
    avfilter_inout_free(&open_inputs);
    avfilter_inout_free(&open_outputs);
    check(parsed);
    check(avfilter_graph_config(graph_.get(), nullptr));
    source_ = avfilter_graph_get_filter(graph_.get(), "buffer@in");
    sink_ = avfilter_graph_get_filter(graph_.get(), "buffersink@out");
    if (source_ == nullptr || sink_ == nullptr) throw std::logic_error("GIF filter graph");
  }

  void open_encoder() {
    const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_GIF);
    if (codec == nullptr) throw DeviceError("this FFmpeg cannot write .gif files");
    encoder_.reset(avcodec_alloc_context3(codec));
    if (!encoder_) throw std::bad_alloc();
    encoder_->width = request_.size.width;
    encoder_->height = request_.size.height;
    encoder_->pix_fmt = AV_PIX_FMT_PAL8;
    encoder_->time_base = kGifUnit;
    encoder_->thread_count = 1;
    encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
    check(avcodec_open2(encoder_.get(), codec, nullptr));
  }

  void open_muxer() {
    AVFormatContext* raw = nullptr;
    check(avformat_alloc_output_context2(&raw, nullptr, "gif", nullptr));
    output_.reset(raw);
    output_->flags |= AVFMT_FLAG_BITEXACT;
    AVStream* stream = avformat_new_stream(output_.get(), nullptr);
    if (stream == nullptr) throw std::bad_alloc();
    check(avcodec_parameters_from_context(stream->codecpar, encoder_.get()));
    stream->time_base = kGifUnit;
    Options options;
    options.put("protocol_whitelist", "file");
    check(avio_open2(&output_->pb, file_url(file_.temporary()).c_str(), AVIO_FLAG_WRITE, nullptr,
                     options.get()));
    check(avformat_write_header(output_.get(), nullptr));
    trailer_owed_ = true;
  }

  void report_what_is_dropped(const std::filesystem::path& source) const {
    const InputContext format = open_container(source);
    int others = 0;
    for (unsigned i = 0; i < format->nb_streams; ++i) {
      const AVMediaType type = format->streams[i]->codecpar->codec_type;
      if (type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE) ++others;
    }
    if (others > 0) {
      tell(observer_.notice, ".gif holds pictures only: " + std::to_string(others) +
                                 " audio or subtitle stream" + (others == 1 ? " is" : "s are") +
                                 " left out");
    }
  }

  void fill_picture(const RgbImage& image) {
    av_frame_unref(picture_.get());
    picture_->format = AV_PIX_FMT_RGB32;
    picture_->width = request_.size.width;
    picture_->height = request_.size.height;
    picture_->sample_aspect_ratio = AVRational{1, 1};
    if (av_frame_get_buffer(picture_.get(), 0) < 0) throw std::bad_alloc();
    for (int y = 0; y < request_.size.height; ++y) {
      std::uint8_t* to = picture_->data[0] + std::ptrdiff_t{y} * picture_->linesize[0];
      for (int x = 0; x < request_.size.width; ++x, to += 4) {
        const std::uint32_t pixel =
            0xFF000000U | static_cast<std::uint32_t>(image.r.row(y)[x]) << 16 |
            static_cast<std::uint32_t>(image.g.row(y)[x]) << 8 | image.b.row(y)[x];
        std::memcpy(to, &pixel, sizeof pixel);
      }
    }
  }

  /// Time in hundredths since the first frame. Each is rounded for itself, so errors do not add up.
  std::int64_t delay_position(std::int64_t pts, std::int64_t duration) {
    const AVRational unit = to_av(request_.source.time_base);
    if (frames_ == 0) first_pts_ = pts;
    std::int64_t position = av_rescale_q(pts - first_pts_, unit, kGifUnit);
    if (frames_ > 0 && position < last_position_ + kShortestDelay) {
      position = last_position_ + kShortestDelay;
      if (!slowed_) {
        slowed_ = true;
        tell(observer_.warning,
             "GIF players show at most 50 frames per second: the output plays slower than the "
             "input");
      }
    }
    const std::int64_t usual = av_rescale_q(1, av_inv_q(to_av(request_.source.frame_rate)), unit);
    const std::int64_t end = pts - first_pts_ + (duration > 0 ? duration : usual);
    last_end_ = slowed_ ? position + kShortestDelay : av_rescale_q(end, unit, kGifUnit);
    last_position_ = position;
    ++frames_;
    return position;
  }

  void pull_frames() {
    for (;;) {
      const int result = av_buffersink_get_frame(sink_, mapped_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      check(result);
      check(avcodec_send_frame(encoder_.get(), mapped_.get()));
      av_frame_unref(mapped_.get());
      pull_packets();
    }
  }

  void pull_packets() {
    for (;;) {
      const int result = avcodec_receive_packet(encoder_.get(), packet_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      check(result);
      packet_->stream_index = 0;
      check(av_write_frame(output_.get(), packet_.get()));
      check(output_->pb->error);
      av_packet_unref(packet_.get());
    }
  }

  SinkRequest request_;
  RenderObserver observer_;
  OutputFile file_;  // outlives output_, which still holds it open
  FilterGraph graph_;
  AVFilterContext* source_ = nullptr;  ///< owned by graph_
  AVFilterContext* sink_ = nullptr;    ///< owned by graph_
  CodecContext encoder_;
  OutputContext output_;
  FramePtr picture_;
  FramePtr mapped_;
  PacketPtr packet_;
  std::int64_t frames_ = 0;
  std::int64_t first_pts_ = 0;
  std::int64_t last_position_ = 0;
  std::int64_t last_end_ = 0;
  bool slowed_ = false;
  bool trailer_owed_ = false;
};

}  // namespace

std::unique_ptr<FrameSink> open_gif_sink(const SinkRequest& request,
                                         const RenderObserver& observer) {
  return std::make_unique<GifSink>(request, observer);
}

}  // namespace mosaic
