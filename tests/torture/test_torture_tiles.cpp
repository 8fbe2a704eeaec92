// One pool of everything that breaks picture readers, made by other programs, and what must come of
// each file: its colour, or the reason it is left out.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/parallel_for.hpp"
#include "library/tile_library.hpp"
#include "metrics/color_difference.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {
namespace {

using Color = std::array<int, 3>;

/// What holds a tile's colour beside the table.
enum class Also {
  ffmpeg,  ///< FFmpeg's own conversion
  nobody   ///< FFmpeg knows neither inks and profiles nor what lies behind alpha
};

/// Either a mean colour (within 1 CIEDE2000) or why the file is left out.
struct TileCase {
  std::string name;
  std::optional<Color> color;
  std::string reason = {};
  Also also = Also::ffmpeg;
};

std::vector<TileCase> tile_cases() {
  const Color plain = {200, 100, 40};
  return {{"plain.jpg", plain},
          {"progressive.jpg", plain},
          {"grey.jpg", Color{117, 117, 117}},
          {"deep.png", plain},
          {"deep.tif", plain},
          {"palette.png", plain},
          {"quarter.png", Color{50, 25, 10}, {}, Also::nobody},
          {"clear.png", Color{0, 0, 0}, {}, Also::nobody},
          {"wrong-ending.jpg", plain},
          {"no-ending", plain},
          {"animated.gif", plain},
          {"animated.webp", plain},
          {"adobe.png", Color{105, 151, 86}, {}, Also::nobody},
          {"p3.png", Color{112, 153, 81}, {}, Also::nobody},
          // By ImageMagick through the profile that libvips brings; tests/library asks it anew.
          {"cmyk.jpg", Color{195, 113, 54}, {}, Also::nobody},
          {"inks.jpg", plain, {}, Also::nobody},
          {"new\nline.png", plain},
          {"bad\xff\xfeutf8.png", plain},
          {"\xf0\x9f\x90\xb1.png", plain},
          {"-rf.png", plain},
          {"%d[1]*.png", plain},
          {"#'\"<img src=x>.png", plain},
          {"cut.gif", {}, "truncated"},
          {"cut.tif", {}, "damaged header"},
          {"cut.webp", {}, "truncated"},
          {"cut.jpg", {}, "truncated"},
          {"cut.png", {}, "truncated"},
          {"empty.jpg", {}, "empty"},
          {"text.jpg", {}, "not a picture"},
          {"fifo.jpg", {}, "a FIFO, not a regular file"},
          {"socket.jpg", {}, "a socket, not a regular file"},
          {"loop.jpg", {}, "symbolic link that leads back to itself"},
          {"dangling.jpg", {}, "symbolic link to nothing"},
          {"out.png", {}, "symbolic link out of the pool"},
          {"bomb30k.png", {}, "too large: 30000x30000 pixels, the limit is 268 million"},
          {"bomb50k.png", {}, "too large: 50000x50000 pixels, the limit is 268 million"},
          {"bomb65k.jpg", {}, "too large: 65500x65500 pixels, the limit is 268 million"}};
}

/// Hidden, or not made like a picture: no word is lost about them.
const std::vector<std::string> kPassedOver = {"._plain.jpg", "._x.jpg", "folder.jpg"};

long highest_resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return -1;
}

/// Mean colour of rows [first, last) and columns likewise, of a tile of `side`.
Color mean_of(const TileLibrary& library, int tile, int x0, int x1, int y0, int y1) {
  const int side = library.tile_size_px();
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  Color mean{};
  for (std::size_t c = 0; c < 3; ++c) {
    int sum = 0;
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        sum += library.rgb()[(static_cast<std::size_t>(tile) * 3 + c) * area +
                             static_cast<std::size_t>(y * side + x)];
      }
    }
    mean[c] = sum / ((x1 - x0) * (y1 - y0));
  }
  return mean;
}

double difference(const Color& a, const Color& b) {
  const auto lab = [](const Color& c) {
    return metrics::lab_from_srgb(static_cast<u8>(c[0]), static_cast<u8>(c[1]),
                                  static_cast<u8>(c[2]));
  };
  return metrics::ciede2000(lab(a), lab(b));
}

/// Mean of a picture of one colour, as FFmpeg converts it to RGB. `link` is made to lead there:
/// what FFmpeg is told must not look like a pattern of names.
Color color_by_ffmpeg(const std::filesystem::path& picture, const std::filesystem::path& link) {
  std::filesystem::remove(link);
  std::filesystem::create_symlink(picture, link);
  const CommandResult result =
      run_command({"ffmpeg", "-v", "error", "-nostdin", "-i", link.native(), "-frames:v", "1",
                   "-vf", "scale=flags=accurate_rnd+full_chroma_int+bitexact", "-pix_fmt", "rgb24",
                   "-f", "rawvideo", "-"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::array<long, 3> sum{};
  for (std::size_t i = 0; i < result.out.size(); ++i) {
    sum[i % 3] += static_cast<unsigned char>(result.out[i]);
  }
  const long pixels = std::max<long>(1, static_cast<long>(result.out.size() / 3));
  const auto mean = [&](long total) { return static_cast<int>((total + pixels / 2) / pixels); };
  return {mean(sum[0]), mean(sum[1]), mean(sum[2])};
}

/// Without the variables that would let the caller's cache in.
class TortureTiles : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"convert", "exiftool", "ffmpeg", "python3"}) {
      if (!have_program(tool)) GTEST_SKIP() << tool << " is needed to make the pool";
    }
    for (const char* name : {"XDG_CACHE_HOME", "HOME"}) {
      if (const char* value = std::getenv(name)) kept_[name] = value;
      unsetenv(name);  // the index stays in memory
    }
  }
  void TearDown() override {
    for (const auto& [name, value] : kept_) setenv(name.c_str(), value.c_str(), 1);
  }
  [[nodiscard]] CommandResult in_folder(const std::vector<std::string>& command) const {
    CommandOptions here;
    here.working_directory = folder_.path();
    return run_command(command, here);
  }
  [[nodiscard]] CommandResult shell(const std::string& script) const {
    return in_folder({"bash", "-ec", script});
  }

  TemporaryFolder folder_;

 private:
  std::map<std::string, std::string> kept_;
};

TEST_F(TortureTiles, EveryFileIsUsedOrNamedAsTheTableSays) {
  const CommandResult made = in_folder({"bash", MOSAIC_MAKE_TILES});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  LibrarySettings settings;
  settings.tiles = folder_ / "pool";
  ThreadPool pool(2);
  const long before_kib = highest_resident_kib();
  const auto library = open_tile_library(settings, 16, 5, pool, {});
  ASSERT_GT(before_kib, 0);
  EXPECT_LT(highest_resident_kib() - before_kib, 300 * 1024) << "a bomb went off";

  std::map<std::string, int> used;
  for (int i = 0; i < library->photos(); ++i) used[library->photo_name(i)] = i;
  std::map<std::string, std::string> skipped;
  for (const SkippedInput& input : library->skipped()) skipped[input.name] = input.reason;
  std::size_t files = kPassedOver.size();
  for (const TileCase& c : tile_cases()) {
    SCOPED_TRACE(c.name);
    ++files;
    if (!c.color) {
      EXPECT_EQ(skipped[c.name], c.reason);
      EXPECT_EQ(used.count(c.name), 0U);
      skipped.erase(c.name);
      continue;
    }
    ASSERT_EQ(used.count(c.name), 1U) << skipped[c.name];
    const Color shown = mean_of(*library, used[c.name], 0, 16, 0, 16);
    EXPECT_LE(difference(shown, *c.color), 1.0) << shown[0] << " " << shown[1] << " " << shown[2];
    if (c.also == Also::ffmpeg) {
      EXPECT_LE(difference(shown, color_by_ffmpeg(settings.tiles / c.name, folder_ / "shown")), 1.0)
          << "by FFmpeg";
    }
    used.erase(c.name);
  }
  EXPECT_TRUE(used.empty()) << used.begin()->first << " is in no table";
  EXPECT_TRUE(skipped.empty()) << skipped.begin()->first << " is in no table";
  for (const std::string& name : kPassedOver) {
    EXPECT_TRUE(std::filesystem::exists(settings.tiles / name)) << name;
  }
  const std::filesystem::directory_iterator listing(settings.tiles);
  EXPECT_EQ(static_cast<std::size_t>(std::distance(begin(listing), end(listing))), files);
}

/// The same pool given to the program: what it returns and what its report names.
TEST_F(TortureTiles, TheProgramEndsWithThreeAndItsReportNamesWhatWasLeftOut) {
  const CommandResult made =
      shell("bash " MOSAIC_MAKE_TILES "; convert -size 64x48 plasma: frame.png");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const CommandResult run = in_folder({MOSAIC_EXECUTABLE, "-i", "frame.png", "--tiles", "pool",
                                       "-o", "o.png", "--report", "report.json"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  std::ifstream stream(folder_ / "report.json");
  const auto report = nlohmann::json::parse(stream);
  std::map<std::string, std::string> expected;
  for (const TileCase& c : tile_cases()) {
    if (!c.color) expected[c.name] = c.reason;
  }
  std::map<std::string, std::string> named;
  for (const auto& entry : report.at("skipped")) named[entry.at("name")] = entry.at("reason");
  EXPECT_EQ(named, expected);
  const CommandResult strict = in_folder(
      {MOSAIC_EXECUTABLE, "-i", "frame.png", "--tiles", "pool", "-o", "s.png", "--strict"});
  EXPECT_EQ(strict.exit_code, 4) << strict.err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.png"));
}

TEST_F(TortureTiles, AFolderThatCannotBeReadIsNamed) {
  // Root may read everything, so there the program runs as somebody else.
  const std::string as_other =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  if (shell("chmod 777 .; " + as_other + "test -x " MOSAIC_EXECUTABLE " -a -w .").exit_code != 0) {
    GTEST_SKIP() << "root may read everything, and nobody else may run " MOSAIC_EXECUTABLE;
  }
  const CommandResult made = shell(
      "mkdir -p pool/locked; for i in $(seq 24); do convert -size 24x24 "
      "xc:rgb\\($((i*10)),90,60\\) "
      "pool/p$i.png; done; cp pool/p1.png pool/locked/; convert -size 64x48 plasma: f.png; "
      "chmod 000 pool/locked");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const CommandResult run = shell(as_other + "env HOME=/nowhere " MOSAIC_EXECUTABLE
                                             " -i f.png --tiles pool -o o.png --report r.json");
  EXPECT_EQ(run.exit_code, 3) << run.err;
  std::ifstream stream(folder_ / "r.json");
  const auto skipped = nlohmann::json::parse(stream).at("skipped");
  ASSERT_EQ(skipped.size(), 1U);
  EXPECT_EQ(skipped[0].at("name"), "locked");
  EXPECT_EQ(skipped[0].at("reason"), "folder cannot be read: Permission denied");
}

/// Stored red over blue; where the red half is shown for EXIF 1 to 8 (CIPA DC-008, tag 0x0112).
TEST_F(TortureTiles, ExifTurnsThePhotoAsExiftoolWroteIt) {
  const CommandResult made = shell(
      "mkdir pool; cd pool; for o in 1 2 3 4 5 6 7 8; do convert -size 40x20 xc:red \\( -size "
      "40x20 xc:blue \\) -append -quality 100 exif$o.jpg; exiftool -q -overwrite_original -n "
      "-Orientation=$o exif$o.jpg; done");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  LibrarySettings settings;
  settings.tiles = folder_ / "pool";
  settings.index = folder_ / "pool.mti";
  ThreadPool pool(2);
  const auto library = open_tile_library(settings, 16, 5, pool, {});
  ASSERT_EQ(library->photos(), 8);
  constexpr const char* kRedSide = "TTBBLRRL";  // top, bottom, left, right
  for (int o = 1; o <= 8; ++o) {
    const char side = kRedSide[o - 1];
    const Color red = side == 'T'   ? mean_of(*library, o - 1, 0, 16, 1, 6)
                      : side == 'B' ? mean_of(*library, o - 1, 0, 16, 10, 15)
                      : side == 'L' ? mean_of(*library, o - 1, 1, 6, 0, 16)
                                    : mean_of(*library, o - 1, 10, 15, 0, 16);
    EXPECT_LE(difference(red, {254, 0, 0}), 3.0) << "orientation " << o;
  }
}

}  // namespace
}  // namespace mosaic::test
