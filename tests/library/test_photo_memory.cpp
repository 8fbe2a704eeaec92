// What is told of photos before they are decoded, by their headers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "library/photo_memory.hpp"
#include "support/run_command.hpp"

namespace mosaic {
namespace {

using namespace std::string_literals;

std::uint64_t held(PictureKind kind, const std::string& head) {
  return bytes_held_whole(kind, std::as_bytes(std::span(head)));
}

/// `bytes` big-endian bytes.
std::string big(unsigned value, int bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> (8 * bytes) & 0xFF);
  return text;
}

std::string little(unsigned value, int bytes) {
  std::string text = big(value, bytes);
  return {text.rbegin(), text.rend()};
}

/// Up to the first scan of a JPEG; `frame` is C0 for one, C2 for several passes.
std::string jpeg(int frame, unsigned width, unsigned height, int luma_sampling, int scan_of = 3) {
  const std::string profile = "\xff\xe2"s + big(70, 2) + std::string(68, 'p');
  return "\xff\xd8"s + profile + "\xff" + static_cast<char>(frame) + big(17, 2) + "\x08" +
         big(height, 2) + big(width, 2) + "\x03\x01" + static_cast<char>(luma_sampling) +
         "\0\x02\x11\x01\x03\x11\x01"s + "\xff\xda" + big(12, 2) + static_cast<char>(scan_of) +
         std::string(9, '\0');
}

std::string png(unsigned width, unsigned height, int depth, int colour, int interlaced) {
  return "\x89PNG\r\n\x1a\n"s + big(13, 4) + "IHDR" + big(width, 4) + big(height, 4) +
         static_cast<char>(depth) + static_cast<char>(colour) + "\0\0"s +
         static_cast<char>(interlaced);
}

TEST(PhotoMemory, JpegsInSeveralPassesCountByTheirCoefficients) {
  EXPECT_EQ(held(PictureKind::jpeg, jpeg(0xC0, 4000, 3000, 0x22)), 0U);
  EXPECT_EQ(held(PictureKind::jpeg, jpeg(0xC2, 4000, 3000, 0x22)), 4000U * 3000 * 3);
  EXPECT_EQ(held(PictureKind::jpeg, jpeg(0xC2, 4000, 3000, 0x11)), 4000U * 3000 * 6);
  EXPECT_EQ(held(PictureKind::jpeg, jpeg(0xC0, 4000, 3000, 0x11, 1)), 4000U * 3000 * 6)
      << "a scan for each component";
  EXPECT_EQ(held(PictureKind::jpeg, jpeg(0xC2, 65000, 65000, 0x22)), 0U) << "it is refused";
  const std::string whole = jpeg(0xC2, 4000, 3000, 0x22);
  for (std::size_t cut = 0; cut + 10 < whole.size(); ++cut) {
    held(PictureKind::jpeg, whole.substr(0, cut));  // reads nothing behind the end
  }
}

TEST(PhotoMemory, InterlacedPngsCountByTheirSamples) {
  EXPECT_EQ(held(PictureKind::png, png(4000, 3000, 8, 2, 0)), 0U);
  EXPECT_EQ(held(PictureKind::png, png(4000, 3000, 8, 2, 1)), 4000U * 3000 * 3);
  EXPECT_EQ(held(PictureKind::png, png(4000, 3000, 16, 6, 1)), 4000U * 3000 * 8);
  EXPECT_EQ(held(PictureKind::png, png(4000, 3000, 8, 3, 1)), 4000U * 3000 * 4);
  EXPECT_EQ(held(PictureKind::png, png(4000, 3000, 1, 0, 1)), 4000U * 3000);
  EXPECT_EQ(held(PictureKind::png, png(0xFFFFFFFF, 0xFFFFFFFF, 8, 6, 1)), 0U);
}

TEST(PhotoMemory, GifAndWebpAreAlwaysHeld) {
  EXPECT_EQ(held(PictureKind::gif, "GIF89a" + little(500, 2) + little(400, 2)), 500U * 400 * 4);
  const std::string riff = "RIFF" + little(0, 4) + "WEBP";
  EXPECT_EQ(held(PictureKind::webp,
                 riff + "VP8X" + little(10, 4) + little(0, 4) + little(499, 3) + little(399, 3)),
            500U * 400 * 8);
  EXPECT_EQ(held(PictureKind::webp, riff + "VP8 " + little(10, 4) + std::string(6, '\0') +
                                        little(500, 2) + little(400, 2)),
            500U * 400 * 8);
  EXPECT_EQ(held(PictureKind::webp,
                 riff + "VP8L" + little(10, 4) + "\x2f" + little(399U << 14 | 499U, 4)),
            500U * 400 * 8);
}

TEST(PhotoMemory, ThoseThatTakeMostComeFirstWithTheirFiles) {
  const test::TemporaryFolder folder;
  const auto write = [&folder](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  const std::string once = jpeg(0xC0, 4000, 3000, 0x22) + std::string(100'000, 'x');
  for (int i = 0; i < 40; ++i) write("large" + std::to_string(i) + ".jpg", once);
  const std::string passes = jpeg(0xC2, 4000, 3000, 0x22) + std::string(200'000, 'x');
  write("Passes.JPG", passes);
  write("small.gif", "GIF89a" + little(500, 2) + little(400, 2));
  write("notes.txt", std::string(300'000, 'n'));
  const std::vector<std::uint64_t> bytes = photo_bytes(list_pool_folder(folder.path()));
  ASSERT_EQ(bytes.size(), 32U + 1 + 1) << "the largest of each ending";
  EXPECT_EQ(bytes[0], 4000U * 3000 * 3 + passes.size());
  EXPECT_EQ(bytes[1], 500U * 400 * 4 + 10);
  EXPECT_EQ(bytes[2], once.size());
  EXPECT_EQ(bytes.back(), 0U) << "text is no photo";
}

}  // namespace
}  // namespace mosaic
