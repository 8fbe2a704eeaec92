// Everything a source carries besides the pictures: sound, subtitles, chapters, metadata,
// attachments; copied packet by packet into the output.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "video/encode/opus_track.hpp"
#include "video/frame_sink.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// The stretch of the source that the output shows, in microseconds of the source's clock.
struct CopyWindow {
  std::int64_t start_us = INT64_MIN;  ///< packets that begin earlier are left out
  std::int64_t end_us = INT64_MAX;    ///< chapters that begin later are left out
  std::int64_t offset_us = 0;         ///< taken off every time stamp
};

class StreamCopy {
 public:
  using PacketWriter = std::function<void(AVPacket&)>;

  /// Opens the source and adds a stream to `output` for everything its container can hold. What it
  /// cannot hold is named in a warning. `video` receives the shown stream's language and title.
  StreamCopy(const std::filesystem::path& source, AVFormatContext& output, AVStream& video,
             const RenderObserver& observer);

  /// Offset that brings the source's first time stamp to 0 for formats whose clock starts anywhere
  /// (MPEG-TS, MPEG-PS); 0 for all others, whose times are passed through.
  [[nodiscard]] std::int64_t clock_offset_us() const;

  /// Must be called once, before the output's header is written. Matroska has no negative times;
  /// sound that begins before 0 (a coder's priming) gets a codec delay there, so that nothing
  /// moves.
  void begin(const CopyWindow& window);

  /// Hands over packets whose decoding time is not after `until_us` (source clock, before offset).
  void advance(std::int64_t until_us, const PacketWriter& write);

  /// Hands over what is left, up to `end_us` of the source clock.
  void finish(std::int64_t end_us, const PacketWriter& write);

 private:
  struct Track {
    AVStream* from = nullptr;  ///< owned by source_
    AVStream* to = nullptr;    ///< owned by the output
    std::unique_ptr<OpusTrack> opus;
    std::int64_t offset = 0;                  ///< in from->time_base
    std::int64_t first_pts = 0;               ///< of the first packet, in from->time_base
    std::int64_t next_time = AV_NOPTS_VALUE;  ///< expected next time stamp, from->time_base
    std::int64_t last_dts = AV_NOPTS_VALUE;   ///< written last, to->time_base
    bool order_warned = false;
    bool broken_warned = false;
  };

  void add_stream(AVStream& from);
  void add_audio(AVStream& from);
  void add_copied(AVStream& from);
  void copy_metadata(AVStream& video);
  void copy_chapters(const CopyWindow& window);
  void look_ahead();
  void declare_priming(const CopyWindow& window);
  /// Codec delay the muxer leaves to us to add, in `unit`; 0 for most.
  [[nodiscard]] std::int64_t delay_to_add(const Track& track, AVRational unit) const;
  bool read_packet(AVPacket& packet);
  void warn_of_broken_packet(Track& track);
  bool fill_pending();
  void fill_times(Track& track, AVPacket& packet) const;
  void hand_over(const PacketWriter& write);
  void write_in_order(Track& track, AVPacket& packet, const PacketWriter& write);
  [[nodiscard]] std::string stream_name(const AVStream& stream) const;

  std::filesystem::path path_;
  RenderObserver observer_;
  InputContext source_;
  AVFormatContext& output_;
  AVStream* shown_ = nullptr;
  std::vector<Track> tracks_;
  std::vector<int> track_of_stream_;  ///< by source stream index; -1: not copied
  CopyWindow window_;
  std::deque<PacketPtr> ahead_;  ///< read by look_ahead(), not yet handed over
  PacketPtr pending_;
  bool has_pending_ = false;
  bool ended_ = false;
};

}  // namespace mosaic
