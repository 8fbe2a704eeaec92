// Decoding on a card, as far as a machine without one can tell: which decoders are taken, and what
// becomes of a wish that cannot be met.
#include <dlfcn.h>

#include <memory>
#include <new>

#include "mosaic/error.hpp"
#include "video/clips.hpp"
#include "video/decode/card_decoder.hpp"
#include "video/decode/deinterlacer.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace mosaic::test {
namespace {

class CardDecoding : public ClipTest {
 protected:
  void SetUp() override {
    ClipTest::SetUp();
    if (IsSkipped()) return;
    ffmpeg("-f lavfi -i testsrc2=s=64x48:d=0.4:r=25 -c:v libx264 -bf 2 in.mp4");
    ffmpeg("-f lavfi -i testsrc2=s=64x48:d=0.2:r=25 -c:v ffv1 in.mkv");
  }

  /// Expects the run to be refused for want of a device, with a message that holds `part`.
  void expect_refused(const std::string& name, const CardContext& card, const std::string& part) {
    try {
      read_film(file(name), {.decode = {DecodeChoice::nvdec, card}});
      FAIL() << name << " was decoded";
    } catch (const DeviceError& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_NE(error.hint().find("--decode cpu"), std::string::npos) << error.hint();
    }
  }

  void expect_as_by_the_cpu(const FilmRead& film) const {
    const FilmRead want = read_film(file("in.mp4"));
    ASSERT_EQ(film.frames.size(), want.frames.size());
    for (std::size_t i = 0; i < want.frames.size(); ++i) {
      const auto& picture = std::get<YuvImage>(film.frames[i].picture);
      EXPECT_EQ(picture.y.pixels, std::get<YuvImage>(want.frames[i].picture).y.pixels);
      EXPECT_EQ(picture.on_card, nullptr);
      EXPECT_EQ(film.frames[i].pts, want.frames[i].pts);
    }
    EXPECT_TRUE(film.skipped.empty());
  }
};

TEST(CardDecoder, TakesFFmpegsOwnDecodersOnly) {
  const AVCodec* const h264 = CardDecoder::find(AV_CODEC_ID_H264);
  if (h264 == nullptr) GTEST_SKIP() << "this FFmpeg is built without CUDA";
  EXPECT_STREQ(h264->name, "h264");
  const AVCodec* const av1 = CardDecoder::find(AV_CODEC_ID_AV1);
  EXPECT_TRUE(av1 == nullptr || std::string(av1->name) == "av1") << av1->name;
  EXPECT_EQ(CardDecoder::find(AV_CODEC_ID_FFV1), nullptr);
}

TEST(CardDecoder, CodecsWhoseRoundingIsOpenAreNotExact) {
  for (const AVCodecID id : {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP9}) {
    EXPECT_TRUE(CardDecoder::is_exact(id)) << avcodec_get_name(id);
  }
  for (const AVCodecID id : {AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MJPEG}) {
    EXPECT_FALSE(CardDecoder::is_exact(id)) << avcodec_get_name(id);
  }
}

TEST_F(CardDecoding, WithoutACardIsRefusedOrLeftToTheCpu) {
  const CardContext none{.missing = "there is no card"};
  expect_refused("in.mp4", none, "there is no card");
  const FilmRead film = read_film(file("in.mp4"), {.decode = {DecodeChoice::automatic, none}});
  expect_as_by_the_cpu(film);
  EXPECT_FALSE(Heard::has(film.heard.notices, "card"));
}

TEST_F(CardDecoding, OfACodecThatNoCardKnowsIsRefused) {
  int context = 0;
  expect_refused("in.mkv", {.driver_context = &context}, "ffv1");
}

TEST_F(CardDecoding, OfOnePictureWouldDoNothingAndIsRefused) {
  ffmpeg("-f lavfi -i testsrc2=s=64x48 -frames:v 1 one.png");
  EXPECT_THROW(read_film(file("one.png"), {.decode = {DecodeChoice::nvdec, {}}}), UsageError);
  const FilmRead still = read_film(file("one.png"), {.decode = {DecodeChoice::automatic, {}}});
  EXPECT_EQ(still.frames.size(), 1U);
}

/// A card that the program can use and FFmpeg cannot: it may be built without CUDA, too.
TEST_F(CardDecoding, WhereFFmpegCannotUseTheCardTheCpuDecodes) {
  if (dlopen("libcuda.so.1", RTLD_LAZY) != nullptr) GTEST_SKIP() << "this machine has a driver";
  int context = 0;
  const CardContext card{.driver_context = &context};
  expect_refused("in.mp4", card, "card");
  const FilmRead film = read_film(file("in.mp4"), {.decode = {DecodeChoice::automatic, card}});
  expect_as_by_the_cpu(film);
  EXPECT_TRUE(Heard::has(film.heard.notices, "decoding by the CPU"));
}

/// FFmpeg's own conversion is the oracle: raw frames of both kinds, written by it.
TEST_F(CardDecoding, PairsOfChromaBecomeTheCpusPlanes) {
  struct Kind {
    AVPixelFormat pairs, planes;
    std::string names[2];
  };
  for (const Kind& kind :
       {Kind{AV_PIX_FMT_NV12, AV_PIX_FMT_YUV420P, {"nv12", "yuv420p"}},
        Kind{AV_PIX_FMT_P010, AV_PIX_FMT_YUV420P10, {"p010le", "yuv420p10le"}}}) {
    SCOPED_TRACE(kind.names[0]);
    std::string raw[2];
    for (int i = 0; i < 2; ++i) {
      const std::string name = kind.names[i] + ".raw";
      ffmpeg("-f lavfi -i testsrc2=s=70x38:d=0.04:r=25 -vf format=yuv420p10,format=" +
             kind.names[1] + ",format=" + kind.names[i] + " -f rawvideo " + name);
      raw[i] = file_bytes(file(name));
    }
    const FramePtr pairs = make_frame();
    pairs->format = kind.pairs;
    pairs->width = 70;
    pairs->height = 38;
    ASSERT_GE(av_frame_get_buffer(pairs.get(), 0), 0);
    std::uint8_t* source[4];
    int linesize[4];
    ASSERT_GE(
        av_image_fill_arrays(source, linesize, reinterpret_cast<const std::uint8_t*>(raw[0].data()),
                             kind.pairs, 70, 38, 1),
        0);
    av_image_copy(pairs->data, pairs->linesize, const_cast<const std::uint8_t**>(source), linesize,
                  kind.pairs, 70, 38);
    const FramePtr planes = planar(*pairs);
    ASSERT_EQ(planes->format, kind.planes);
    std::string got(raw[1].size(), '?');
    ASSERT_EQ(av_image_copy_to_buffer(reinterpret_cast<std::uint8_t*>(got.data()),
                                      static_cast<int>(got.size()), planes->data, planes->linesize,
                                      kind.planes, 70, 38, 1),
              static_cast<int>(got.size()));
    EXPECT_TRUE(got == raw[1]);
  }
}

/// What a filter makes of a frame is not what lies on the card; what passes it is.
TEST(CardFrame, IsForgottenByTheDeinterlacer) {
  for (const Deinterlace choice : {Deinterlace::off, Deinterlace::on}) {
    SCOPED_TRACE(choice == Deinterlace::on);
    const RenderObserver nobody;
    mosaic::Deinterlacer deinterlacer(choice, "a film", AVRational{1, 25}, nobody);
    const auto on_card = std::make_shared<const CardFrame>();
    int left = 5;
    const auto source = [&](AVFrame& frame) {
      if (left == 0) return false;
      --left;
      frame.format = AV_PIX_FMT_YUV420P;
      frame.width = frame.height = 64;
      if (av_frame_get_buffer(&frame, 0) < 0) throw std::bad_alloc();
      frame.pts = 5 - left;
      set_card_frame(frame, on_card);
      return true;
    };
    const FramePtr frame = make_frame();
    int shown = 0;
    for (; deinterlacer.next(*frame, source); ++shown) {
      EXPECT_EQ(card_frame_of(*frame), choice == Deinterlace::on ? nullptr : on_card);
    }
    EXPECT_EQ(shown, 5);
    av_frame_unref(frame.get());
    EXPECT_EQ(on_card.use_count(), 1) << "a frame that is gone keeps its place on the card";
  }
}

}  // namespace
}  // namespace mosaic::test
