// Whether a stream that is a row of packets or pages ends with a whole one.
#pragma once

#include <cstdint>
#include <string_view>

namespace mosaic {

/// Bytes from a file's end that tail_is_cut() wants to see: enough for a few of the largest units
/// there are, and for a picture of a transport stream between others.
inline constexpr std::uint64_t kTailBytes = std::uint64_t{1} << 21;

/// Whether the last unit of the file is cut. `head` are its first bytes (4 kB are enough), `tail`
/// its last ones, at most kTailBytes and the whole file where that is shorter.
///
/// MPEG transport streams (ISO/IEC 13818-1, 2.4.3; packets of 188, 192 or 204 bytes): an unfinished
/// packet, or a picture that lacks bytes of its stated length. Program streams (2.5.3): an
/// unfinished pack or PES packet. Ogg (RFC 3533): an unfinished page, or a last page that does not
/// end its stream. NUT: no index at the end. False for everything else, and where the end makes no
/// sense: what is no unit may be somebody's padding.
bool tail_is_cut(std::string_view head, std::string_view tail);

}  // namespace mosaic
