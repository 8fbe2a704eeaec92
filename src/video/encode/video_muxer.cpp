#include "video/encode/video_muxer.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>

#include "video/sources.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

const char* muxer_name(const std::string& ending) {
  if (ending == ".mkv") return "matroska";
  if (ending == ".webm") return "webm";
  if (ending == ".mov") return "mov";
  return "mp4";
}

VideoMuxer::VideoMuxer(const SinkRequest& request, const std::string& ending,
                       const RenderObserver& observer)
    : request_(request), observer_(observer) {
  if (!is_standard_stream(request.output)) {
    file_.emplace(request.output, request.force,
                  request.job == nullptr ? std::filesystem::path() : request.job->path());
  }
  AVFormatContext* raw = nullptr;
  avformat_alloc_output_context2(&raw, nullptr, muxer_name(ending), nullptr);
  if (raw == nullptr) throw DeviceError("this FFmpeg cannot write " + ending + " files");
  output_.reset(raw);
  output_->flags |= AVFMT_FLAG_BITEXACT;  // no random identifiers, no dates
}

void VideoMuxer::check(int result) const {
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (result == AVERROR(EPIPE) && !file_) throw PipeClosed();
  if (result < 0) throw_output_failure(request_.output, result);
}

void VideoMuxer::open(const AVCodecContext& encoder) {
  unit_ = encoder.time_base;
  frame_rate_ = encoder.framerate;
  video_ = avformat_new_stream(output_.get(), nullptr);
  if (video_ == nullptr) throw std::bad_alloc();
  check(avcodec_parameters_from_context(video_->codecpar, &encoder));
  // A hint: the muxer makes its own unit of it. mp4's is a whole multiple, so nothing is rounded.
  video_->time_base = unit_;
  video_->avg_frame_rate = frame_rate_;
  video_->sample_aspect_ratio = AVRational{1, 1};
  if (request_.copy_streams_from) {
    copy_.emplace(*request_.copy_streams_from, *output_, *video_, observer_);
  }
  open_file();
}

void VideoMuxer::open_file() {
  const std::string url = file_ ? file_url(file_->temporary()) : "pipe:1";
  av_freep(&output_->url);
  output_->url = av_strdup(url.c_str());
  if (output_->url == nullptr) throw std::bad_alloc();
  Options options;
  options.put("protocol_whitelist", file_ ? "file" : "pipe");
  check(avio_open2(&output_->pb, url.c_str(), AVIO_FLAG_WRITE, nullptr, options.get()));
}

std::int64_t VideoMuxer::offset_for(std::int64_t first_pts) const {
  std::int64_t offset = 0;
  if (request_.range.first > 0) {
    offset = first_pts;
  } else if (copy_) {
    offset = av_rescale_q(copy_->clock_offset_us(), kMicroseconds, unit_);
  }
  // mp4 hides and Matroska cannot store pictures before 0.
  return std::min(offset, first_pts);
}

void VideoMuxer::begin(std::int64_t first_pts) {
  begun_ = true;
  offset_ = offset_for(first_pts);
  CopyWindow window;
  if (request_.range.first > 0) window.start_us = av_rescale_q(first_pts, unit_, kMicroseconds);
  window.offset_us = av_rescale_q(offset_, unit_, kMicroseconds);
  if (request_.range.last >= 0) {
    // Only chapters need an end this early; it is exact for a constant frame rate.
    const std::int64_t frames = request_.range.last - request_.range.first;
    window.end_us = av_rescale_q(first_pts, unit_, kMicroseconds) +
                    av_rescale_q(frames, av_inv_q(frame_rate_), kMicroseconds);
  }
  if (copy_) copy_->begin(window);
  write_header(first_pts - offset_);
}

void VideoMuxer::write_header(std::int64_t first_pts) {
  Options options;
  if (is_mov_family(*output_->oformat)) {
    // What is in a pipe cannot be gone back to, so there the index comes piece by piece.
    options.put("movflags", file_ ? "+faststart" : "+frag_keyframe+empty_moov+default_base_moof");
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
std::int64_t VideoMuxer::track_timescale() const {
  std::int64_t scale = unit_.den;
  while (scale < 10000) scale *= 2;
  return scale;
}

/// Note [Decoding times over borders]
/// An encoder that reorders pictures counts the decoding times of its first packets back from its
/// first picture, by as long as its first pictures take. Where the frame rate varies, a new encoder
/// may so begin before the one before it ended. Then the times follow each other at the least
/// distance until they are free again. There is room for that: an encoder that is D pictures late
/// ends with a decoding time D pictures before its last one, and only D packets are too early.
void VideoMuxer::keep_order(AVPacket& packet) {
  if (packet.dts == AV_NOPTS_VALUE) return;
  if (last_dts_ != AV_NOPTS_VALUE) packet.dts = std::max(packet.dts, last_dts_ + 1);
  if (packet.dts > packet.pts) {  // not so with any encoder known; the file would not play
    throw OutputError(
        "the encoder's pieces do not fit together: a picture would be decoded after "
        "its time",
        "use --segment-frames 0, which makes one piece, or another --codec");
  }
  last_dts_ = packet.dts;
}

void VideoMuxer::write(AVPacket& packet) {
  keep_order(packet);
  if (copy_) {
    // Other streams up to this picture's decoding time, so that the file is well interleaved.
    const std::int64_t until = av_rescale_q(packet.dts + offset_, unit_, kMicroseconds);
    copy_->advance(until, [this](AVPacket& other) { mux(other); });
  }
  av_packet_rescale_ts(&packet, unit_, video_->time_base);
  packet.stream_index = video_->index;
  mux(packet);
}

void VideoMuxer::mux(AVPacket& packet) {
  check(av_interleaved_write_frame(output_.get(), &packet));
  check(output_->pb->error);  // muxers do not look at the result of every write
}

void VideoMuxer::complete(std::int64_t end) {
  if (copy_) {
    const std::int64_t until =
        request_.range.last < 0 ? INT64_MAX : av_rescale_q(end, unit_, kMicroseconds);
    copy_->finish(until, [this](AVPacket& packet) { mux(packet); });
  }
  check(av_write_trailer(output_.get()));
  avio_flush(output_->pb);
  check(output_->pb->error);
  check(avio_closep(&output_->pb));
  if (file_) file_->sync();
}

std::optional<std::filesystem::path> VideoMuxer::staged() const {
  return file_ ? std::optional(file_->temporary()) : std::nullopt;
}

void VideoMuxer::publish() {
  if (file_) file_->commit();
}

}  // namespace mosaic
