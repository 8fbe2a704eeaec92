// Pools of photos: what becomes a tile, what is skipped and why.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backend/cpu/describe.hpp"
#include "core/color_convert.hpp"
#include "core/resize.hpp"
#include "library/photo_tile.hpp"
#include "library/tile_library.hpp"
#include "library/tile_library_test.hpp"
#include "mosaic/error.hpp"
#include "pictures/exif_orientation.hpp"
#include "pictures/pack.hpp"
#include "pictures/picture_decoder.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic {
namespace {

using namespace test;

RgbImage tile_of(const TileLibrary& library, int tile) {
  const int s = library.tile_size_px();
  RgbImage image(Size{s, s});
  const std::size_t area = image.size().area();
  const u8* from = library.rgb().data() + static_cast<std::size_t>(tile) * 3 * area;
  std::copy_n(from, area, image.r.pixels.begin());
  std::copy_n(from + area, area, image.g.pixels.begin());
  std::copy_n(from + 2 * area, area, image.b.pixels.begin());
  return image;
}

std::vector<std::string> names_of(const TileLibrary& library) {
  std::vector<std::string> names;
  for (int i = 0; i < library.photos(); ++i) names.push_back(library.photo_name(i));
  return names;
}

TEST_F(TileLibraryTest, TileIsTheAveragedCentreSquare) {
  ThreadPool serial(1);
  save(pool() / "a.png", colourful({61, 47}), ".png");
  save(pool() / "b.webp", colourful({200, 311}), ".webp[lossless]");
  save(pool() / "c.png", colourful({7, 9}), ".png");  // smaller than a tile
  for (const int size : {1, 5, 16, 31}) {
    const auto library = open(size);
    ASSERT_EQ(names_of(*library), (std::vector<std::string>{"a.png", "b.webp", "c.png"}));
    for (int i = 0; i < 3; ++i) {
      const RgbImage photo = read_picture(pool() / library->photo_name(i));
      const RgbImage expected = resize(photo, centre_square(photo.size()), {size, size}, serial);
      EXPECT_EQ(largest_difference(tile_of(*library, i), expected), 0)
          << library->photo_name(i) << " at " << size;
    }
  }
}

TEST_F(TileLibraryTest, OrientedPhotosGiveTheSameTileAsUprightOnes) {
  ThreadPool serial(1);
  for (int o = 1; o <= 8; ++o) {  // odd rests on both axes, so that a crop off by one shows
    save(pool() / ("o" + std::to_string(o) + ".tif"), colourful({52, 35}, o), ".tif",
         with_orientation(o));
  }
  const auto library = open(12);
  ASSERT_EQ(library->photos(), 8);
  for (int i = 0; i < 8; ++i) {
    const RgbImage photo = read_picture(pool() / library->photo_name(i));
    EXPECT_EQ(photo.size(), i < 4 ? (Size{52, 35}) : (Size{35, 52}));
    const RgbImage expected = resize(photo, centre_square(photo.size()), {12, 12}, serial);
    EXPECT_EQ(largest_difference(tile_of(*library, i), expected), 0) << library->photo_name(i);
  }
}

TEST_F(TileLibraryTest, JpegIsShrunkWhileLoadingWithoutHarm) {
  EXPECT_EQ(jpeg_shrink_for(128, 16), 4);
  EXPECT_EQ(jpeg_shrink_for(128, 17), 2);
  EXPECT_EQ(jpeg_shrink_for(128, 32), 2);
  EXPECT_EQ(jpeg_shrink_for(127, 32), 1);
  EXPECT_EQ(jpeg_shrink_for(4000, 32), 8);
  EXPECT_EQ(jpeg_shrink_for(1, 1), 1);
  ThreadPool serial(1);
  save(pool() / "a.jpg", colourful({1003, 757}), ".jpg[Q=95]");
  const auto library = open(32);
  const RgbImage photo = read_picture(pool() / "a.jpg");
  const RgbImage expected = resize(photo, centre_square(photo.size()), {32, 32}, serial);
  EXPECT_LE(largest_difference(tile_of(*library, 0), expected), 3);
}

TEST_F(TileLibraryTest, VariantsStandBesideTheirPhoto) {
  save(pool() / "a.png", colourful({50, 50}, 3), ".png");
  save(pool() / "b.png", colourful({50, 50}, 5), ".png");
  settings_.mirror = true;
  settings_.bright = true;
  const auto library = open(9);
  ASSERT_EQ(library->variants(), 4);
  ASSERT_EQ(library->tiles(), 8);
  for (int photo = 0; photo < 2; ++photo) {
    const RgbImage base = tile_of(*library, 4 * photo);
    const RgbImage mirror = tile_of(*library, 4 * photo + 1);
    const RgbImage dark = tile_of(*library, 4 * photo + 2);
    const RgbImage light = tile_of(*library, 4 * photo + 3);
    for (int y = 0; y < 9; ++y) {
      for (int x = 0; x < 9; ++x) {
        const Rgb p = pixel(base, x, y);
        EXPECT_EQ(pixel(mirror, 8 - x, y), p);
        for (std::size_t c = 0; c < 3; ++c) {
          EXPECT_EQ(pixel(dark, x, y)[c], (p[c] * 9 + 5) / 10);
          EXPECT_EQ(pixel(light, x, y)[c], std::min(255, (p[c] * 11 + 5) / 10));
        }
      }
    }
  }
  EXPECT_NE(largest_difference(tile_of(*library, 0), tile_of(*library, 4)), 0);
}

TEST_F(TileLibraryTest, DescriptionsBelongToTheirTiles) {
  add_photos(3);
  settings_.mirror = true;
  const auto library = open(15);
  ThreadPool serial(1);
  for (int t = 0; t < library->tiles(); ++t) {
    const RgbImage tile = tile_of(*library, t);
    const auto index = static_cast<std::size_t>(t);
    const Plane luma = luma_of(tile, serial);
    std::vector<std::uint8_t> features(84);
    ColorSums sums;
    cpu::describe_square({tile.r.pixels.data(), tile.g.pixels.data(), tile.b.pixels.data(),
                          luma.pixels.data(), 15, 15},
                         5, features.data(), sums);
    EXPECT_EQ(copy_of(library->features().subspan(index * 84, 84)), features) << t;
    EXPECT_EQ(library->color_sums()[index], sums) << t;
    EXPECT_EQ(copy_of(library->luma().subspan(index * 225, 225)), luma.pixels);
  }
}

void make_socket(const fs::path& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.native().size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  ASSERT_EQ(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(descriptor);
}

TEST_F(TileLibraryTest, EverythingAPoolMayHoldIsUsedOrNamed) {
  const std::vector<std::string> good = {
      "a b\n.png",      "-rf.jpg",      "%d[1]*.png",      "\xff\xfe.png",   "\xf0\x9f\x90\xb1.png",
      "png_inside.jpg", "no_extension", "x.jpg/inner.png", "sub/deep/er.png"};
  fs::create_directories(pool() / "x.jpg");  // a folder with a photo's name
  fs::create_directories(pool() / "sub" / "deep");
  for (const std::string& name : good) {
    save(pool() / name, quarters({20, 20}), name == "-rf.jpg" ? ".jpg" : ".png");
  }
  // Passed over without a word.
  write_file(pool() / "._a.jpg", "resource fork");
  write_file(pool() / ".DS_Store", "x");
  write_file(pool() / "Thumbs.db", "x");
  write_file(pool() / "old.mti", "x");
  fs::create_directory(pool() / ".hidden");
  save(pool() / ".hidden" / "h.png", quarters({20, 20}), ".png");
  // No pictures, and nobody would think so.
  write_file(pool() / "README.txt", "About these photos.\n");
  write_file(pool() / "film.mp4", std::string("\0\0\0\x18"
                                              "ftypisom",
                                              12));
  fs::create_hard_link(pool() / "png_inside.jpg", pool() / "z_again.png");
  // Skipped and named.
  std::map<std::string, std::string> bad = {
      {"bomb.png", "too large: 30000x30000 pixels, the limit is 268 million"},
      {"empty.jpg", "empty"},
      {"fifo.jpg", "a FIFO, not a regular file"},
      {"link_dangling.jpg", "symbolic link to nothing"},
      {"link_loop.jpg", "symbolic link that leads back to itself"},
      {"link_out.png", "symbolic link out of the pool"},
      {"raw.nef", "camera raw files are not supported"},
      {"socket.png", "a socket, not a regular file"},
      {"sub/cut.jpg", "truncated"},
      {"text.jpg", "not a picture"},
      {"vector.jpg", "SVG files are not supported"}};
  write_file(pool() / "bomb.png", bomb_png(30000, 30000));
  write_file(pool() / "empty.jpg", "");
  ASSERT_EQ(mkfifo((pool() / "fifo.jpg").c_str(), 0600), 0);
  make_socket(pool() / "socket.png");
  fs::create_symlink("nowhere.jpg", pool() / "link_dangling.jpg");
  fs::create_symlink("link_loop.jpg", pool() / "link_loop.jpg");
  save(folder_ / "outside.png", quarters({20, 20}), ".png");
  fs::create_symlink(folder_ / "outside.png", pool() / "link_out.png");
  fs::create_symlink("..", pool() / "sub" / "parent");         // a cycle of folders
  fs::create_symlink("no_extension", pool() / "link_in.png");  // known under its own name
  fs::create_symlink(".hidden/h.png", pool() / "shown.png");   // the only visible name of a file
  save(pool() / "raw.nef", quarters({20, 20}), ".tif");
  write_file(pool() / "text.jpg", "This is not a picture.\n");
  write_file(pool() / "vector.jpg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  save(pool() / "sub" / "cut.jpg", colourful({64, 64}), ".jpg");
  fs::resize_file(pool() / "sub" / "cut.jpg", fs::file_size(pool() / "sub" / "cut.jpg") / 2);
  if (geteuid() != 0) {
    fs::create_directory(pool() / "locked");
    fs::permissions(pool() / "locked", fs::perms::none);
    bad["locked"] = "folder cannot be read: Permission denied";
  }

  const auto library = open();
  std::vector<std::string> expected = good;
  expected.push_back("shown.png");
  std::ranges::sort(expected);
  EXPECT_EQ(names_of(*library), expected);
  std::map<std::string, std::string> skipped;
  for (const SkippedInput& input : library->skipped()) skipped[input.name] = input.reason;
  EXPECT_EQ(skipped, bad);
  EXPECT_TRUE(std::ranges::is_sorted(library->skipped(), {}, &SkippedInput::name));
  ASSERT_EQ(infos_.size(), 2U);
  EXPECT_NE(infos_[0].find("2 files"), std::string::npos) << infos_[0];  // README.txt, film.mp4
  EXPECT_NE(infos_[1].find("1 files"), std::string::npos) << infos_[1];  // z_again.png
  EXPECT_TRUE(warnings_.empty());
  expect_equal(*library, *open(), "warm");
  EXPECT_TRUE(origin_.reused);
  if (geteuid() != 0) fs::permissions(pool() / "locked", fs::perms::owner_all);
}

TEST_F(TileLibraryTest, PoolsThatCannotBeUsedSaySo) {
  const auto problem = [&] {
    try {
      open();
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(problem().find("holds no usable photo"), std::string::npos);
  write_file(pool() / "text.jpg", "no");
  EXPECT_NE(problem().find("the first: text.jpg: not a picture"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "cache"));  // nothing is left behind
  settings_.tiles = folder_ / "missing";
  EXPECT_NE(problem().find("missing' cannot be opened: No such file"), std::string::npos);
  settings_.tiles = folder_ / "one.png";
  save(settings_.tiles, quarters({8, 8}), ".png");
  EXPECT_NE(problem().find("is a single picture"), std::string::npos);
  settings_.tiles = folder_ / "fifo";
  ASSERT_EQ(mkfifo(settings_.tiles.c_str(), 0600), 0);
  EXPECT_NE(problem().find("is a FIFO, neither a folder nor a video"), std::string::npos);
}

}  // namespace
}  // namespace mosaic
