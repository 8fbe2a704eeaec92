// What begins like a picture may be a film: no frame is lost without a word.
#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

constexpr const char* kShortFilm = "-f lavfi -i testsrc2=s=64x48:r=10:d=2 ";

class PictureOrFilm : public ClipTest {
 protected:
  void rename(const std::string& from, const std::string& to) const {
    std::filesystem::copy_file(file(from), file(to));
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }
};

TEST_F(PictureOrFilm, JpegsInARowAreAFilmWhateverTheirNameButAPhotos) {
  ffmpeg(std::string(kShortFilm) + "a.mjpeg");
  ffmpeg(std::string(kShortFilm) + "-c:v mjpeg -q:v 2 -huffman default -f mjpeg progressive");
  rename("a.mjpeg", "a.mp4");
  rename("a.mjpeg", "a.jpg");
  for (const char* name : {"a.mjpeg", "progressive", "a.mp4"}) {
    const FilmRead film = read_film(file(name));
    EXPECT_EQ(film.frames.size(), 20U) << name;
    EXPECT_FALSE(film.info.still) << name;
    EXPECT_TRUE(film.skipped.empty()) << name;
  }
  const FilmRead photo = read_film(file("a.jpg"));
  EXPECT_EQ(photo.frames.size(), 1U);
  EXPECT_TRUE(Heard::has(photo.heard.warnings, "holds several pictures"));
}

TEST_F(PictureOrFilm, OnePictureStaysOneWhateverIsBehindIt) {
  ffmpeg(std::string(kShortFilm) + "-frames:v 1 -f image2 -c:v mjpeg one");
  const std::string bytes = file_bytes(file("one"));
  write("moving.photo", bytes +
                            std::string("\0\0\0\x18"
                                        "ftypmp42",
                                        12) +
                            bytes);
  write("filled", bytes + std::string(100, '\0'));
  // Of several pictures, and saying so (CIPA DC-007): one photo.
  write("multi",
        bytes.substr(0, 2) + std::string("\xFF\xE2\0\x08MPF\0xx", 10) + bytes.substr(2) + bytes);
  for (const char* name : {"one", "moving.photo", "filled", "multi"}) {
    const FilmRead film = read_film(file(name));
    EXPECT_TRUE(film.info.still) << name;
    EXPECT_EQ(film.frames.size(), 1U) << name;
    EXPECT_TRUE(film.heard.warnings.empty()) << name;
  }
}

TEST_F(PictureOrFilm, AnimationsGiveEveryFrameWhateverTheirName) {
  ffmpeg(std::string(kShortFilm) + "a.gif");
  ffmpeg(std::string(kShortFilm) + "-f apng a.apng");
  rename("a.gif", "gif.png");
  rename("a.apng", "apng.jpg");
  for (const char* name : {"a.gif", "a.apng", "gif.png", "apng.jpg"}) {
    EXPECT_EQ(read_film(file(name)).frames.size(), 20U) << name;
  }
}

TEST_F(PictureOrFilm, AnAnimatedWebpIsRefusedAndNotCutToOneFrame) {
  ffmpeg(std::string(kShortFilm) + "-c:v libwebp_anim a.webp");
  ffmpeg(std::string(kShortFilm) + "-frames:v 1 -c:v libwebp one.webp");
  EXPECT_TRUE(read_film(file("one.webp")).info.still);
  try {
    open_frame_source(file("a.webp"), {}, {});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("animated WebP"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace mosaic::test
