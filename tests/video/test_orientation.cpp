// The eight ways a display matrix can turn a picture, by the colours of its corners.
#include <array>
#include <fstream>

#include "video/clips.hpp"
#include "video/decode/orientation.hpp"

namespace mosaic::test {
namespace {

class Orientations : public ClipTest {};

struct Turn {
  const char* name;
  std::array<int, 4> matrix;  ///< a, b, c, d
  const char* corners;        ///< shown: top left, top right, bottom left, bottom right
};

/// Stored corners are R G / B W (top left, top right / bottom left, bottom right).
constexpr std::array<Turn, 8> kTurns = {{{"as stored", {1, 0, 0, 1}, "RGBW"},
                                         {"90 clockwise", {0, 1, -1, 0}, "BRWG"},
                                         {"180", {-1, 0, 0, -1}, "WBGR"},
                                         {"270 clockwise", {0, -1, 1, 0}, "GWRB"},
                                         {"mirrored", {-1, 0, 0, 1}, "GRWB"},
                                         {"upside down", {1, 0, 0, -1}, "BWRG"},
                                         {"transposed", {0, 1, 1, 0}, "RBGW"},
                                         {"transposed the other way", {0, -1, -1, 0}, "WGBR"}}};

void put_big_endian(std::string& bytes, std::size_t at, std::int32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[at + static_cast<std::size_t>(i)] =
        static_cast<char>(static_cast<std::uint32_t>(value) >> (24 - 8 * i));
  }
}

/// Writes the matrix into the track header, so that no version of ffmpeg has a say in it.
void set_matrix(const std::filesystem::path& path, const std::array<int, 4>& matrix) {
  std::string bytes = file_bytes(path);
  const std::size_t header = bytes.find("tkhd");
  ASSERT_NE(header, std::string::npos);
  const std::size_t start = header + 4 + 40;
  constexpr std::array<std::size_t, 4> kPlaces = {0, 4, 12, 16};
  for (std::size_t i = 0; i < 4; ++i) {
    put_big_endian(bytes, start + kPlaces[i], matrix[i] * 65536);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

char color_name(Rgb color) {
  const bool r = color.r > 128;
  const bool g = color.g > 128;
  const bool b = color.b > 128;
  if (r && g && b) return 'W';
  return r ? 'R' : g ? 'G' : 'B';
}

std::string corners_of(const Picture& picture, Size size) {
  const int x = size.width - 4;
  const int y = size.height - 4;
  return {color_name(pixel_at(picture, 3, 3)), color_name(pixel_at(picture, x, 3)),
          color_name(pixel_at(picture, 3, y)), color_name(pixel_at(picture, x, y))};
}

TEST_F(Orientations, CornersLandWhereTheMatrixPutsThem) {
  const std::string quadrants =
      "-f lavfi -i color=red:s=48x32:r=25:d=0.2 -f lavfi -i color=lime:s=48x32:r=25:d=0.2 "
      "-f lavfi -i color=blue:s=48x32:r=25:d=0.2 -f lavfi -i color=white:s=48x32:r=25:d=0.2 "
      "-filter_complex [0][1]hstack[t];[2][3]hstack[b];[t][b]vstack,setsar=2/1 ";
  ffmpeg(quadrants + "-pix_fmt yuv420p -c:v libx264 kept.mp4");
  ffmpeg(quadrants + "-pix_fmt yuv444p -c:v libx264 converted.mp4");
  for (const char* clip : {"kept.mp4", "converted.mp4"}) {
    for (const Turn& turn : kTurns) {
      SCOPED_TRACE(std::string(clip) + " " + turn.name);
      set_matrix(file(clip), turn.matrix);
      const FilmRead film = read_film(file(clip));
      ASSERT_EQ(film.frames.size(), 5U);
      const bool crossed = turn.matrix[0] == 0;
      EXPECT_EQ(film.info.size, crossed ? (Size{64, 96}) : (Size{96, 64}));
      EXPECT_DOUBLE_EQ(film.info.sample_aspect, crossed ? 0.5 : 2.0);
      EXPECT_EQ(corners_of(film.frames[2].picture, film.info.size), turn.corners);
    }
  }
}

TEST(OrientationMath, TurningBackGivesTheSamePlane) {
  Plane plane(Size{5, 3});
  for (std::size_t i = 0; i < plane.pixels.size(); ++i) plane.pixels[i] = static_cast<u8>(i);
  for (const bool transpose : {false, true}) {
    for (const bool flip_x : {false, true}) {
      for (const bool flip_y : {false, true}) {
        const Orientation there{transpose, flip_x, flip_y};
        const Orientation back{transpose, transpose ? flip_y : flip_x, transpose ? flip_x : flip_y};
        const Plane turned = orient(plane, there);
        EXPECT_EQ(turned.size, transpose ? (Size{3, 5}) : (Size{5, 3}));
        EXPECT_EQ(orient(turned, back).pixels, plane.pixels) << transpose << flip_x << flip_y;
      }
    }
  }
}

TEST(OrientationMath, OddAnglesGoToTheNearestRightOne) {
  constexpr std::int32_t kCos = 56756;  // of 30 degrees, times 65536
  constexpr std::int32_t kSin = 32768;
  const Orientation tilted = orientation_of({kCos, kSin, 0, -kSin, kCos, 0, 0, 0, 1 << 30});
  EXPECT_TRUE(tilted.upright());
  EXPECT_FALSE(tilted.exact);
  const Orientation nothing = orientation_of({});
  EXPECT_TRUE(nothing.upright());
  EXPECT_TRUE(nothing.exact);
}

}  // namespace
}  // namespace mosaic::test
