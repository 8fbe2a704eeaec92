// What FFmpeg logs of damage that it does not report otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

extern "C" {
#include <libavcodec/codec_id.h>
}

namespace mosaic {

/// Note [Damage that is only logged]
/// Some decoders go on after damage with a line in the log, and hand out the picture as a good one;
/// some demuxers pass over what they cannot read in the same way. What they log as errors is not
/// always damage: a recording may begin between key frames, cameras write fields of their own into
/// their JPEGs, and text may follow a film. So only lines count that are said of coded data that
/// nobody can have meant, and of a decoder only from the first key packet on.
///
/// FFmpeg has one log callback per process, and decoders log on threads of their own. Whoever opens
/// a decoder points AVCodecContext::opaque to its account; FFmpeg hands the pointer on to the
/// thread of each packet, so it tells of packets given since.
struct DecoderAccount {
  std::atomic<std::int64_t> complaints = 0;
};

/// Of an error line of a decoder, without its prefix.
bool tells_of_damage(AVCodecID codec, std::string_view line);

enum class DemuxerDamage {
  none,
  certain,
  if_more_follows  ///< of the film; the same is said of what programs append to a file
};

/// Of a line of a demuxer, an error or a warning. `format`: its name.
DemuxerDamage demuxer_damage(std::string_view format, std::string_view line);

/// How far the input had been read when take_demuxer_error()'s line was logged, in bytes; -1: not
/// known.
std::int64_t demuxer_error_position();

/// Whether a demuxer's line that is only a warning is one of damage.
bool is_damage_warning(std::string_view line);

}  // namespace mosaic
