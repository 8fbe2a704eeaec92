// Colour bars in every matrix, range and pixel format come out as the colours that went in.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <utility>

#include "video/clips.hpp"
#include "video/decode/pixel_reader.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace mosaic::test {
namespace {

class Pixels : public ClipTest {
 protected:
  /// Eight bars of 16 pixels; `scale` makes the conversion explicit, `tail` tags and encodes.
  void make_bars(const std::string& scale, const std::string& tail) const {
    std::vector<std::string> words;
    std::string stack;
    for (std::size_t i = 0; i < kBars.size(); ++i) {
      char color[64];
      std::snprintf(color, sizeof color, "color=0x%02X%02X%02X:s=16x32:r=25:d=0.08,format=gbrp",
                    static_cast<unsigned>(kBars[i].r), static_cast<unsigned>(kBars[i].g),
                    static_cast<unsigned>(kBars[i].b));
      words.insert(words.end(), {"-f", "lavfi", "-i", color});
      stack += "[" + std::to_string(i) + "]";
    }
    words.insert(words.end(), {"-filter_complex", stack + "hstack=inputs=8," + scale});
    std::istringstream stream(tail);
    for (std::string word; stream >> word;) words.push_back(word);
    ffmpeg(words);
  }

  static void expect_bars(const FilmRead& film, int tolerance) {
    ASSERT_FALSE(film.frames.empty());
    for (std::size_t i = 0; i < kBars.size(); ++i) {
      EXPECT_TRUE(near_color(pixel_at(film.frames.back().picture, static_cast<int>(i) * 16 + 8, 16),
                             kBars[i], tolerance))
          << "bar " << i;
    }
  }

  inline static const std::vector<Rgb> kBars = {{255, 255, 255}, {230, 200, 20}, {20, 200, 220},
                                                {20, 180, 60},   {200, 40, 190}, {210, 40, 40},
                                                {32, 96, 224},   {0, 0, 0}};
};

constexpr const char* kExact = ":flags=accurate_rnd+full_chroma_int+full_chroma_inp+bitexact";

TEST_F(Pixels, MatrixAndRangeOfTheStreamAreRead) {
  for (const char* matrix : {"bt709", "smpte170m", "bt470bg", "bt2020"}) {
    for (const char* range : {"tv", "pc"}) {
      SCOPED_TRACE(std::string(matrix) + " " + range);
      const std::string tag = std::string(matrix) == "bt2020" ? "bt2020nc" : matrix;
      make_bars(std::string("scale=out_color_matrix=") + matrix + ":out_range=" + range + kExact +
                    ",format=yuv420p",
                "-colorspace " + tag + " -color_range " + range +
                    " -c:v libx264 -qp 0 -preset ultrafast m.mkv");
      const FilmRead film = read_film(file("m.mkv"));
      ASSERT_NE(std::get_if<YuvImage>(&film.frames[0].picture), nullptr) << "4:2:0 must be kept";
      EXPECT_EQ(film.info.range, std::string(range) == "pc" ? YuvRange::full : YuvRange::limited);
      expect_bars(film, 2);
    }
  }
}

TEST_F(Pixels, UntaggedIsGuessedByHeightAndSaid) {
  make_bars(
      std::string("scale=out_color_matrix=smpte170m:out_range=tv") + kExact + ",format=yuv420p",
      "-c:v ffv1 small.mkv");
  const FilmRead small = read_film(file("small.mkv"));
  EXPECT_EQ(small.info.matrix, YuvMatrix::bt601);
  EXPECT_TRUE(Heard::has(small.heard.info, "BT.601 (untagged: by height)"));
  expect_bars(small, 2);
  make_bars(
      std::string("scale=128:720:out_color_matrix=bt709:out_range=tv") + kExact + ",format=yuv420p",
      "-c:v ffv1 large.mkv");
  const FilmRead large = read_film(file("large.mkv"));
  EXPECT_EQ(large.info.matrix, YuvMatrix::bt709);
  EXPECT_TRUE(Heard::has(large.heard.info, "BT.709 (untagged: by height)"));
  expect_bars(large, 2);
}

TEST_F(Pixels, YuvFormatsGiveTheColoursThatWentIn) {
  for (const char* format :
       {"yuv420p10le", "yuv422p", "yuv422p10le", "yuv444p", "yuv444p12le", "yuv444p16le", "yuv411p",
        "yuv410p", "yuv440p", "yuyv422", "uyvy422", "nv12", "nv21", "yuva420p", "yuva444p10le"}) {
    SCOPED_TRACE(format);
    make_bars(
        std::string("scale=out_color_matrix=smpte170m:out_range=tv") + kExact + ",format=" + format,
        "-c:v rawvideo -f nut y.nut");
    const FilmRead film = read_film(file("y.nut"));
    // swscale's filters ring where four luma samples share one of chroma.
    const bool coarse = std::string(format) == "yuv411p" || std::string(format) == "yuv410p";
    expect_bars(film, coarse ? 5 : 2);
    const bool kept = std::get_if<YuvImage>(&film.frames[0].picture) != nullptr;
    EXPECT_EQ(kept, std::string(format) == "nv12");
  }
}

TEST_F(Pixels, FullRangeDeepYuv) {
  make_bars(
      std::string("scale=out_color_matrix=bt709:out_range=pc") + kExact + ",format=yuv444p10le",
      "-colorspace bt709 -color_range pc -c:v libx264 -qp 0 -preset ultrafast f.mkv");
  expect_bars(read_film(file("f.mkv")), 1);
}

TEST_F(Pixels, RgbFormatsOfAllDepths) {
  for (const auto& [format, tolerance] :
       std::vector<std::pair<const char*, int>>{{"rgb24", 0},
                                                {"bgr24", 0},
                                                {"rgba", 0},
                                                {"argb", 0},
                                                {"bgr0", 0},
                                                {"gbrp", 0},
                                                {"gbrp10le", 0},
                                                {"gbrp16be", 0},
                                                {"rgb48be", 0},
                                                {"rgba64le", 0},
                                                {"rgb565le", 9},
                                                {"rgb555be", 12}}) {
    SCOPED_TRACE(format);
    make_bars(std::string("format=") + format, "-c:v rawvideo -f nut r.nut");
    expect_bars(read_film(file("r.nut")), tolerance + 1);
  }
}

TEST_F(Pixels, GreyOfAllDepths) {
  for (const char* format : {"gray", "gray10le", "gray16be", "ya8"}) {
    SCOPED_TRACE(format);
    ffmpeg(std::string("-f lavfi -i color=0x5A5A5A:s=32x32:r=25:d=0.08,format=gbrp,format=") +
           format + " -c:v rawvideo -f nut g.nut");
    const FilmRead film = read_film(file("g.nut"));
    EXPECT_TRUE(near_color(pixel_at(film.frames[0].picture, 9, 9), Rgb{90, 90, 90}, 2));
  }
  ffmpeg("-f lavfi -i color=0x5A5A5A:s=32x32:r=25:d=0.08,format=ya16be -c:v png g.mkv");
  EXPECT_TRUE(
      near_color(pixel_at(read_film(file("g.mkv")).frames[0].picture, 9, 9), Rgb{90, 90, 90}, 2));
  ffmpeg("-f lavfi -i color=0x5A5A5A:s=32x32:r=25:d=0.08,format=gray -c:v libx264 -qp 0 g.mp4");
  EXPECT_TRUE(
      near_color(pixel_at(read_film(file("g.mp4")).frames[0].picture, 9, 9), Rgb{90, 90, 90}, 2));
}

TEST_F(Pixels, OneBitAndPalette) {
  for (const char* format : {"monob", "monow"}) {
    SCOPED_TRACE(format);
    ffmpeg(std::string("-f lavfi -i color=white:s=24x16:r=25:d=0.08 -vf "
                       "drawbox=x=8:w=8:h=16:t=fill:color=black,format=gray,format=") +
           format + " -c:v rawvideo -f nut bit.nut");
    const FilmRead film = read_film(file("bit.nut"));
    EXPECT_TRUE(near_color(pixel_at(film.frames[0].picture, 2, 8), Rgb{255, 255, 255}, 0));
    EXPECT_TRUE(near_color(pixel_at(film.frames[0].picture, 12, 8), Rgb{0, 0, 0}, 0));
  }
  make_bars("split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none",
            "-pix_fmt pal8 -c:v png pal.mkv");
  expect_bars(read_film(file("pal.mkv")), 2);
}

TEST_F(Pixels, AlphaIsCompositedOverBlack) {
  ffmpeg("-f lavfi -i color=0xC86432@0.5:s=16x16:r=25:d=0.08,format=rgba -c:v png alpha.mkv");
  EXPECT_TRUE(near_color(pixel_at(read_film(file("alpha.mkv")).frames[0].picture, 5, 5),
                         Rgb{100, 50, 25}, 1));
}

/// Code value of grey level 90 in a component of a format.
std::uint32_t code_of_grey(const AVPixFmtDescriptor& descriptor, int component) {
  const int depth = descriptor.comp[component].depth;
  const std::uint32_t top = (1U << depth) - 1;
  const bool alpha = (descriptor.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  if (alpha && component == descriptor.nb_components - 1) return top;
  const bool rgb = (descriptor.flags & AV_PIX_FMT_FLAG_RGB) != 0;
  if (!rgb && descriptor.nb_components >= 3) {
    if (component > 0) return 1U << (depth - 1);
    return static_cast<std::uint32_t>((16.0 + 90.0 * 219.0 / 255.0) * (1 << depth) / 256.0 + 0.5);
  }
  return (90U * top + 127U) / 255U;
}

TEST(PixelFormats, GreyIsGreyInEveryFormatThereIs) {
  int formats = 0;
  const AVPixFmtDescriptor* descriptor = nullptr;
  while ((descriptor = av_pix_fmt_desc_next(descriptor)) != nullptr) {
    const AVPixelFormat format = av_pix_fmt_desc_get_id(descriptor);
    const bool palette = (descriptor->flags & AV_PIX_FMT_FLAG_PAL) != 0;
    // White is 0 in monow, which OneBitAndPalette covers.
    if (palette || format == AV_PIX_FMT_MONOWHITE || !unsupported_reason(format).empty()) continue;
    SCOPED_TRACE(descriptor->name);
    const FramePtr frame = make_frame();
    frame->format = format;
    frame->width = 19;
    frame->height = 7;
    if (av_frame_get_buffer(frame.get(), 0) < 0) continue;
    for (int i = 0; i < AV_NUM_DATA_POINTERS && frame->buf[i] != nullptr; ++i) {
      std::memset(frame->buf[i]->data, 0, frame->buf[i]->size);
    }
    for (int c = 0; c < descriptor->nb_components; ++c) {
      const bool chroma = (c == 1 || c == 2) && (descriptor->flags & AV_PIX_FMT_FLAG_RGB) == 0 &&
                          descriptor->nb_components >= 3;
      const int width = chroma ? AV_CEIL_RSHIFT(19, descriptor->log2_chroma_w) : 19;
      const int height = chroma ? AV_CEIL_RSHIFT(7, descriptor->log2_chroma_h) : 7;
      const std::vector<std::uint32_t> line(32, code_of_grey(*descriptor, c));
      for (int y = 0; y < height; ++y) {
        av_write_image_line2(line.data(), frame->data, frame->linesize, descriptor, 0, y, c, width,
                             sizeof(std::uint32_t));
      }
    }
    frame->color_range =
        descriptor->nb_components >= 3 && (descriptor->flags & AV_PIX_FMT_FLAG_RGB) == 0
            ? AVCOL_RANGE_MPEG
            : AVCOL_RANGE_JPEG;
    const Picture picture = to_picture(*frame, color_reading_of(*frame));
    // Half a step of the coarsest component, and a level for the rounding of each stage.
    int depth = 16;
    for (int c = 0; c < descriptor->nb_components; ++c) {
      depth = std::min(depth, descriptor->comp[c].depth);
    }
    const int tolerance = depth >= 8 ? 1 : 128 / ((1 << depth) - 1) + 1;
    for (const int x : {0, 10, 18}) {
      EXPECT_TRUE(near_color(pixel_at(picture, x, 6), Rgb{90, 90, 90}, tolerance)) << "x " << x;
    }
    ++formats;
  }
  EXPECT_GT(formats, 150);
}

TEST(PixelFormats, WhatCannotBeConvertedIsRefusedByName) {
  for (const char* name : {"gbrpf32le", "grayf32be", "bayer_rggb8", "xyz12le", "vaapi"}) {
    const std::string reason = unsupported_reason(av_get_pix_fmt(name));
    EXPECT_NE(reason.find("not supported"), std::string::npos) << name << ": " << reason;
  }
  for (const char* name : {"yuv420p", "gray16be", "pal8", "rgb48le", "yuva444p16le", "monow"}) {
    EXPECT_EQ(unsupported_reason(av_get_pix_fmt(name)), "") << name;
  }
  EXPECT_FALSE(unsupported_reason(AV_PIX_FMT_NONE).empty());
}

}  // namespace
}  // namespace mosaic::test
