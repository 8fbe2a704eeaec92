#include "video/codec_list.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <utility>

namespace mosaic {

std::string ffmpeg_release() { return av_version_info(); }

std::string ffmpeg_libraries() {
  const std::pair<const char*, unsigned> libraries[] = {{"libavcodec", avcodec_version()},
                                                        {"libavformat", avformat_version()},
                                                        {"libavfilter", avfilter_version()},
                                                        {"libavutil", avutil_version()},
                                                        {"libswresample", swresample_version()}};
  std::string text;
  for (const auto& [name, version] : libraries) {
    text += (text.empty() ? "" : ", ") + std::string(name) + " " +
            std::to_string(AV_VERSION_MAJOR(version)) + "." +
            std::to_string(AV_VERSION_MINOR(version)) + "." +
            std::to_string(AV_VERSION_MICRO(version));
  }
  return text;
}

std::vector<std::string> video_encoder_names() {
  std::vector<std::string> names;
  void* position = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&position)) {
    if (codec->type == AVMEDIA_TYPE_VIDEO && av_codec_is_encoder(codec) != 0) {
      names.emplace_back(codec->name);
    }
  }
  std::ranges::sort(names);
  return names;
}

bool have_encoder(std::string_view name) {
  return avcodec_find_encoder_by_name(std::string(name).c_str()) != nullptr;
}

bool have_decoder(std::string_view name) {
  return avcodec_find_decoder_by_name(std::string(name).c_str()) != nullptr;
}

}  // namespace mosaic
