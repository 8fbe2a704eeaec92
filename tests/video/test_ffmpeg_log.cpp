// FFmpeg's log, when memory runs out.
#include <gtest/gtest.h>

#include "support/failing_new.hpp"
#include "video/decode/complaints.hpp"
#include "video/libav.hpp"

namespace mosaic {
namespace {

// std::bad_alloc went through FFmpeg's own functions, which are C: the program ended. The complaint
// was counted after what may fail.
TEST(FfmpegLog, CountsDamageWithoutMemoryForItsWords) {
  route_ffmpeg_log();
  const AVCodec* const codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
  ASSERT_NE(codec, nullptr);
  const CodecContext decoder(avcodec_alloc_context3(codec));
  ASSERT_TRUE(decoder);
  DecoderAccount account;
  decoder->opaque = &account;
  const std::string words = "error dc, and more than fits into a string without memory of its own";
  av_log(decoder.get(), AV_LOG_ERROR, "%s\n", words.c_str());
  EXPECT_EQ(account.complaints, 1);
  EXPECT_EQ(take_ffmpeg_error(), words);
  {
    const test::FailingNew failing;
    av_log(decoder.get(), AV_LOG_ERROR, "%s\n", words.c_str());
  }
  EXPECT_EQ(account.complaints, 2);
  EXPECT_EQ(take_ffmpeg_error(), "");
}

}  // namespace
}  // namespace mosaic
