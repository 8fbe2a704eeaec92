#include "video/decode/complaints.hpp"

#include <algorithm>
#include <initializer_list>

namespace mosaic {

namespace {

constexpr std::string_view kMxfLoss = "edit unit sync lost";

bool holds_one_of(std::string_view line, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [line](std::string_view part) {
    return line.find(part) != std::string_view::npos;
  });
}

}  // namespace

bool tells_of_damage(AVCodecID codec, std::string_view line) {
  switch (codec) {
    case AV_CODEC_ID_FFV1:
      return holds_one_of(line, {"CRC mismatch", "Slice pointer chain broken"});
    case AV_CODEC_ID_HEVC:
      return holds_one_of(line, {"is outside the valid range", "CABAC_MAX_BIN"});
    case AV_CODEC_ID_MJPEG:
      // Not "overread", which is said of whole pictures of many cameras.
      return holds_one_of(line, {"error count: ", "error dc", "error y="});
    default:
      return false;
  }
}

DemuxerDamage demuxer_damage(std::string_view format, std::string_view line) {
  const auto holds = [line](std::string_view part) {
    return line.find(part) != std::string_view::npos;
  };
  if (format == "ogg" && holds("CRC mismatch")) return DemuxerDamage::certain;
  if (format == "mxf" && holds(kMxfLoss)) return DemuxerDamage::certain;
  if (format == "flv" && holds("Packet mismatch")) return DemuxerDamage::if_more_follows;
  return DemuxerDamage::none;
}

bool is_damage_warning(std::string_view line) {
  return line.find(kMxfLoss) != std::string_view::npos;
}

}  // namespace mosaic
