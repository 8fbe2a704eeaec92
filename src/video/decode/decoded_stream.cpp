#include "video/decode/decoded_stream.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <new>
#include <string_view>
#include <utility>

#include "video/decode/container_length.hpp"
#include "video/decode/container_tail.hpp"
#include "video/decode/standard_input.hpp"
#include "video/sources.hpp"
#include "video/standard_stream.hpp"

extern "C" {
#include <libavutil/avstring.h>
}

namespace mosaic {

namespace {

/// Constant, because what a decoder makes of damaged data can depend on how frames are spread over
/// threads; intact streams decode the same with any number.
constexpr int kDecoderThreads = 4;

/// Failing calls in a row after which a stream is taken to have ended.
constexpr int kMostFailures = 1000;

/// How a decoder may use its threads. FFmpeg before 6.1 notes the damage of an H.264 or MPEG-4
/// picture when its slices are done, but with frame threads may have handed the picture out by
/// then: the same file would count as damaged in one run and as whole in the next.
int thread_type_for(AVCodecID codec) {
  const bool notes_late = codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_MPEG4;
  return notes_late ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE;
}

Announced announced_frames(const AVFormatContext& format, AVStream& stream, bool complained) {
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
  result.exact = true;
  // Without a complaint, an edit list is why entries are missing.
  result.index_damaged = complained && entries < stream.nb_frames;
  result.frames = result.index_damaged ? stream.nb_frames : shown;
  const std::int64_t file_size = avio_size(format.pb);
  result.file_too_short = file_size > 0 && end_of_data > file_size;
  return result;
}

/// Whether a JPEG's last scan has no end. In coded data FF is followed by 0 or a restart marker, so
/// neither marker is met by chance behind the last scan's beginning.
bool lacks_jpeg_end(const AVPacket& packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet.data),
                               static_cast<std::size_t>(packet.size));
  const std::size_t end = bytes.rfind("\xFF\xD9");
  const std::size_t scan = bytes.rfind("\xFF\xDA");
  return end == std::string_view::npos || (scan != std::string_view::npos && scan > end);
}

std::string seconds_text(std::int64_t us) {
  return number_text(std::round(static_cast<double>(us) / 1e5) / 10.0);
}

}  // namespace

DecodedStream::DecodedStream(const std::filesystem::path& path, DecodePlace place,
                             const RenderObserver& observer)
    : path_(path),
      place_(std::move(place)),
      observer_(observer),
      format_(open_container(path, &header_complaint_)),
      packet_(make_packet()) {
  note_complaint();  // a short file has been read to its end by now
  choose_stream();
  tell_of_other_streams();
  open_decoder();
  announced_ = announced_frames(*format_, *stream_, !header_complaint_.empty());
}

void DecodedStream::choose_stream() {
  stream_ = best_video_stream(*format_);
  if (stream_ == nullptr) {
    throw InputError("'" + shown_name(path_) + "' has no video stream that can be decoded",
                     "give a video file, a folder of pictures or a picture");
  }
  const bool mov = av_match_name("mov", format_->iformat->name) != 0;
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    AVStream* other = format_->streams[i];
    const bool video = other->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    // mov can jump over what nobody reads. Elsewhere other streams are kept: their times tell
    // whether a file without an index is complete.
    if (other != stream_ && (mov || video)) other->discard = AVDISCARD_ALL;
  }
}

void DecodedStream::tell_of_other_streams() const {
  int videos = 0;
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream* other = format_->streams[i];
    const bool video = other->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    if (video && (other->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0) ++videos;
  }
  if (videos < 2) return;
  tell(observer_.notice, "'" + shown_name(path_) + "' has " + std::to_string(videos) +
                             " video streams; using number " + std::to_string(stream_->index) +
                             ", " + std::to_string(stream_->codecpar->width) + "x" +
                             std::to_string(stream_->codecpar->height));
}

void DecodedStream::open_decoder() {
  const AVCodec* const codec = &choose_decoder();
  decoder_.reset(avcodec_alloc_context3(codec));
  if (!decoder_) throw std::bad_alloc();
  if (card_) card_->attach(*decoder_);
  int result = avcodec_parameters_to_context(decoder_.get(), stream_->codecpar);
  decoder_->pkt_timebase = stream_->time_base;
  // A card needs no threads of ours, and each would take frames on it.
  decoder_->thread_count = card_ ? 1 : kDecoderThreads;
  decoder_->thread_type = thread_type_for(codec->id);
  decoder_->flags |= AV_CODEC_FLAG_BITEXACT;  // codecs with several inverse transforms
  decoder_->max_pixels = kMostVideoPixels;
  if (result >= 0) result = avcodec_open2(decoder_.get(), codec, nullptr);
  if (result < 0) {
    throw InputError("cannot decode '" + shown_name(path_) + "' (" +
                     avcodec_get_name(stream_->codecpar->codec_id) + "): " + av_error_text(result));
  }
}

bool DecodedStream::next(AVFrame& frame) {
  if (first_) {
    av_frame_move_ref(&frame, first_.get());
    first_.reset();
  } else if (!decode_where_it_works(frame)) {
    return false;
  }
  ++handed_out_;
  return true;
}

/// Next frame in presentation order; false when file and decoder are empty.
bool DecodedStream::decode(AVFrame& frame) {
  // ENOMEM counts as damage here and below: it is how FFmpeg answers sizes that damage made up.
  for (int failures = 0; failures < kMostFailures;) {
    const int result = avcodec_receive_frame(decoder_.get(), &frame);
    if (result == 0) {
      if (card_) bring_to_host(frame);
      if (frame_is_damaged(frame)) ++pass_.errors;
      return true;
    }
    if (result == AVERROR_EOF) {
      pass_.drained = true;
      return false;
    }
    if (result == AVERROR(EAGAIN)) {
      if (!feed()) ++failures;
      continue;
    }
    if (card_) require_card_works(result);
    ++pass_.errors;
    ++failures;
  }
  return false;
}

/// Gives the decoder one packet, or the end of the stream. False when it did not take it.
bool DecodedStream::feed() {
  if (!next_packet()) {
    return avcodec_send_packet(decoder_.get(), nullptr) >= 0;
  }
  if ((packet_->flags & AV_PKT_FLAG_KEY) != 0) decoder_->opaque = &account_;
  const int sent = avcodec_send_packet(decoder_.get(), packet_.get());
  av_packet_unref(packet_.get());
  if (sent >= 0) return true;
  if (card_) require_card_works(sent);
  ++pass_.errors;
  return false;
}

/// Next packet of our stream into packet_; false at the end of the file.
bool DecodedStream::next_packet() {
  for (int failures = 0; failures < kMostFailures && !pass_.file_ended;) {
    const int result = av_read_frame(format_.get(), packet_.get());
    note_complaint();
    if (result == AVERROR_EOF) {
      note_end();
      break;
    }
    if (result == AVERROR(EAGAIN) || result == AVERROR_INVALIDDATA) {
      ++failures;
      if (result == AVERROR_INVALIDDATA) {
        ++pass_.errors;
        ++pass_.errors_behind;
      }
      continue;
    }
    if (result < 0) {
      ++pass_.errors;
      pass_.read_error = av_error_text(result);
      break;
    }
    note_packet();
    const bool shown = packet_->stream_index == stream_->index;
    // A packet the end of the file cut in two would decode to half a picture. Whoever stops a
    // broadcast's recording cuts its sound, which is no damage.
    const bool cut = (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0 && avio_feof(format_->pb) != 0;
    const std::string_view format = format_->iformat->name;
    // What is cut of an FLV may be somebody's text; ends_early() looks.
    const bool judged_later = format == "flv" && !is_standard_stream(path_) && !pass_.sought;
    if (cut && !judged_later && (shown || format != "mpegts")) ++pass_.errors;
    if (cut || !shown) {
      av_packet_unref(packet_.get());
      continue;
    }
    return true;
  }
  pass_.file_ended = true;
  return false;
}

void DecodedStream::note_packet() {
  pass_.errors_behind = 0;
  if (pass_.complaint_pos >= 0 && packet_->pos >= pass_.complaint_pos) {
    ++pass_.demuxer_complaints;
    pass_.complaint_pos = -1;
  }
  const std::string_view format = format_->iformat->name;
  if (format == "yuv4mpegpipe") pass_.last_packet_end_bytes = packet_->pos + packet_->size;
  if (format == "mjpeg") pass_.frame_cut = lacks_jpeg_end(*packet_);
  const AVStream* from = format_->streams[packet_->stream_index];
  const std::int64_t time = packet_->pts != AV_NOPTS_VALUE ? packet_->pts : packet_->dts;
  if (time == AV_NOPTS_VALUE) return;
  const std::int64_t end = av_rescale_q(time + packet_->duration, from->time_base, kMicroseconds);
  pass_.last_packet_end_us = std::max(pass_.last_packet_end_us, end);
}

std::int64_t DecodedStream::errors() const {
  if (pass_.errors > 0) return pass_.errors;
  return pass_.demuxer_complaints + (pass_.drained ? account_.complaints.load() : 0);
}

/// Only Matroska's demuxer complains about nothing but damage at the end: a GIF's does about what
/// programs append. The end is met once, and often while there are packets left to hand out.
void DecodedStream::note_complaint() {
  std::string said = take_demuxer_error();
  const bool matroska = av_match_name("matroska", format_->iformat->name) != 0;
  // Zeros behind a recording are room that was never used.
  const bool zeros = said.find("invalid as first byte of an EBML number") != std::string::npos;
  if (matroska && !said.empty() && !zeros && avio_feof(format_->pb) != 0) {
    pass_.end_complaint = std::move(said);
    return;
  }
  const DemuxerDamage damage = demuxer_damage(format_->iformat->name, said);
  if (damage == DemuxerDamage::certain) ++pass_.demuxer_complaints;
  if (damage == DemuxerDamage::if_more_follows) pass_.complaint_pos = demuxer_error_position();
}

void DecodedStream::note_end() {
  // FFmpeg makes the end of the file of a frame that is not all there.
  const std::int64_t behind = avio_tell(format_->pb) - pass_.last_packet_end_bytes;
  if (pass_.last_packet_end_bytes < 0 || behind <= 0) return;
  pass_.frame_cut = !ends_blank(behind);
  if (!pass_.frame_cut) pass_.errors -= pass_.errors_behind;
}

/// Whether the last `count` bytes of the input, which follow the last whole frame, are such as
/// programs put at the end of a file: they begin no frame.
bool DecodedStream::ends_blank(std::int64_t count) const {
  constexpr std::int64_t kMost = 64;
  if (count > kMost) return false;
  std::string bytes(static_cast<std::size_t>(count), '?');
  if (is_standard_stream(path_)) {
    const std::string_view tail = StandardInput::of(*format_).tail();
    bytes = tail.substr(tail.size() - std::min(tail.size(), bytes.size()));
  } else {
    std::ifstream file(path_, std::ios::binary);
    file.seekg(-count, std::ios::end);
    file.read(bytes.data(), count);
  }
  return bytes.find_first_not_of(std::string_view(" \t\r\n\0", 5)) == std::string::npos;
}

bool DecodedStream::holds_one_frame() const {
  const InputContext again = open_container(path_);
  const PacketPtr packet = make_packet();
  int packets = 0;
  while (packets < 2 && av_read_frame(again.get(), packet.get()) >= 0) {
    if (packet->stream_index == stream_->index) ++packets;
    av_packet_unref(packet.get());
  }
  return packets == 1;
}

std::optional<std::string> DecodedStream::damage(std::int64_t delivered) const {
  if (pass_.sought) {
    if (!pass_.read_error.empty()) return "reading stopped: " + pass_.read_error;
    if (errors() > 0) return std::to_string(errors()) + " decoding errors (file is damaged)";
    return std::nullopt;
  }
  const std::int64_t missing = announced_.exact ? announced_.frames - delivered : 0;
  // Without an error the decoder had its reasons: pictures that refer before a cut, or that are
  // not meant to be shown.
  if (missing > 0 && (announced_.file_too_short || announced_.index_damaged || errors() > 0)) {
    const char* why = announced_.file_too_short ? "file is truncated" : "file is damaged";
    return std::to_string(delivered) + " of " + std::to_string(announced_.frames) +
           " frames could be read (" + why + ")";
  }
  if (missing > 0) {
    tell(observer_.notice, shown_name(path_) + ": " + std::to_string(missing) + " of " +
                               std::to_string(announced_.frames) +
                               " frames were not shown by the decoder");
  }
  if (!pass_.read_error.empty()) {
    return "reading stopped after " + std::to_string(delivered) + " frames: " + pass_.read_error;
  }
  if (auto missing_part = shortfall(delivered)) return missing_part;
  if (errors() > 0) return std::to_string(errors()) + " decoding errors (file is damaged)";
  return std::nullopt;
}

/// What the file lacks of the length it promises, in time or in bytes.
std::optional<std::string> DecodedStream::shortfall(std::int64_t delivered) const {
  const bool measured =
      !announced_.exact && (format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM ||
                            format_->duration_estimation_method == AVFMT_DURATION_FROM_PTS);
  if (measured && format_->duration > 0 && pass_.last_packet_end_us != INT64_MIN) {
    // Containers differ in whether a late start counts into their duration: take the reading that
    // finds the file complete.
    const std::int64_t start =
        format_->start_time == AV_NOPTS_VALUE ? 0 : std::min<std::int64_t>(format_->start_time, 0);
    const std::int64_t reached = pass_.last_packet_end_us - start;
    // Durations are rounded, and the last packet of a stream may not carry one.
    const std::int64_t slack = std::max<std::int64_t>(AV_TIME_BASE / 2, format_->duration / 50);
    if (reached + slack < format_->duration) {
      return seconds_text(reached) + " of " + seconds_text(format_->duration) + " s (" +
             std::to_string(delivered) + " frames) could be read (file is truncated)";
    }
  }
  if (pass_.frame_cut) {
    return std::to_string(delivered) +
           " frames could be read, and the input ends within one (it is truncated)";
  }
  if (!pass_.end_complaint.empty()) {
    return std::to_string(delivered) + " frames could be read (" + pass_.end_complaint + ")";
  }
  const bool pipe = is_standard_stream(path_);
  if (pipe ? pipe_is_cut() : ends_early(path_)) {
    return std::to_string(delivered) +
           " frames could be read, but the file ends before what it says it holds (file is "
           "truncated)";
  }
  return std::nullopt;
}

std::int64_t count_video_frames(const std::filesystem::path& path, const RenderObserver& observer) {
  const InputContext format = open_container(path);
  const AVStream* const stream = best_video_stream(*format);
  if (stream == nullptr) return 0;
  const PacketPtr packet = make_packet();
  std::int64_t frames = 0;
  // What ends the reading early ends that of the run as well.
  while (av_read_frame(format.get(), packet.get()) >= 0) {
    if (packet->stream_index == stream->index) ++frames;
    av_packet_unref(packet.get());
    observer.throw_if_stopped();
  }
  return frames;
}

bool DecodedStream::pipe_is_cut() const {
  const StandardInput& input = StandardInput::of(*format_);
  return tail_is_cut(input.head(), input.tail());
}

}  // namespace mosaic
