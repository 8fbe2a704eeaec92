// The shown stream of a video file: demuxed, decoded, and an account of what was damaged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mosaic/render.hpp"
#include "video/decode/card_decoder.hpp"
#include "video/decode/complaints.hpp"
#include "video/libav.hpp"

namespace mosaic {

/// Frames the container's index promises to show, and whether the file is long enough to hold them.
struct Announced {
  std::int64_t frames = -1;
  bool exact = false;           ///< one index entry per frame shown
  bool file_too_short = false;  ///< the index points behind the file's end
  bool index_damaged = false;   ///< the demuxer complained and kept less than is announced
};

class DecodedStream {
 public:
  /// Opens the container and a decoder for its best video stream. Throws InputError.
  /// `place` says where to decode. Throws DeviceError where DecodeChoice::nvdec cannot be met, now
  /// and in next().
  DecodedStream(const std::filesystem::path& path, DecodePlace place,
                const RenderObserver& observer);

  /// Next frame in presentation order; false when file and decoder are empty.
  bool next(AVFrame& frame);

  /// Before next(): goes on from a key frame at or before `from_s` seconds after the stream's
  /// start; where none is found, from its beginning. damage() tells afterwards only of what was
  /// read.
  void seek(double from_s);

  [[nodiscard]] AVFormatContext& container() const { return *format_; }
  [[nodiscard]] AVStream& stream() const { return *stream_; }
  [[nodiscard]] const Announced& announced() const { return announced_; }
  /// Whether the frames handed out so far were decoded on a card.
  [[nodiscard]] bool on_card() const { return card_.has_value(); }
  /// Packets and frames the decoder could not make sense of, and failed reads. Where there are
  /// none, what was only logged: by the demuxer, and by the decoder once it is empty, for its
  /// threads may be ahead of what was handed out.
  [[nodiscard]] std::int64_t errors() const;
  /// Whether another packet of the stream follows the first; reads the file a second time.
  [[nodiscard]] bool holds_one_frame() const;

  /// Once next() has returned false: what of the file is missing or damaged, of which `delivered`
  /// frames came out. Judged by the index where there is one, else by the promised length.
  [[nodiscard]] std::optional<std::string> damage(std::int64_t delivered) const;

 private:
  /// What has been met since reading began, at the stream's beginning or in its middle.
  struct Pass {
    std::string read_error;
    std::string end_complaint;  ///< what the demuxer logged as an error when it met the end
    std::int64_t errors = 0;
    std::int64_t errors_behind = 0;  ///< of them, met since the last packet
    std::int64_t demuxer_complaints = 0;
    std::int64_t complaint_pos = -1;  ///< in bytes; counts if a packet follows
    std::int64_t last_packet_end_us = INT64_MIN;
    std::int64_t last_packet_end_bytes = -1;  ///< from the file's start
    bool sought = false;
    bool drained = false;
    bool file_ended = false;
    bool frame_cut = false;  ///< raw frames in a row, and the last one is not all there
  };

  void choose_stream();
  void tell_of_other_streams() const;
  [[nodiscard]] const AVCodec& choose_decoder();
  void open_decoder();
  void reopen();
  [[nodiscard]] bool jump(std::int64_t time);
  void begin_pass();
  [[nodiscard]] bool reaches_key_frame(std::int64_t latest);
  bool decode(AVFrame& frame);
  bool decode_where_it_works(AVFrame& frame);
  [[nodiscard]] bool may_use_card();
  void bring_to_host(AVFrame& frame);
  void require_card_works(int result) const;
  bool feed();
  bool next_packet();
  void note_packet();
  void note_complaint();
  void note_end();
  [[nodiscard]] bool ends_blank(std::int64_t count) const;
  [[nodiscard]] bool pipe_is_cut() const;
  [[nodiscard]] std::optional<std::string> shortfall(std::int64_t delivered) const;

  std::filesystem::path path_;
  DecodePlace place_;
  const RenderObserver& observer_;
  std::string header_complaint_;
  InputContext format_;
  DecoderAccount account_;  ///< outlives decoder_
  std::optional<CardDecoder> card_;
  CodecContext decoder_;
  PacketPtr packet_;
  FramePtr first_;              ///< decoded by seek(), and still to be handed out
  AVStream* stream_ = nullptr;  ///< owned by format_
  Announced announced_;
  Pass pass_;
  std::int64_t handed_out_ = 0;  ///< frames, since the beginning or a search
};

}  // namespace mosaic
