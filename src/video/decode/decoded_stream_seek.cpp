// Beginning in the middle of a video.
#include <array>
#include <cmath>
#include <utility>

#include "video/decode/decoded_stream.hpp"

namespace mosaic {

/// Note [Where decoding can begin]
/// Transport and program streams have no index: FFmpeg goes to the packet of the time asked for,
/// whatever it holds, and the decoder drops all up to the next key frame, in the last group of
/// pictures all there is. Indices may be wrong too, and pictures that are shown before a key frame
/// may need the one before that. So what comes out of the decoder is asked: while the first key
/// frame is later than `from_s`, the search begins earlier.
void DecodedStream::seek(double from_s) {
  constexpr std::array<double, 6> kEarlier_s = {0.0, 2.0, 5.0, 10.0, 30.0, 120.0};
  if (stream_->start_time == AV_NOPTS_VALUE) return;  // raw streams have no times to go by
  const auto time_at = [this](double seconds) {
    return stream_->start_time +
           static_cast<std::int64_t>(std::floor(seconds / av_q2d(stream_->time_base)));
  };
  const std::int64_t latest = time_at(from_s);
  for (const double earlier_s : kEarlier_s) {
    if (earlier_s > 0.0 && earlier_s >= from_s) break;
    observer_.throw_if_stopped();
    if (!jump(time_at(from_s - earlier_s))) break;
    if (reaches_key_frame(latest)) return;
  }
  if (pass_.sought) reopen();
}

/// False when the container cannot; then it is where it was.
bool DecodedStream::jump(std::int64_t time) {
  if (av_seek_frame(format_.get(), stream_->index, time, AVSEEK_FLAG_BACKWARD) < 0) return false;
  avcodec_flush_buffers(decoder_.get());
  decoder_->opaque = nullptr;  // until the next key packet
  take_demuxer_error();        // of places it looked at on its way
  begin_pass();
  pass_.sought = true;
  return true;
}

/// What was met before does not count.
void DecodedStream::begin_pass() {
  account_.complaints = 0;
  pass_ = {};
}

/// Decodes up to a key frame, which is kept for next(). What comes before it refers to what was not
/// read, and is dropped with its errors. False when it is later than `latest`, or there is none.
bool DecodedStream::reaches_key_frame(std::int64_t latest) {
  FramePtr frame = make_frame();
  // Decoders of pictures that all stand alone do not always say so.
  const AVCodecDescriptor* const codec = avcodec_descriptor_get(stream_->codecpar->codec_id);
  const bool all_are_key = codec != nullptr && (codec->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
  while (decode(*frame)) {
    const std::int64_t time = frame->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE || time > latest) break;
    if (all_are_key || frame_is_key(*frame)) {
      pass_.errors = frame_is_damaged(*frame) ? 1 : 0;
      first_ = std::move(frame);
      return true;
    }
    av_frame_unref(frame.get());
  }
  pass_.errors = 0;
  return false;
}

/// Back to the beginning, wherever a search has led to.
void DecodedStream::reopen() {
  format_ = open_container(path_);
  choose_stream();
  open_decoder();
  begin_pass();
  note_complaint();  // as when the stream was opened
}

}  // namespace mosaic
