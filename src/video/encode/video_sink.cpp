// Frames into mp4, mov, mkv or webm: an encoder for every segment, one muxer for all.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "video/encode/kept_packets.hpp"
#include "video/encode/sinks.hpp"
#include "video/encode/video_encoder.hpp"
#include "video/encode/video_muxer.hpp"
#include "video/libav.hpp"
#include "video/sources.hpp"

namespace mosaic {

namespace {

/// With a job's folder packets go there, and into the container when all are made; else into the
/// container at once. Both give the same bytes.
class VideoSink final : public FrameSink {
 public:
  VideoSink(const SinkRequest& request, const std::string& ending, const RenderObserver& observer)
      : request_(request),
        observer_(observer),
        codec_(codec_for(request.encode, ending)),
        muxer_(request, ending, observer),
        packet_(make_packet()) {
    // Opened before it is needed: what the user got wrong about it is said before any work.
    encoder_.emplace(codec_, request_, muxer_.format(), observer);
    stream_.header = header_of(encoder_->context());
    muxer_.open(encoder_->context());
  }

  [[nodiscard]] SinkFormat format() const override { return SinkFormat::yuv; }

  void begin_segment(std::int64_t first_frame) override {
    if (request_.job == nullptr || first_frame == 0 || begun_) return;
    // The first frame is not this run's: how the film's times begin stands in the first segment.
    const KeptPiece piece = read_kept_piece(request_.job->read_kept(0, SegmentPart::media));
    if (piece.kind != KeptPiece::Kind::facts || piece.facts.header != stream_.header) {
      refuse_other_header();
    }
    stream_ = piece.facts;
    begun_ = true;
  }

  void write(const YuvImage& image, std::int64_t pts, std::int64_t duration) override {
    if (image.size() != request_.size)
      throw std::logic_error("frame of another size than promised");
    if (!begun_) begin(pts);
    if (!encoder_) reopen_encoder();
    if (!in_segment_ && request_.job != nullptr) {
      request_.job->put(SegmentPart::media, stream_facts_bytes(stream_));
    }
    in_segment_ = true;
    last_end_ = pts + (duration > 0 ? duration : encoder_->usual_duration());
    encoder_->send(image, pts - stream_.offset, duration);
    drain();
  }

  void write(const RgbImage& /*image*/, std::int64_t /*pts*/, std::int64_t /*duration*/) override {
    throw std::logic_error("this sink takes YUV pictures");
  }

  void end_segment() override {
    if (!in_segment_) return;
    encoder_->send_end();
    drain();
    encoder_.reset();
    if (request_.job != nullptr) {
      request_.job->put(SegmentPart::media, stream_end_bytes(last_end_));
    }
    in_segment_ = false;
  }

  void complete() override {
    end_segment();
    if (request_.job != nullptr) mux_kept();
    if (!muxer_.begun()) {
      throw OutputError("nothing to write to '" + shown_name(request_.output) + "'");
    }
    muxer_.complete(last_end_);
  }
  [[nodiscard]] std::optional<std::filesystem::path> staged() const override {
    return muxer_.staged();
  }
  void publish() override {
    // From now on the journal says that no piece is lacking.
    if (request_.job != nullptr) request_.job->begin_publishing();
    muxer_.publish();
  }
  [[nodiscard]] bool published() const override { return muxer_.published(); }

 private:
  static std::vector<std::uint8_t> header_of(const AVCodecContext& encoder) {
    return {encoder.extradata, encoder.extradata + encoder.extradata_size};
  }

  /// The container has one header for the whole stream, so every encoder must agree with it.
  [[noreturn]] void refuse_other_header() const {
    throw OutputError("encoder '" + codec_ + "' describes its stream differently each time",
                      "use --segment-frames 0, which encodes all frames as one piece");
  }

  void begin(std::int64_t first_pts) {
    begun_ = true;
    stream_.first_pts = first_pts;
    stream_.offset = muxer_.offset_for(first_pts);
    if (request_.job == nullptr) muxer_.begin(first_pts);
  }

  void reopen_encoder() {
    encoder_.emplace(codec_, request_, muxer_.format(), RenderObserver{});
    if (header_of(encoder_->context()) != stream_.header) refuse_other_header();
  }

  void drain() {
    while (encoder_->receive(*packet_)) {
      if (request_.job == nullptr) {
        muxer_.write(*packet_);
      } else {
        request_.job->put(SegmentPart::media, packet_bytes(*packet_));
        av_packet_unref(packet_.get());
      }
    }
  }

  void mux_kept() {
    request_.job->for_each(SegmentPart::media, [this](std::span<const std::byte> bytes) {
      observer_.throw_if_stopped();
      const KeptPiece piece = read_kept_piece(bytes);
      if (piece.kind == KeptPiece::Kind::packet) {
        muxer_.write(*piece.packet);
      } else if (piece.kind == KeptPiece::Kind::end) {
        last_end_ = piece.end;
      } else {
        if (piece.facts.header != stream_.header) refuse_other_header();
        if (!muxer_.begun()) muxer_.begin(piece.facts.first_pts);
      }
    });
  }

  SinkRequest request_;
  RenderObserver observer_;
  std::string codec_;
  VideoMuxer muxer_;
  std::optional<VideoEncoder> encoder_;  ///< of the segment being written
  StreamFacts stream_;
  PacketPtr packet_;
  std::int64_t last_end_ = 0;  ///< end of the last frame, in the source's time base
  bool begun_ = false;         ///< the first frame's time is known
  bool in_segment_ = false;
};

}  // namespace

std::unique_ptr<FrameSink> open_video_sink(const SinkRequest& request, const std::string& ending,
                                           const RenderObserver& observer) {
  return std::make_unique<VideoSink>(request, ending, observer);
}

}  // namespace mosaic
