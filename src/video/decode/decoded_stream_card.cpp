// Which decoder works on a stream: the CPU's, or one on a card, and the way from there to the CPU.
#include <algorithm>
#include <array>
#include <utility>

#include "video/decode/decoded_stream.hpp"
#include "video/sources.hpp"
#include "video/standard_stream.hpp"

namespace mosaic {

/// Makes card_ when it is one that works on a card.
const AVCodec& DecodedStream::choose_decoder() {
  const AVCodecID id = stream_->codecpar->codec_id;
  const AVCodec* const usual = avcodec_find_decoder(id);
  card_.reset();
  if (place_.choice == DecodeChoice::cpu) return *usual;
  const AVCodec* const on_card = CardDecoder::find(id);
  if (place_.choice == DecodeChoice::automatic) {
    // Should the card fail, the input is read again, which a pipe cannot be.
    const bool wanted = place_.card.missing.empty() && on_card != nullptr &&
                        CardDecoder::is_exact(id) && !is_standard_stream(path_);
    if (!wanted || !may_use_card()) return *usual;
    return *on_card;
  }
  if (!place_.card.missing.empty()) {
    throw DeviceError("--decode nvdec: " + place_.card.missing,
                      "use --decode cpu; the result is the same");
  }
  if (on_card == nullptr) {
    throw DeviceError("--decode nvdec: FFmpeg does not decode " +
                          std::string(avcodec_get_name(id)) + " on a card",
                      "use --decode cpu");
  }
  if (!CardDecoder::is_exact(id)) {
    tell(observer_.notice, std::string(avcodec_get_name(id)) +
                               " is not decoded to the same bits by every decoder; the promise of "
                               "equal bytes holds with --decode cpu");
  }
  card_.emplace(place_.card);
  return *on_card;
}

/// Makes card_; false, with a notice, when FFmpeg cannot work with the card.
bool DecodedStream::may_use_card() {
  try {
    card_.emplace(place_.card);
    return true;
  } catch (const DeviceError& error) {
    tell(observer_.notice, std::string(error.what()) + "; decoding by the CPU");
    return false;
  }
}

/// As decode(). With DecodeChoice::automatic, a card that does not take the stream or fails is
/// left, and what it has decoded is decoded by the CPU once more.
bool DecodedStream::decode_where_it_works(AVFrame& frame) {
  try {
    return decode(frame);
  } catch (const DeviceError& error) {
    if (place_.choice != DecodeChoice::automatic || pass_.sought) throw;
    tell(handed_out_ == 0 ? observer_.notice : observer_.warning,
         std::string(error.what()) + "; decoding it by the CPU, the result is the same");
  }
  place_.choice = DecodeChoice::cpu;
  reopen();
  for (std::int64_t known = 0; known < handed_out_; ++known) {
    observer_.throw_if_stopped();
    if (!decode(frame)) return false;
    av_frame_unref(&frame);
  }
  return decode(frame);
}

void DecodedStream::bring_to_host(AVFrame& frame) {
  if (frame.format == AV_PIX_FMT_CUDA) return card_->fetch(frame);
  const std::string why = take_ffmpeg_error();
  throw DeviceError("the card does not decode '" + shown_name(path_) + "'" +
                        (why.empty() ? "" : " (" + why + ")"),
                    "use --decode cpu; the result is the same");
}

/// Throws DeviceError when what a decoder returned may be the card's fault: a fault of the card
/// must not count as damage of the file.
void DecodedStream::require_card_works(int result) const {
  constexpr std::array kOfCard = {AVERROR_EXTERNAL, AVERROR_UNKNOWN, AVERROR_BUG, AVERROR(ENOMEM),
                                  AVERROR(ENOSYS)};
  if (std::ranges::find(kOfCard, result) == kOfCard.end()) return;
  const std::string why = take_ffmpeg_error();
  throw DeviceError("'" + shown_name(path_) + "' could not be decoded on the card (" +
                        (why.empty() ? av_error_text(result) : why) + ")",
                    "use --decode cpu, which also tells whether the file is damaged");
}

}  // namespace mosaic
