// Every kind of picture file a user may have, read as the viewer on their desk would show it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <string>
#include <tuple>
#include <vector>

#include "mosaic/error.hpp"
#include "pictures/pack.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic {
namespace {

using namespace test;

std::string problem_of(const std::filesystem::path& path) {
  try {
    read_picture(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class PictureFile : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { decoder_version(); }  // starts libvips for the pack
  TemporaryFolder folder_;
};

/// Where the stored corners are shown, from the wording of the EXIF standard ("row 0 is the
/// visual ..., column 0 the visual ..."): stored TL, TR, BL, BR -> shown quarter.
constexpr std::array<std::array<std::size_t, 4>, 8> kShown = {{{0, 1, 2, 3},
                                                               {1, 0, 3, 2},
                                                               {3, 2, 1, 0},
                                                               {2, 3, 0, 1},
                                                               {0, 2, 1, 3},
                                                               {1, 3, 0, 2},
                                                               {3, 1, 2, 0},
                                                               {2, 0, 3, 1}}};

class Orientation : public PictureFile, public ::testing::WithParamInterface<std::string> {};

TEST_P(Orientation, IsApplied) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto path = folder_ / ("o" + std::to_string(orientation));
    save(path, quarters({96, 64}), GetParam(), with_orientation(orientation));
    if (GetParam() == ".png") {
      write_file(path, png_with_orientation(read_file(path), orientation));
    }
    const RgbImage image = read_picture(path);
    const bool turned = orientation >= 5;
    ASSERT_EQ(image.size(), turned ? (Size{64, 96}) : (Size{96, 64})) << orientation;
    for (std::size_t stored = 0; stored < 4; ++stored) {
      const std::size_t shown = kShown[static_cast<std::size_t>(orientation - 1)][stored];
      const int x = image.size().width * (shown % 2 == 0 ? 1 : 3) / 4;
      const int y = image.size().height * (shown < 2 ? 1 : 3) / 4;
      EXPECT_TRUE(near(pixel(image, x, y), kQuarters[stored], 12))
          << GetParam() << " orientation " << orientation << " stored corner " << stored;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Formats, Orientation,
                         ::testing::Values(".jpg[Q=95]", ".png", ".tif", ".webp[lossless]"),
                         [](const auto& test) { return "Format" + std::to_string(test.index); });

TEST_F(PictureFile, PngRoundTripIsExactAndRepeatable) {
  for (const Size size : {Size{1, 1}, Size{17, 3}, Size{640, 361}}) {
    const RgbImage image = colourful(size);
    write_picture(folder_ / "a.part", "a.png", image);
    write_picture(folder_ / "b.part", "a.PNG", image);
    EXPECT_EQ(largest_difference(read_picture(folder_ / "a.part"), image), 0);
    EXPECT_EQ(read_file(folder_ / "a.part"), read_file(folder_ / "b.part"));
  }
  const std::string file = read_file(folder_ / "a.part");
  for (const char* chunk : {"tIME", "tEXt", "iTXt", "eXIf", "iCCP"}) {
    EXPECT_EQ(file.find(chunk), std::string::npos) << chunk;
  }
}

TEST_F(PictureFile, JpegIsCloseAndHasFullColourResolution) {
  RgbImage image(Size{64, 64});  // one-pixel columns of colour, which 4:2:0 would smear
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      image.r.row(y)[x] = x % 8 == 0 ? 220 : 60;
      image.g.row(y)[x] = 90;
      image.b.row(y)[x] = 90;
    }
  }
  write_picture(folder_ / "a", "a.jpg", image);
  write_picture(folder_ / "b", "b.jpeg", image);
  EXPECT_LE(largest_difference(read_picture(folder_ / "a"), image), 20);
  EXPECT_EQ(read_file(folder_ / "a"), read_file(folder_ / "b"));
  EXPECT_EQ(read_file(folder_ / "a").find("Exif"), std::string::npos);
}

TEST_F(PictureFile, OtherEndingsAndPlacesAreRefused) {
  const RgbImage image = quarters({4, 4});
  EXPECT_THROW(write_picture(folder_ / "a", "a.bmp", image), OutputError);
  EXPECT_THROW(write_picture(folder_ / "missing" / "a", "a.png", image), OutputError);
  EXPECT_THROW(write_picture("/dev/full", "a.png", image), OutputError);
}

TEST_F(PictureFile, GreyAndSixteenBit) {
  const std::vector<u8> grey = {0, 10, 128, 255};
  save_samples(folder_ / "grey", grey.data(), 4, {2, 2}, 1, VIPS_FORMAT_UCHAR,
               VIPS_INTERPRETATION_B_W, ".png");
  const RgbImage image = read_picture(folder_ / "grey");
  EXPECT_EQ(image.r.pixels, grey);
  EXPECT_EQ(image.b.pixels, grey);
  EXPECT_EQ(read_picture_luma(folder_ / "grey").pixels, grey);

  const std::vector<std::uint16_t> deep = {0, 0x0aff, 0x8000, 0xffff};
  save_samples(folder_ / "grey16", deep.data(), 8, {2, 2}, 1, VIPS_FORMAT_USHORT,
               VIPS_INTERPRETATION_GREY16, ".png");
  EXPECT_EQ(read_picture_luma(folder_ / "grey16").pixels, grey);
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "grey16"), 0, 1), {128, 128, 128}, 1));

  const std::vector<std::uint16_t> rgb16 = {0xffff, 0x8000, 0x0000, 0x1234, 0xabcd, 0x7fff};
  save_samples(folder_ / "rgb16", rgb16.data(), 12, {2, 1}, 3, VIPS_FORMAT_USHORT,
               VIPS_INTERPRETATION_RGB16, ".tif");
  const RgbImage color = read_picture(folder_ / "rgb16");
  EXPECT_TRUE(near(pixel(color, 0, 0), {255, 128, 0}, 1));
  EXPECT_TRUE(near(pixel(color, 1, 0), {0x12, 0xab, 0x7f}, 1));
}

TEST_F(PictureFile, LumaOfColourFollowsTheFormula) {
  const RgbImage image = colourful({33, 21});
  write_picture(folder_ / "a", "a.png", image);
  const Plane luma = read_picture_luma(folder_ / "a");
  for (std::size_t i = 0; i < luma.pixels.size(); ++i) {
    ASSERT_EQ(
        luma.pixels[i],
        (54 * image.r.pixels[i] + 183 * image.g.pixels[i] + 19 * image.b.pixels[i] + 128) >> 8);
  }
}

TEST_F(PictureFile, AlphaLiesOverBlack) {
  const std::vector<u8> rgba = {200, 100, 40, 255, 200, 100, 40, 64, 200, 100, 40, 0};
  for (const char* suffix : {".png", ".webp[lossless]", ".tif"}) {
    save_samples(folder_ / "rgba", rgba.data(), 12, {3, 1}, 4, VIPS_FORMAT_UCHAR,
                 VIPS_INTERPRETATION_sRGB, suffix);
    const RgbImage image = read_picture(folder_ / "rgba");
    EXPECT_EQ(pixel(image, 0, 0), (Rgb{200, 100, 40})) << suffix;
    EXPECT_EQ(pixel(image, 1, 0), (Rgb{50, 25, 10})) << suffix;
    EXPECT_EQ(pixel(image, 2, 0), (Rgb{0, 0, 0})) << suffix;
  }
  const std::vector<u8> grey_alpha = {200, 255, 200, 64};
  save_samples(folder_ / "ga", grey_alpha.data(), 4, {2, 1}, 2, VIPS_FORMAT_UCHAR,
               VIPS_INTERPRETATION_B_W, ".png");
  EXPECT_EQ(pixel(read_picture(folder_ / "ga"), 1, 0), (Rgb{50, 50, 50}));
  EXPECT_EQ(read_picture_luma(folder_ / "ga").pixels, (std::vector<u8>{200, 50}));
  const std::vector<std::uint16_t> rgba16 = {0xc800, 0x6400, 0x2800, 0x4000};
  save_samples(folder_ / "rgba16", rgba16.data(), 8, {1, 1}, 4, VIPS_FORMAT_USHORT,
               VIPS_INTERPRETATION_RGB16, ".png");
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "rgba16"), 0, 0), {50, 25, 10}, 1));
}

TEST_F(PictureFile, PaletteAndOneBit) {
  write_file(folder_ / "palette", palette_png());
  const RgbImage palette = read_picture(folder_ / "palette");
  EXPECT_EQ(pixel(palette, 0, 0), (Rgb{200, 100, 40}));
  EXPECT_EQ(pixel(palette, 1, 0), (Rgb{10, 20, 30}));
  EXPECT_EQ(pixel(palette, 0, 1), (Rgb{255, 255, 255}));
  EXPECT_EQ(pixel(palette, 1, 1), (Rgb{50, 25, 10}));
  const std::vector<u8> bits = {0, 255, 255, 0};
  save_samples(folder_ / "bits", bits.data(), 4, {2, 2}, 1, VIPS_FORMAT_UCHAR,
               VIPS_INTERPRETATION_B_W, ".png[bitdepth=1]");
  EXPECT_EQ(read_picture_luma(folder_ / "bits").pixels, bits);
}

Edit through(const char* profile) {
  return [profile](VipsImage* image) {
    VipsImage* out = nullptr;
    const int failed = vips_icc_transform(image, &out, profile, "input_profile", "srgb", nullptr);
    g_object_unref(image);
    return failed == 0 ? out : nullptr;
  };
}

TEST_F(PictureFile, ProfilesAreHonoured) {
  save(folder_ / "p3", quarters({32, 32}), ".png", through("p3"));
  const RgbImage p3 = read_picture(folder_ / "p3");
  for (std::size_t q = 0; q < 4; ++q) {
    EXPECT_TRUE(near(pixel(p3, q % 2 == 0 ? 8 : 24, q < 2 ? 8 : 24), kQuarters[q], 3)) << q;
  }
  // Without its profile the same file shows other colours, so the test above has teeth.
  save(folder_ / "bare", quarters({32, 32}), ".png[strip]", through("p3"));
  EXPECT_FALSE(near(pixel(read_picture(folder_ / "bare"), 24, 8), kQuarters[1], 3));
}

TEST_F(PictureFile, CmykWithAndWithoutProfile) {
  // Inside the gamut of inks; the printer's profile cannot show the quarters' green.
  RgbImage image(Size{16, 16});
  for (u8& p : image.r.pixels) p = 180;
  for (u8& p : image.g.pixels) p = 120;
  for (u8& p : image.b.pixels) p = 90;
  save(folder_ / "cmyk", image, ".jpg[Q=98]", through("cmyk"));
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "cmyk"), 8, 8), {180, 120, 90}, 6));
  save(folder_ / "bare", image, ".jpg[Q=98,strip]", through("cmyk"));
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "bare"), 8, 8), {180, 120, 90}, 6));
}

/// libvips' profile `name`, as a file for other programs.
void write_profile(const std::filesystem::path& path, const char* name) {
  VipsBlob* blob = nullptr;
  ASSERT_EQ(vips_profile_load(name, &blob, nullptr), 0);
  std::size_t length = 0;
  const auto* bytes = static_cast<const char*>(vips_blob_get(blob, &length));
  write_file(path, {bytes, length});
  vips_area_unref(VIPS_AREA(blob));
}

TEST_F(PictureFile, BareCmykIsWhatImageMagickMakesThroughTheSameProfile) {
  if (!have_program("convert")) GTEST_SKIP() << "convert is needed";
  write_profile(folder_ / "cmyk.icc", "cmyk");
  write_profile(folder_ / "srgb.icc", "srgb");
  CommandOptions here;
  here.working_directory = folder_.path();
  for (const char* inks : {"cmyk(0,128,200,55)", "cmyk(90,20,60,0)", "cmyk(40,30,30,100)"}) {
    SCOPED_TRACE(inks);
    const CommandResult made =
        run_command({"bash", "-ec",
                     "convert -size 16x16 \"xc:$1\" -quality 98 bare.jpg; convert bare.jpg -intent "
                     "relative -black-point-compensation -profile cmyk.icc -profile srgb.icc "
                     "+profile '*' -crop 1x1+8+8 -depth 8 rgb:shown",
                     "bash", inks},
                    here);
    ASSERT_EQ(made.exit_code, 0) << made.err;
    const std::string shown = read_file(folder_ / "shown");
    ASSERT_EQ(shown.size(), 3U);
    const auto level = [&](std::size_t i) { return static_cast<int>(static_cast<u8>(shown[i])); };
    EXPECT_TRUE(
        near(pixel(read_picture(folder_ / "bare.jpg"), 8, 8), {level(0), level(1), level(2)}, 2));
  }
}

TEST_F(PictureFile, DamagedProfileIsNoReasonToLoseAPhoto) {
  save(folder_ / "a", quarters({32, 32}), ".png", [](VipsImage* image) {
    vips_image_set_blob_copy(image, VIPS_META_ICC_NAME, "not a profile", 13);
    return image;
  });
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "a"), 8, 8), kQuarters[0], 2));
}

TEST_F(PictureFile, ProgressiveAndInterlaced) {
  save(folder_ / "a", quarters({96, 64}), ".jpg[interlace,Q=95]");
  EXPECT_TRUE(near(pixel(read_picture(folder_ / "a"), 72, 48), kQuarters[3], 12));
  save(folder_ / "b", quarters({96, 64}), ".png[interlace]");
  EXPECT_EQ(largest_difference(read_picture(folder_ / "b"), quarters({96, 64})), 0);
}

TEST_F(PictureFile, AnimationsGiveTheirFirstFrame) {
  RgbImage frames(Size{32, 96});  // three frames of 32x32: red, green, blue
  for (std::size_t i = 0; i < frames.size().area(); ++i) {
    frames.r.pixels[i] = i < 1024 ? 250 : 5;
    frames.g.pixels[i] = i >= 1024 && i < 2048 ? 250 : 5;
    frames.b.pixels[i] = i >= 2048 ? 250 : 5;
  }
  const Edit animated = [](VipsImage* image) {
    vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, 32);
    return image;
  };
  for (const char* suffix : {".gif", ".webp[lossless]"}) {
    save(folder_ / "a", frames, suffix, animated);
    const RgbImage image = read_picture(folder_ / "a");
    ASSERT_EQ(image.size(), (Size{32, 32})) << suffix;
    EXPECT_TRUE(near(pixel(image, 16, 16), {250, 5, 5}, 6)) << suffix;
  }
}

TEST_F(PictureFile, HeifAndAvif) {
  if (decoder_version().find(" heif") == std::string::npos) GTEST_SKIP() << "libvips without HEIF";
  try {
    save(folder_ / "a", quarters({96, 64}), ".avif[Q=90,effort=1]");
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "no AVIF encoder: " << error.what();
  }
  const RgbImage image = read_picture(folder_ / "a");
  ASSERT_EQ(image.size(), (Size{96, 64}));
  EXPECT_TRUE(near(pixel(image, 72, 16), kQuarters[1], 12));
  const std::string whole = read_file(folder_ / "a");
  write_file(folder_ / "a", whole.substr(0, whole.size() * 3 / 4));
  EXPECT_NE(problem_of(folder_ / "a"), "");
}

TEST_F(PictureFile, TruncationIsFoundWhereverItIs) {
  for (const char* suffix : {".jpg[Q=90]", ".jpg[interlace]", ".png", ".webp", ".gif", ".tif"}) {
    save(folder_ / "whole", colourful({300, 200}), suffix);
    const std::string whole = read_file(folder_ / "whole");
    for (const int percent : {1, 10, 50, 90, 99}) {
      write_file(folder_ / "cut", whole.substr(0, whole.size() * percent / 100));
      EXPECT_NE(problem_of(folder_ / "cut"), "") << suffix << " cut at " << percent << " %";
      if (percent > 10 && std::string(suffix) != ".tif") {
        EXPECT_NE(problem_of(folder_ / "cut").find(": truncated"), std::string::npos)
            << suffix << " cut at " << percent << " %: " << problem_of(folder_ / "cut");
      }
    }
    EXPECT_EQ(problem_of(folder_ / "whole"), "") << suffix;
  }
}

// Some rows are held whole however few of their pixels are wanted: one photo took 378 MB of 160.
TEST_F(PictureFile, RowsThatAreTooLongForTheMemoryAreRefusedByName) {
  const auto save_row = [this](int width, int bands, const std::string& suffix) {
    const std::vector<std::uint8_t> samples(
        static_cast<std::size_t>(width) * static_cast<std::size_t>(bands), 90);
    save_samples(folder_ / "row", samples.data(), samples.size(), Size{width, 1}, bands,
                 VIPS_FORMAT_UCHAR, bands == 3 ? VIPS_INTERPRETATION_sRGB : VIPS_INTERPRETATION_B_W,
                 suffix);
    return problem_of(folder_ / "row");
  };
  EXPECT_EQ(save_row(109'226, 3, ".png"), "");
  EXPECT_NE(save_row(109'227, 3, ".png").find("row': too wide: 327681 bytes in a row of 109227"),
            std::string::npos);
  EXPECT_EQ(save_row(300'000, 1, ".png"), "");
  EXPECT_EQ(save_row(65'500, 3, ".jpg"), "");
}

// They are held whole while they are decoded: a PNG of 0.7 MB took 750.
TEST_F(PictureFile, WhatIsDecodedAsAWholeMayHaveFewerPixels) {
  const std::string reason = ": too large: 9000x9000 pixels that are decoded as a whole";
  write_file(folder_ / "woven.png", bomb_png(9000, 9000, true));
  EXPECT_NE(problem_of(folder_ / "woven.png").find(reason), std::string::npos)
      << problem_of(folder_ / "woven.png");
  write_file(folder_ / "plain.png", bomb_png(9000, 9000));
  EXPECT_EQ(problem_of(folder_ / "plain.png").find("too large"), std::string::npos);
  save(folder_ / "layered.jpg", colourful({64, 64}), ".jpg[interlace]");
  std::string layered = read_file(folder_ / "layered.jpg");
  const std::size_t frame = layered.find("\xFF\xC2");
  ASSERT_NE(frame, std::string::npos);
  layered.replace(frame + 5, 4, "\x23\x28\x23\x28");  // height and width
  write_file(folder_ / "layered.jpg", layered);
  EXPECT_NE(problem_of(folder_ / "layered.jpg").find(reason), std::string::npos)
      << problem_of(folder_ / "layered.jpg");
}

TEST_F(PictureFile, WhatIsNoPictureSaysWhy) {
  write_file(folder_ / "empty.jpg", "");
  write_file(folder_ / "text.jpg", "This is not a picture.\n");
  write_file(folder_ / "page.pdf", "%PDF-1.7\n");
  write_file(folder_ / "drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  write_file(folder_ / "frame.ppm", "P6\n1 1\n255\nabc");
  write_file(folder_ / "bomb.png", bomb_png(30000, 30000));
  write_file(folder_ / "strip.png", bomb_png(100, 2000000));
  std::filesystem::create_directory(folder_ / "folder.jpg");
  ASSERT_EQ(mkfifo((folder_ / "fifo.jpg").c_str(), 0600), 0);
  const std::vector<std::tuple<std::string, std::string>> expected = {
      {"empty.jpg", "empty.jpg': empty"},
      {"text.jpg", ": not a picture"},
      {"page.pdf", ": PDF files are not supported"},
      {"drawing.svg", ": SVG files are not supported"},
      {"frame.ppm", ": Netpbm files are not supported"},
      {"bomb.png", ": too large: 30000x30000"},
      {"strip.png", ": too large: 100x2000000"},
      {"folder.jpg", ": a folder, not a regular file"},
      {"fifo.jpg", ": a FIFO, not a regular file"},
      {"missing.jpg", ": cannot be opened: No such file"}};
  for (const auto& [name, reason] : expected) {
    const std::string problem = problem_of(folder_ / name);
    EXPECT_NE(problem.find(reason), std::string::npos) << name << ": " << problem;
    EXPECT_NE(problem.find(name), std::string::npos) << problem;
  }
}

}  // namespace
}  // namespace mosaic
