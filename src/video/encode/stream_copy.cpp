#include "video/encode/stream_copy.hpp"

#include <new>
#include <string_view>
#include <utility>

#include "mosaic/error.hpp"
#include "video/encode/stream_description.hpp"
#include "video/sources.hpp"

namespace mosaic {

namespace {

bool holds_attachments(const AVOutputFormat& container) {
  return std::string_view(container.name) == "matroska";
}

}  // namespace

StreamCopy::StreamCopy(const std::filesystem::path& source, AVFormatContext& output,
                       AVStream& video, const RenderObserver& observer)
    : path_(source),
      observer_(observer),
      source_(open_container(source)),
      output_(output),
      shown_(best_video_stream(*source_)),
      track_of_stream_(source_->nb_streams, -1),
      pending_(make_packet()) {
  for (unsigned i = 0; i < source_->nb_streams; ++i) add_stream(*source_->streams[i]);
  copy_metadata(video);
}

std::string StreamCopy::stream_name(const AVStream& stream) const {
  const char* kind = av_get_media_type_string(stream.codecpar->codec_type);
  std::string name = shown_name(path_) + ": " + (kind == nullptr ? "unknown" : kind) + " stream " +
                     std::to_string(stream.index) + " (" +
                     avcodec_get_name(stream.codecpar->codec_id);
  const std::string_view language = tag_value(stream.metadata, "language");
  if (!language.empty()) name += ", " + std::string(language);
  return name + ")";
}

void StreamCopy::add_stream(AVStream& from) {
  from.discard = AVDISCARD_ALL;  // until a track wants it
  if (&from == shown_) return;
  const AVOutputFormat& container = *output_.oformat;
  switch (from.codecpar->codec_type) {
    case AVMEDIA_TYPE_AUDIO:
      add_audio(from);
      return;
    case AVMEDIA_TYPE_SUBTITLE:
      if (held_by(container, from)) {
        add_copied(from);
      } else {
        tell(observer_.warning,
             stream_name(from) + " does not fit into the output's format; left out");
      }
      return;
    case AVMEDIA_TYPE_ATTACHMENT:
      if (!holds_attachments(container)) {
        tell(observer_.notice, stream_name(from) + " is left out: only .mkv holds attachments");
      } else if (header_takes(container, from)) {
        add_copied(from);
      } else {
        tell(observer_.warning, stream_name(from) + " lacks what an attachment needs; left out");
      }
      return;
    case AVMEDIA_TYPE_VIDEO:
      tell(observer_.notice, stream_name(from) + " is left out: one video stream is shown");
      return;
    default:
      tell(observer_.info, stream_name(from) + " is left out");
      return;
  }
}

void StreamCopy::add_audio(AVStream& from) {
  const AVCodecParameters& facts = *from.codecpar;
  if (facts.codec_id == AV_CODEC_ID_NONE || facts.sample_rate <= 0 ||
      facts.ch_layout.nb_channels <= 0) {
    tell(observer_.warning, stream_name(from) + " cannot be identified; left out");
    return;
  }
  if (held_by(*output_.oformat, from)) {
    add_copied(from);
    return;
  }
  if (std::string_view(output_.oformat->name) != "webm") {
    tell(observer_.warning,
         stream_name(from) + " does not fit into the output's format; left out (.mkv holds it)");
    return;
  }
  Track track;
  try {
    track.opus = std::make_unique<OpusTrack>(from);
  } catch (const Error& error) {
    tell(observer_.warning, stream_name(from) + " is left out: " + error.what());
    return;
  }
  track.to = avformat_new_stream(&output_, nullptr);
  if (track.to == nullptr) throw std::bad_alloc();
  if (avcodec_parameters_from_context(track.to->codecpar, &track.opus->encoder()) < 0) {
    throw std::bad_alloc();
  }
  track.to->time_base = track.opus->encoder().time_base;
  track.to->disposition = from.disposition;
  copy_tags(from.metadata, &track.to->metadata);
  track.from = &from;
  from.discard = AVDISCARD_DEFAULT;
  track_of_stream_[static_cast<std::size_t>(from.index)] = static_cast<int>(tracks_.size());
  tracks_.push_back(std::move(track));
  tell(observer_.notice, stream_name(from) +
                             " is encoded as Opus, which .webm needs; its bytes may differ between "
                             "machines");
}

void StreamCopy::add_copied(AVStream& from) {
  Track track;
  track.to = avformat_new_stream(&output_, nullptr);
  if (track.to == nullptr) throw std::bad_alloc();
  describe_copy(from, *track.to);
  if (from.codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT) return;  // all of it is in the header
  track.from = &from;
  from.discard = AVDISCARD_DEFAULT;
  track_of_stream_[static_cast<std::size_t>(from.index)] = static_cast<int>(tracks_.size());
  tracks_.push_back(std::move(track));
}

void StreamCopy::copy_metadata(AVStream& video) {
  copy_tags(source_->metadata, &output_.metadata);
  if (shown_ == nullptr) return;
  for (const char* key : {"language", "title", "handler_name"}) {
    const std::string value(tag_value(shown_->metadata, key));
    if (!value.empty()) av_dict_set(&video.metadata, key, value.c_str(), 0);
  }
  video.disposition = shown_->disposition;
}

std::int64_t StreamCopy::clock_offset_us() const {
  const bool free_clock = (source_->iformat->flags & AVFMT_TS_DISCONT) != 0;
  return free_clock && source_->start_time != AV_NOPTS_VALUE ? source_->start_time : 0;
}

void StreamCopy::begin(const CopyWindow& window) {
  window_ = window;
  for (Track& track : tracks_) {
    track.offset = av_rescale_q(window_.offset_us, kMicroseconds, track.from->time_base);
  }
  declare_priming(window);
  copy_chapters(window);
  // The end is a forecast here; packets are cut by what finish() is told.
  window_.end_us = INT64_MAX;
}

void StreamCopy::copy_chapters(const CopyWindow& window) {
  for (unsigned i = 0; i < source_->nb_chapters; ++i) {
    const AVChapter& from = *source_->chapters[i];
    const std::int64_t start = av_rescale_q(from.start, from.time_base, kMicroseconds);
    const std::int64_t end = av_rescale_q(from.end, from.time_base, kMicroseconds);
    if (end <= window.start_us || start >= window.end_us) continue;
    auto* to = static_cast<AVChapter*>(av_mallocz(sizeof(AVChapter)));
    if (to == nullptr) throw std::bad_alloc();
    const std::int64_t offset = av_rescale_q(window.offset_us, kMicroseconds, from.time_base);
    to->id = from.id;
    to->time_base = from.time_base;
    to->start = from.start - offset;
    to->end = from.end - offset;
    if (start < window.start_us) {
      to->start = av_rescale_q(window.start_us - window.offset_us, kMicroseconds, from.time_base);
    }
    if (end > window.end_us) {
      to->end = av_rescale_q(window.end_us - window.offset_us, kMicroseconds, from.time_base);
    }
    copy_tags(from.metadata, &to->metadata);
    int count = static_cast<int>(output_.nb_chapters);
    if (av_dynarray_add_nofree(&output_.chapters, &count, to) < 0) {
      av_dict_free(&to->metadata);
      av_free(to);
      throw std::bad_alloc();
    }
    output_.nb_chapters = static_cast<unsigned>(count);
  }
}

}  // namespace mosaic
