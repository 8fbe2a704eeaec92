#include "video/encode/stream_description.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace mosaic {
namespace {

/// Facts about the source file that are wrong for the output, or that its muxer writes itself.
bool belongs_to_source_file(std::string_view key) {
  static constexpr std::array<std::string_view, 7> kKeys = {
      "major_brand", "minor_version", "compatible_brands", "encoder", "duration",
      "timecode",    "rotate"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

/// A muxer that writes to memory, for a header that is thrown away.
class ScratchOutput {
 public:
  explicit ScratchOutput(const AVOutputFormat& container) {
    AVFormatContext* raw = nullptr;
    if (avformat_alloc_output_context2(&raw, &container, nullptr, nullptr) < 0) {
      throw std::bad_alloc();
    }
    context_.reset(raw);
    context_->flags |= AVFMT_FLAG_BITEXACT;
    if (avio_open_dyn_buf(&context_->pb) < 0) throw std::bad_alloc();
  }
  ~ScratchOutput() {
    std::uint8_t* bytes = nullptr;  // not a file, so OutputContext must not close it
    avio_close_dyn_buf(context_->pb, &bytes);
    av_free(bytes);
    context_->pb = nullptr;
  }
  ScratchOutput(const ScratchOutput&) = delete;
  ScratchOutput& operator=(const ScratchOutput&) = delete;
  [[nodiscard]] AVFormatContext& context() { return *context_; }

 private:
  OutputContext context_;
};

/// FFmpeg's code for writing, to nowhere, the header of an output with a copy of this stream alone.
int try_header(const AVOutputFormat& container, const AVStream& from, const std::string& movflags) {
  ScratchOutput scratch(container);
  AVStream* to = avformat_new_stream(&scratch.context(), nullptr);
  if (to == nullptr) throw std::bad_alloc();
  describe_copy(from, *to);
  Options options;
  if (!movflags.empty()) options.put("movflags", movflags);
  const int result = avformat_write_header(&scratch.context(), options.get());
  take_ffmpeg_error();  // said by our own warning
  if (result == AVERROR(ENOMEM)) throw std::bad_alloc();
  return result;
}

}  // namespace

std::string_view tag_value(const AVDictionary* dictionary, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(dictionary, key, nullptr, 0);
  return entry == nullptr ? std::string_view() : std::string_view(entry->value);
}

void copy_tags(const AVDictionary* from, AVDictionary** to) {
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(from, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    if (!belongs_to_source_file(entry->key)) av_dict_set(to, entry->key, entry->value, 0);
  }
}

void describe_copy(const AVStream& from, AVStream& to) {
  if (avcodec_parameters_copy(to.codecpar, from.codecpar) < 0) throw std::bad_alloc();
  to.codecpar->codec_tag = 0;  // the output's muxer knows its own
  to.time_base = from.time_base;
  to.disposition = from.disposition;
  copy_tags(from.metadata, &to.metadata);
}

/// The muxer's table of codecs promises more than the muxer does: mp4 lists TrueHD and refuses its
/// header, which would end the whole job. And mp4 writes what it says of a stream at the very end,
/// where a damaged description of a sound coder would spoil a finished film; in pieces it comes
/// first. (For pieces it also wants a packet of AC-3 at once, which says nothing of the stream.)
bool header_takes(const AVOutputFormat& container, const AVStream& from) {
  if (try_header(container, from, {}) < 0) return false;
  return !is_mov_family(container) ||
         try_header(container, from, "+frag_keyframe+empty_moov") != AVERROR_INVALIDDATA;
}

bool held_by(const AVOutputFormat& container, const AVStream& from) {
  return avformat_query_codec(&container, from.codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 1 &&
         header_takes(container, from);
}

}  // namespace mosaic
