#include "video/encode/encoder_sample.hpp"

#include <string>

#include "video/encode/video_encoder.hpp"
#include "video/encode/video_muxer.hpp"
#include "video/libav.hpp"

namespace mosaic {

bool encode_to_nowhere(const SinkRequest& request, std::span<const YuvImage> pictures) {
  const std::string ending = video_ending(request.output, request.encode);
  if (ending.empty()) return false;
  const AVOutputFormat* const container = av_guess_format(muxer_name(ending), nullptr, nullptr);
  if (container == nullptr) throw DeviceError("this FFmpeg cannot write " + ending + " files");
  VideoEncoder encoder(codec_for(request.encode, ending), request, *container, {});
  const PacketPtr packet = make_packet();
  const auto drain = [&] {
    while (encoder.receive(*packet)) av_packet_unref(packet.get());
  };
  std::int64_t pts = 0;
  for (const YuvImage& picture : pictures) {
    encoder.send(picture, pts, encoder.usual_duration());
    pts += encoder.usual_duration();
    drain();
  }
  encoder.send_end();
  drain();
  return true;
}

}  // namespace mosaic
