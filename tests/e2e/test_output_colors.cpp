// What a mosaic looks like to other programs: its colours and their places, decoded by FFmpeg.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "e2e/e2e.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic::test {
namespace {

struct Rgb {
  int r, g, b;
};

/// Four by two fields; every colour occurs once, so that a picture turned, cropped or shifted
/// shows.
constexpr int kColumns = 4;
constexpr int kRows = 2;
constexpr std::array<Rgb, 8> kFields = {{{235, 235, 235},
                                         {128, 128, 128},
                                         {191, 191, 20},
                                         {20, 191, 191},
                                         {20, 191, 20},
                                         {191, 20, 191},
                                         {191, 20, 20},
                                         {20, 20, 191}}};
constexpr int kStored_px = 64;  // width and height as stored
constexpr int kCell_px = 16;

/// Two levels for each way through 8-bit YUV.
constexpr int kTolerance = 4;

RgbImage flat(Size size, const Rgb& color) {
  RgbImage image(size);
  image.r.pixels.assign(size.area(), static_cast<u8>(color.r));
  image.g.pixels.assign(size.area(), static_cast<u8>(color.g));
  image.b.pixels.assign(size.area(), static_cast<u8>(color.b));
  return image;
}

RgbImage fields() {
  RgbImage image(Size{kStored_px, kStored_px});
  for (int y = 0; y < kStored_px; ++y) {
    for (int x = 0; x < kStored_px; ++x) {
      const int field = y * kRows / kStored_px * kColumns + x * kColumns / kStored_px;
      const Rgb& color = kFields[static_cast<std::size_t>(field)];
      image.r.row(y)[x] = static_cast<u8>(color.r);
      image.g.row(y)[x] = static_cast<u8>(color.g);
      image.b.row(y)[x] = static_cast<u8>(color.b);
    }
  }
  return image;
}

struct Case {
  const char* name;
  const char* matrix;  ///< empty: untagged
  const char* aspect;  ///< of a stored pixel
  Size shown;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class OutputColors : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "pool");
    for (std::size_t i = 0; i < kFields.size(); ++i) {
      const std::string name = "flat" + std::to_string(i) + ".png";
      write_picture(folder_ / "pool" / name, name, flat(Size{32, 32}, kFields[i]));
    }
    write_picture(folder_ / "fields.png", "fields.png", fields());
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  /// Three frames of the fields. Without a tag people's programs take so small a film for BT.601.
  void make_film(const Case& c) const {
    const std::string matrix = c.matrix;
    std::string filters = "scale=flags=accurate_rnd+full_chroma_int+bitexact:out_range=tv";
    filters += ":out_color_matrix=" + (matrix.empty() ? "bt601" : matrix) +
               ",format=yuv420p,setsar=" + c.aspect;
    filters += ",setparams=range=tv:colorspace=" + (matrix.empty() ? "unknown" : matrix);
    const CommandResult made =
        run_command({"ffmpeg", "-v", "error", "-nostdin", "-loop", "1", "-i", path("fields.png"),
                     "-frames:v", "3", "-vf", filters, "-c:v", "ffv1", path("film.mkv")});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    ASSERT_EQ(probed("film.mkv", "color_space"), matrix.empty() ? "unknown" : matrix)
        << "the case is not what it says";
  }

  [[nodiscard]] std::string probed(const std::string& film, const std::string& entry) const {
    std::string text =
        run_command({"ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                     "stream=" + entry, "-of", "default=nk=1:nw=1", path(film)})
            .out;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

  /// The first frame as FFmpeg shows it: interleaved RGB.
  [[nodiscard]] std::string shown(const std::string& film) const {
    const CommandResult made = run_command(
        {"ffmpeg", "-v", "error", "-nostdin", "-y", "-i", path(film), "-frames:v", "1", "-vf",
         "scale=flags=neighbor+accurate_rnd+full_chroma_int+bitexact,format=rgb24", "-f",
         "rawvideo", path("shown.raw")});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    std::ifstream stream(path("shown.raw"), std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  }

  TemporaryFolder folder_;
};

TEST_P(OutputColors, AreThoseOfTheFilmInTheirPlaces) {
  const Case& c = GetParam();
  ASSERT_NO_FATAL_FAILURE(make_film(c));
  // Tiles stay as they are, and every cell may take the photo that is its colour.
  const CommandResult run = run_mosaic({"--frames",
                                        path("film.mkv"),
                                        "--tiles",
                                        path("pool"),
                                        "--output",
                                        path("out.mkv"),
                                        "--tile-size",
                                        std::to_string(kCell_px),
                                        "--threads",
                                        "1",
                                        "--crf",
                                        "1",
                                        "--encoder-preset",
                                        "ultrafast",
                                        "--color-transfer",
                                        "none",
                                        "--base-blend-min",
                                        "0",
                                        "--base-blend-max",
                                        "0",
                                        "--gamma",
                                        "1",
                                        "--shadow-lift",
                                        "0",
                                        "--saturation-boost",
                                        "1",
                                        "--boost-cool",
                                        "0",
                                        "--boost-warm",
                                        "0",
                                        "--vibrance",
                                        "0",
                                        "--contrast-boost",
                                        "1",
                                        "--color-harmony",
                                        "0",
                                        "--feather-width",
                                        "0",
                                        "--sharpness",
                                        "0",
                                        "--ssim-weight",
                                        "0",
                                        "--max-uses",
                                        "unlimited",
                                        "--min-distance",
                                        "1"},
                                       {{}, {{"XDG_CACHE_HOME", path("cache")}}});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(probed("out.mkv", "width"), std::to_string(c.shown.width));
  EXPECT_EQ(probed("out.mkv", "height"), std::to_string(c.shown.height));
  const std::string aspect = probed("out.mkv", "sample_aspect_ratio");
  EXPECT_TRUE(aspect == "1:1" || aspect == "N/A") << aspect << ": its pixels are square";
  const std::string pixels = shown("out.mkv");
  ASSERT_EQ(pixels.size(), 3 * c.shown.area());
  for (int y = kCell_px / 2; y < c.shown.height; y += kCell_px) {
    for (int x = kCell_px / 2; x < c.shown.width; x += kCell_px) {
      const int field = y * kRows / c.shown.height * kColumns + x * kColumns / c.shown.width;
      const Rgb& wanted = kFields[static_cast<std::size_t>(field)];
      const auto at = 3 * static_cast<std::size_t>(y * c.shown.width + x);
      const std::array<int, 3> off = {static_cast<unsigned char>(pixels[at]) - wanted.r,
                                      static_cast<unsigned char>(pixels[at + 1]) - wanted.g,
                                      static_cast<unsigned char>(pixels[at + 2]) - wanted.b};
      for (const int levels : off) {
        EXPECT_LE(std::abs(levels), kTolerance) << "field " << field << " at " << x << ", " << y;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Films, OutputColors,
                         ::testing::Values(Case{"Untagged", "", "1", {64, 64}},
                                           Case{"Bt709", "bt709", "1", {64, 64}},
                                           Case{"UntaggedWide", "", "2/1", {128, 64}},
                                           Case{"Bt709Tall", "bt709", "1/2", {64, 128}}),
                         [](const ::testing::TestParamInfo<Case>& made) {
                           return std::string(made.param.name);
                         });

}  // namespace
}  // namespace mosaic::test
