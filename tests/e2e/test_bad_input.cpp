// Bad input: one clear message, the documented exit code, nothing left behind.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "e2e/e2e.hpp"
#include "pictures/picture_file.hpp"

namespace mosaic::test {
namespace {

using Strings = std::vector<std::string>;

class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_pool(*folder_ / "pool", 60);
    write_frames(*folder_ / "frames",
                 {textured_picture(Size{96, 64}, 1), textured_picture(Size{96, 64}, 1),
                  textured_picture(Size{96, 64}, 1)});
    std::filesystem::create_directories(*folder_ / "empty");
    std::filesystem::create_directories(*folder_ / "out");
    write("text.mp4", "this is not a video\n");
    write("zero.mp4", "");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static void write(const std::string& name, const std::string& content) {
    std::ofstream(*folder_ / name, std::ios::binary) << content;
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }

  /// Runs the main job with the given replacements for its three paths.
  static CommandResult job(const std::string& frames, const std::string& tiles,
                           const std::string& output, Strings extra = {}) {
    Strings arguments = {"--frames", frames, "--tiles",     tiles,
                         "--output", output, "--tile-size", "16"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return run_mosaic(arguments, {{}, {{"XDG_CACHE_HOME", path("cache")}}});
  }

  /// Expects an exit code, one error that names all of `words`, and an output folder left empty.
  static void expect_refusal(const CommandResult& result, int exit_code, const Strings& words) {
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    const std::size_t first = result.err.find("error:");
    ASSERT_NE(first, std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("error:", first + 1), std::string::npos) << result.err;
    for (const std::string& word : words) {
      EXPECT_NE(result.err.find(word), std::string::npos) << word << " is not in: " << result.err;
    }
    EXPECT_EQ(names_in(*folder_ / "out"), Strings{});
  }

  static std::string read_file(const std::string& name) {
    std::ifstream stream(name, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  }

  /// A JPEG whose second half is missing.
  static void write_picture_cut_short(const std::string& folder) {
    const std::filesystem::path whole = *folder_ / "whole.jpg";
    write_picture(whole, "whole.jpg", textured_picture(Size{200, 150}, 9));
    std::ifstream stream(whole, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
    write(folder + "/short.jpg", bytes.substr(0, bytes.size() / 2));
  }

  static TemporaryFolder* folder_;
};

TemporaryFolder* BadInput::folder_ = nullptr;

TEST_F(BadInput, MissingFrames) {
  expect_refusal(job(path("nowhere.mp4"), path("pool"), path("out/o.mp4")), 4, {"nowhere.mp4"});
}

TEST_F(BadInput, AConfigThatIsNoFileIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(path("settings.toml").c_str(), 0600), 0);
  expect_refusal(
      job(path("frames"), path("pool"), path("out/o.mp4"), {"--config", path("settings.toml")}), 2,
      {"settings.toml", "not a regular file"});
}

TEST_F(BadInput, ARangeBeyondTheEndIsSaid) {
  const CommandResult late =
      job(path("frames"), path("pool"), path("late.mp4"), {"--range", "1-400"});
  EXPECT_EQ(late.exit_code, 0) << late.err;
  EXPECT_NE(late.err.find("--range ends at frame 400, but the last one of the input is 2"),
            std::string::npos)
      << late.err;
  const CommandResult exact =
      job(path("frames"), path("pool"), path("exact.mp4"), {"--range", "1-2"});
  EXPECT_EQ(exact.err.find("--range"), std::string::npos) << exact.err;
}

TEST_F(BadInput, AnIndexReplacesAnIndexAndNothingElse) {
  write("precious.mp4", "a film of the wedding");
  const auto index = [](const std::string& output) {
    return run_mosaic({"index", "--tiles", path("pool"), "--tile-size", "16", "-o", output, "-f"});
  };
  const CommandResult refused = index(path("precious.mp4"));
  EXPECT_EQ(refused.exit_code, 4) << refused.err;
  EXPECT_NE(refused.err.find("is not a tile index; it is left as it is"), std::string::npos)
      << refused.err;
  EXPECT_EQ(read_file(path("precious.mp4")), "a film of the wedding");
  EXPECT_EQ(index(path("pool.mti")).exit_code, 0);
  EXPECT_EQ(index(path("pool.mti")).exit_code, 0);
}

TEST_F(BadInput, MissingTiles) {
  expect_refusal(job(path("frames"), path("nowhere"), path("out/o.mp4")), 4, {"nowhere"});
}

TEST_F(BadInput, EmptyPool) {
  expect_refusal(job(path("frames"), path("empty"), path("out/o.mp4")), 4, {"empty"});
}

TEST_F(BadInput, TextFileNamedMp4) {
  expect_refusal(job(path("text.mp4"), path("pool"), path("out/o.mp4")), 4, {"text.mp4"});
}

TEST_F(BadInput, ZeroBytes) {
  expect_refusal(job(path("zero.mp4"), path("pool"), path("out/o.mp4")), 4, {"zero.mp4"});
}

TEST_F(BadInput, PlaylistNamedMp4OpensNoOtherFile) {
  write("list.mp4", "ffconcat version 1.0\nfile '" + path("frames/0000.png") + "'\n");
  expect_refusal(job(path("list.mp4"), path("pool"), path("out/o.mp4")), 4, {"list.mp4"});
}

TEST_F(BadInput, UnknownPresetSuggestsTheNearest) {
  expect_refusal(job(path("frames"), path("pool"), path("out/o.mp4"), {"--preset", "vivd"}), 2,
                 {"vivd", "vivid"});
}

TEST_F(BadInput, UnknownOptionSuggestsTheNearest) {
  expect_refusal(job(path("frames"), path("pool"), path("out/o.mp4"), {"--tile-sze", "16"}), 2,
                 {"--tile-sze", "--tile-size"});
}

TEST_F(BadInput, UnknownOutputKind) {
  expect_refusal(job(path("frames"), path("pool"), path("out/o.xyz")), 2, {"o.xyz", ".mp4"});
}

TEST_F(BadInput, OutputFolderMissing) {
  expect_refusal(job(path("frames"), path("pool"), path("out/missing/o.mp4")), 5, {"missing"});
}

TEST_F(BadInput, TilesLargerThanTheFrame) {
  expect_refusal(job(path("frames"), path("pool"), path("out/o.mp4"), {"--tile-size", "500"}), 2,
                 {"500"});
}

TEST_F(BadInput, TooFewUsesForTheGrid) {
  write_pool(*folder_ / "few", 5);
  expect_refusal(job(path("frames"), path("few"), path("out/o.mp4"), {"--max-uses", "1"}), 2,
                 {"24 cells", "19 photos"});
}

TEST_F(BadInput, ExistingOutputIsKept) {
  write("kept.mp4", "precious");
  const CommandResult result = job(path("frames"), path("pool"), path("kept.mp4"));
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_NE(result.err.find("--force"), std::string::npos) << result.err;
  EXPECT_EQ(std::filesystem::file_size(path("kept.mp4")), 8U);
}

TEST_F(BadInput, OutputEqualToInputIsRefused) {
  ASSERT_EQ(job(path("frames"), path("pool"), path("film.mp4")).exit_code, 0);
  const std::string before = md5_of(path("film.mp4"));
  const CommandResult result = job(path("film.mp4"), path("pool"), path("film.mp4"), {"--force"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_EQ(md5_of(path("film.mp4")), before);
}

TEST_F(BadInput, TruncatedPhotoIsSkippedAndNamed) {
  std::filesystem::copy(path("pool"), path("damaged"));
  write_picture_cut_short("damaged");
  const CommandResult result =
      job(path("frames"), path("damaged"), path("damaged.mp4"), {"--report", path("r.json")});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("short.jpg"), std::string::npos) << result.err;
  EXPECT_TRUE(std::filesystem::exists(path("damaged.mp4")));
  std::ifstream report(path("r.json"));
  const std::string text((std::istreambuf_iterator<char>(report)), {});
  EXPECT_NE(text.find("short.jpg"), std::string::npos);
}

TEST_F(BadInput, StrictMakesNothingOfADamagedPoolOrVideo) {
  std::filesystem::copy(path("pool"), path("mixed"));
  write_picture_cut_short("mixed");
  expect_refusal(job(path("frames"), path("mixed"), path("out/o.mp4"), {"--strict"}), 4,
                 {"--strict", "short.jpg: truncated"});
  ASSERT_EQ(job(path("frames"), path("pool"), path("strict.mkv")).exit_code, 0);
  const std::string bytes = read_file(path("strict.mkv"));
  write("cut.mkv", bytes.substr(0, bytes.size() - 20));
  EXPECT_EQ(job(path("cut.mkv"), path("pool"), path("cut.mp4")).exit_code, 3);
  expect_refusal(job(path("cut.mkv"), path("pool"), path("out/o.mp4"), {"--strict"}), 4,
                 {"--strict", "cut.mkv", "truncated"});
  EXPECT_EQ(job(path("strict.mkv"), path("pool"), path("whole.mp4"), {"--strict"}).exit_code, 0);
}

TEST_F(BadInput, CudaIsNotThereIsAnError) {
  if (have_program("nvidia-smi")) GTEST_SKIP() << "this machine may have a card";
  expect_refusal(job(path("frames"), path("pool"), path("out/o.mp4"), {"--device", "cuda"}), 7,
                 {"cuda", "cpu"});
}

TEST_F(BadInput, ACardThatCannotDecodeOrEncodeIsAnError) {
  if (have_program("nvidia-smi")) GTEST_SKIP() << "this machine may have a card";
  ASSERT_EQ(job(path("frames"), path("pool"), path("decoded.mp4")).exit_code, 0);
  expect_refusal(job(path("decoded.mp4"), path("pool"), path("out/o.mp4"), {"--decode", "nvdec"}),
                 7, {"--decode nvdec", "--decode cpu"});
  // Without a card this is the CPU, and not a word.
  const CommandResult automatic =
      job(path("decoded.mp4"), path("pool"), path("auto.mp4"), {"--decode", "auto"});
  EXPECT_EQ(automatic.exit_code, 0) << automatic.err;
  EXPECT_EQ(automatic.err.find("card"), std::string::npos) << automatic.err;
  const CommandResult usual = job(path("decoded.mp4"), path("pool"), path("usual.mp4"));
  EXPECT_EQ(read_file(path("auto.mp4")), read_file(path("usual.mp4")));
  expect_refusal(
      job(path("decoded.mp4"), path("pool"), path("out/o.mp4"), {"--codec", "h264_nvenc"}), 7,
      {"h264_nvenc"});
}

TEST_F(BadInput, FullDisk) {
  const std::string mount_point = path("small");
  std::filesystem::create_directories(mount_point);
  if (mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=24k") != 0) {
    GTEST_SKIP() << "mounting a small tmpfs needs root";
  }
  const CommandResult result =
      job(path("frames"), path("pool"), mount_point + "/o.mp4", {"--scale", "8"});
  const Strings left = names_in(mount_point);
  umount(mount_point.c_str());
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_NE(result.err.find("No space left"), std::string::npos) << result.err;
  EXPECT_EQ(left, Strings{});
}

TEST_F(BadInput, UnwritableFolder) {
  if (geteuid() == 0) {
    // Root may write anywhere but on a read-only file system.
    const std::string mount_point = path("readonly");
    std::filesystem::create_directories(mount_point);
    if (mount("tmpfs", mount_point.c_str(), "tmpfs", MS_RDONLY, "size=64k") != 0) {
      GTEST_SKIP() << "cannot mount a read-only tmpfs";
    }
    const CommandResult result = job(path("frames"), path("pool"), mount_point + "/o.mp4");
    umount(mount_point.c_str());
    expect_refusal(result, 5, {"readonly"});
    return;
  }
  std::filesystem::create_directories(path("locked"));
  std::filesystem::permissions(
      path("locked"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  expect_refusal(job(path("frames"), path("pool"), path("locked/o.mp4")), 5, {"locked"});
}

// Ubuntu 24.04 has libheif's decoders in packages of their own: without them good photos were
// called damaged. Here libheif looks for them in an empty folder; one that has them built in reads
// the photo.
TEST_F(BadInput, APhotoWhoseCodecIsMissingIsNotCalledDamaged) {
  write_pool(*folder_ / "avif", 20);
  const CommandResult made = run_command(
      {"ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=128x96", "-frames:v", "1",
       "-c:v", "libaom-av1", "-cpu-used", "8", "-still-picture", "1", path("avif/photo.avif")});
  if (made.exit_code != 0) GTEST_SKIP() << "this ffmpeg makes no AVIF: " << made.err;
  for (const char* threads : {"1", "4"}) {
    const CommandResult result =
        run_mosaic({"index", "--tiles", path("avif"), "--tile-size", "16", "--threads", threads,
                    "--output", path(std::string("avif") + threads + ".mti")},
                   {{}, {{"LIBHEIF_PLUGIN_PATH", path("empty")}}});
    EXPECT_EQ(result.err.find("damaged picture"), std::string::npos) << result.err;
    if (result.exit_code == 0) continue;
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_NE(result.err.find("photo.avif: needs a codec that this machine's libheif lacks"),
              std::string::npos)
        << result.err;
  }
}

}  // namespace
}  // namespace mosaic::test
