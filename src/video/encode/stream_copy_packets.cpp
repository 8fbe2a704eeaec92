// The packets of a copy: which are read, when, and in what order they are written.
#include <algorithm>
#include <utility>

#include "video/encode/stream_copy.hpp"
#include "video/sources.hpp"

namespace mosaic {

namespace {

/// Whether a packet of AAC as transport streams hold it lacks a header (ISO/IEC 14496-3, 1.A.2.2):
/// the end of one whose beginning was lost, or a header that damage has changed. Muxers that write
/// the header once refuse it, which would end the job. `first`: of its track, which tells where the
/// loudspeakers are if the header does not.
bool is_broken_adts(const AVCodecParameters& facts, const AVPacket& packet, bool first) {
  constexpr int kHeader = 7;
  constexpr int kChecksum = 2;
  constexpr int kSampleRates = 13;
  constexpr int kProgramConfig = 5;  // the element that tells it
  if (facts.codec_id != AV_CODEC_ID_AAC || facts.extradata_size > 0) return false;
  if (packet.size < kHeader) return true;
  const std::uint8_t* bytes = packet.data;
  const int length = (bytes[3] & 3) << 11 | bytes[4] << 3 | bytes[5] >> 5;
  if (bytes[0] != 0xFF || (bytes[1] & 0xF0) != 0xF0 || (bytes[2] >> 2 & 15) >= kSampleRates ||
      length < kHeader) {
    return true;
  }
  const bool checksum = (bytes[1] & 1) == 0;
  const bool several_blocks = (bytes[6] & 3) != 0;
  const int payload = kHeader + (checksum ? kChecksum : 0);
  if (packet.size <= payload || (checksum && several_blocks)) return true;
  const bool untold = ((bytes[2] & 1) << 2 | bytes[3] >> 6) == 0;
  return first && untold && bytes[payload] >> 5 != kProgramConfig;
}

}  // namespace

/// Next packet of a copied stream; false at the end of the source.
bool StreamCopy::read_packet(AVPacket& packet) {
  constexpr int kMostFailures = 1000;
  for (int failures = 0; !ended_;) {
    const int result = av_read_frame(source_.get(), &packet);
    if (result == AVERROR(EAGAIN) || result == AVERROR_INVALIDDATA) {
      ended_ = ++failures >= kMostFailures;
      continue;
    }
    if (result < 0) {
      ended_ = true;  // the frame source has named the damage already
      break;
    }
    // Streams may turn up in the middle of a transport stream; the header is written, so they go.
    const auto index = static_cast<std::size_t>(packet.stream_index);
    const int track = index < track_of_stream_.size() ? track_of_stream_[index] : -1;
    const bool cut_short = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0 && avio_feof(source_->pb) != 0;
    if (track < 0 || cut_short) {
      av_packet_unref(&packet);
      continue;
    }
    Track& copied = tracks_[static_cast<std::size_t>(track)];
    const bool first = copied.next_time == AV_NOPTS_VALUE;
    if (is_broken_adts(*source_->streams[packet.stream_index]->codecpar, packet, first)) {
      warn_of_broken_packet(copied);
      av_packet_unref(&packet);
      continue;
    }
    fill_times(copied, packet);
    return true;
  }
  return false;
}

void StreamCopy::warn_of_broken_packet(Track& track) {
  if (track.broken_warned) return;
  track.broken_warned = true;
  tell(observer_.warning, stream_name(*track.from) + " has damaged packets; left out");
}

bool StreamCopy::fill_pending() {
  if (has_pending_) return true;
  if (!ahead_.empty()) {
    pending_ = std::move(ahead_.front());
    ahead_.pop_front();
    has_pending_ = true;
  } else {
    has_pending_ = read_packet(*pending_);
  }
  return has_pending_;
}

/// Finds where every sound track begins; a few packets, because tracks are interleaved.
void StreamCopy::look_ahead() {
  constexpr std::size_t kMostPackets = 512;
  const auto is_sound = [](const Track& track) {
    return track.from->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
  };
  auto unseen = std::count_if(tracks_.begin(), tracks_.end(), is_sound);
  std::vector<bool> seen(tracks_.size(), false);
  while (unseen > 0 && ahead_.size() < kMostPackets) {
    PacketPtr packet = make_packet();
    if (!read_packet(*packet)) return;
    const auto index =
        static_cast<std::size_t>(track_of_stream_[static_cast<std::size_t>(packet->stream_index)]);
    if (!seen[index] && is_sound(tracks_[index])) {
      seen[index] = true;
      --unseen;
      tracks_[index].first_pts = packet->pts;
    }
    ahead_.push_back(std::move(packet));
  }
}

std::int64_t StreamCopy::delay_to_add(const Track& track, AVRational unit) const {
  const AVCodecParameters& facts = *track.to->codecpar;
  if (!is_matroska_family(*output_.oformat) || matroska_muxer_adds_codec_delay() ||
      facts.codec_id != AV_CODEC_ID_OPUS) {
    return 0;
  }
  return av_rescale_q(facts.initial_padding, AVRational{1, facts.sample_rate}, unit);
}

void StreamCopy::declare_priming(const CopyWindow& window) {
  if (!is_matroska_family(*output_.oformat)) return;
  look_ahead();
  for (Track& track : tracks_) {
    if (track.opus || track.from->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    if (window.start_us != INT64_MIN) continue;  // a cut leaves earlier packets out
    AVCodecParameters& facts = *track.to->codecpar;
    const std::int64_t samples =
        av_rescale_q_rnd(track.offset - track.first_pts, track.from->time_base,
                         AVRational{1, facts.sample_rate}, AV_ROUND_UP);
    if (samples > facts.initial_padding && samples < facts.sample_rate) {
      facts.initial_padding = static_cast<int>(samples);
    }
  }
}

/// Packets without time stamps follow the one before them.
void StreamCopy::fill_times(Track& track, AVPacket& packet) const {
  if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
  if (packet.dts == AV_NOPTS_VALUE) {
    packet.dts = track.next_time == AV_NOPTS_VALUE ? 0 : track.next_time;
  }
  if (packet.pts == AV_NOPTS_VALUE) packet.pts = packet.dts;
  track.next_time = packet.dts + packet.duration;
}

void StreamCopy::advance(std::int64_t until_us, const PacketWriter& write) {
  while (fill_pending()) {
    const AVRational unit = source_->streams[pending_->stream_index]->time_base;
    if (av_compare_ts(pending_->dts, unit, until_us, kMicroseconds) > 0) return;
    hand_over(write);
  }
}

void StreamCopy::finish(std::int64_t end_us, const PacketWriter& write) {
  window_.end_us = std::min(window_.end_us, end_us);
  while (fill_pending()) hand_over(write);
  for (Track& track : tracks_) {
    if (!track.opus) continue;
    track.opus->convert(nullptr, [&](AVPacket& packet) { write_in_order(track, packet, write); });
  }
}

/// Cuts pending_ to the window, moves it to the output's clock and writes it.
void StreamCopy::hand_over(const PacketWriter& write) {
  has_pending_ = false;
  Track& track = tracks_[static_cast<std::size_t>(
      track_of_stream_[static_cast<std::size_t>(pending_->stream_index)])];
  const AVRational unit = track.from->time_base;
  const auto before = [&](std::int64_t time, std::int64_t us) {
    if (us == INT64_MAX) return true;
    return us != INT64_MIN && av_compare_ts(time, unit, us, kMicroseconds) < 0;
  };
  const bool subtitle = track.from->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE;
  const std::int64_t end = pending_->pts + pending_->duration;
  // A subtitle that is up when the stretch begins is shown for the rest of its time.
  const bool too_early = before(subtitle ? end - 1 : pending_->pts, window_.start_us);
  if (too_early || !before(pending_->pts, window_.end_us)) {
    av_packet_unref(pending_.get());
    return;
  }
  if (subtitle && before(pending_->pts, window_.start_us)) {
    pending_->pts = pending_->dts = av_rescale_q(window_.start_us, kMicroseconds, unit);
    pending_->duration = end - pending_->pts;
  }
  pending_->pts -= track.offset;
  pending_->dts -= track.offset;
  if (subtitle && pending_->pts < 0) {  // shown from the start on; Matroska has no earlier time
    pending_->duration = std::max<std::int64_t>(0, pending_->duration + pending_->pts);
    pending_->pts = pending_->dts = 0;
  }
  if (track.opus) {
    track.opus->convert(pending_.get(),
                        [&](AVPacket& packet) { write_in_order(track, packet, write); });
  } else {
    const std::int64_t delay = delay_to_add(track, unit);
    pending_->pts += delay;
    pending_->dts += delay;
    av_packet_rescale_ts(pending_.get(), unit, track.to->time_base);
    write_in_order(track, *pending_, write);
  }
  av_packet_unref(pending_.get());
}

/// Muxers refuse decoding times that do not increase; damaged sources have them.
void StreamCopy::write_in_order(Track& track, AVPacket& packet, const PacketWriter& write) {
  if (track.opus) {
    const std::int64_t delay = delay_to_add(track, track.opus->encoder().time_base);
    packet.pts += delay;
    packet.dts += delay;
    av_packet_rescale_ts(&packet, track.opus->encoder().time_base, track.to->time_base);
  }
  packet.stream_index = track.to->index;
  packet.pos = -1;
  // Equal times are fine for subtitles and where the container allows it (Matroska).
  const bool equal_allowed = (output_.oformat->flags & AVFMT_TS_NONSTRICT) != 0;
  if (track.last_dts != AV_NOPTS_VALUE) {
    const std::int64_t least = track.last_dts + (equal_allowed ? 0 : 1);
    if (packet.dts < least) {
      if (!track.order_warned) {
        tell(observer_.warning,
             stream_name(*track.from) + " has timestamps that do not increase; moved on");
        track.order_warned = true;
      }
      packet.dts = least;
      packet.pts = std::max(packet.pts, packet.dts);
    }
  }
  track.last_dts = packet.dts;
  write(packet);
}

}  // namespace mosaic
