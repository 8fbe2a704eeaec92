// When the output cannot be written: one clear error, nothing left behind, nothing lost.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "video/clips.hpp"

namespace mosaic::test {
namespace {

class SinkFailures : public ClipTest {
 protected:
  void make_clip() const {
    ffmpeg(
        "-f lavfi -i testsrc2=s=64x48:d=0.4:r=25 -f lavfi -i sine=d=0.4 -c:v libx264 -c:a aac "
        "in.mp4");
  }
  /// what() and hint() of the error that writing to `output` ends with.
  template <class Expected>
  std::string failure(const std::filesystem::path& output, const WriteOptions& options = {}) const {
    try {
      write_film(file("in.mp4"), output, options);
    } catch (const Expected& error) {
      return std::string(error.what()) + " | " + error.hint();
    } catch (const Error& error) {
      return std::string("another kind: ") + error.what();
    }
    return "no error";
  }
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(SinkFailures, AnExistingOutputIsKeptUnlessForced) {
  make_clip();
  for (const char* name : {"out.mp4", "out.gif", "out.mkv"}) {
    std::ofstream(file(name)) << "precious";
    const std::string text = failure<OutputError>(file(name));
    EXPECT_TRUE(holds(text, "exists") && holds(text, "--force")) << text;
    EXPECT_EQ(file_bytes(file(name)), "precious");
    write_film(file("in.mp4"), file(name), {.force = true, .finish = false});
    EXPECT_EQ(file_bytes(file(name)), "precious") << "an abandoned run must not touch it";
    write_film(file("in.mp4"), file(name), {.force = true});
    EXPECT_NE(file_bytes(file(name)), "precious");
  }
  EXPECT_EQ(names_in(folder_.path()),
            (std::vector<std::string>{"in.mp4", "out.gif", "out.mkv", "out.mp4"}));
}

TEST_F(SinkFailures, AnAbandonedSinkLeavesNothing) {
  make_clip();
  for (const char* name : {"a.mp4", "a.webm", "a.gif", "frames/"}) {
    write_film(file("in.mp4"), file(name), {.finish = false});
  }
  EXPECT_EQ(names_in(folder_.path()), std::vector<std::string>{"in.mp4"});
}

TEST_F(SinkFailures, TheInputIsNeverTheOutput) {
  make_clip();
  const std::string before = file_bytes(file("in.mp4"));
  std::filesystem::create_symlink("in.mp4", file("link.mp4"));
  std::filesystem::create_hard_link(file("in.mp4"), file("hard.mp4"));
  for (const char* name : {"in.mp4", "link.mp4", "hard.mp4", "./in.mp4"}) {
    const std::string text = failure<UsageError>(file(name), {.force = true});
    EXPECT_TRUE(holds(text, "is the input")) << name << ": " << text;
  }
  EXPECT_EQ(file_bytes(file("in.mp4")), before);
  EXPECT_THROW(refuse_same_file(folder_.path(), folder_.path() / "."), UsageError);
  EXPECT_NO_THROW(refuse_same_file(file("in.mp4"), file("new.mp4")));
  EXPECT_THROW(refuse_same_file(folder_.path(), file("%06d.png")), UsageError);
  EXPECT_THROW(refuse_same_file(folder_.path(), file("new.mp4")), UsageError);
}

TEST_F(SinkFailures, MissingAndUnwritableFolders) {
  make_clip();
  EXPECT_TRUE(holds(failure<OutputError>(file("no/such/out.mp4")), "No such file or directory"));
  EXPECT_TRUE(holds(failure<OutputError>(file("in.mp4/out.mp4")), "Not a directory"));
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere: the rest needs another user";
  std::filesystem::create_directory(file("locked"));
  ASSERT_EQ(chmod(file("locked").c_str(), 0500), 0);
  EXPECT_TRUE(holds(failure<OutputError>(file("locked/out.mp4")), "Permission denied"));
  EXPECT_TRUE(holds(failure<OutputError>(file("locked/frames/")), "Permission denied"));
  ASSERT_EQ(chmod(file("locked").c_str(), 0700), 0);
  EXPECT_TRUE(names_in(file("locked")).empty());
}

TEST_F(SinkFailures, UnknownNamesListWhatIsKnown) {
  make_clip();
  EXPECT_TRUE(holds(failure<UsageError>(file("out.xyz")), ".mp4 .mkv .mov .webm .gif"));
  const std::string codec = failure<DeviceError>(file("out.mp4"), {.codec = "libx999"});
  EXPECT_TRUE(holds(codec, "no video encoder 'libx999'") && holds(codec, "libx264")) << codec;
  EXPECT_TRUE(holds(failure<UsageError>(file("out.webm"), {.codec = "libx264"}), "cannot hold"));
  EXPECT_TRUE(holds(failure<UsageError>(file("out.mp4"), {.codec = "aac"}), "not make video"));
  EXPECT_TRUE(holds(failure<UsageError>(file("out.mp4"), {.codec = "prores_ks"}), "4:2:0"));
  const std::string preset = failure<UsageError>(file("out.mp4"), {.preset = "medum"});
  EXPECT_TRUE(holds(preset, "medum") && holds(preset, "medium")) << preset;
  EXPECT_TRUE(holds(failure<UsageError>(file("out.mp4"), {.crf = 52}), "out of range"));
  EXPECT_TRUE(holds(failure<UsageError>(file("out.webm"), {.crf = 20.5}), "whole number"));
  EXPECT_TRUE(holds(failure<UsageError>(file("out.gif"), {.codec = "libx264"}), "cannot hold"));
  EXPECT_EQ(names_in(folder_.path()), std::vector<std::string>{"in.mp4"});
}

TEST_F(SinkFailures, OtherEncodersWork) {
  make_clip();
  for (const char* codec : {"ffv1", "mpeg4", "libx265"}) {
    const auto out = file(std::string(codec) + ".mkv");
    const Heard heard = write_film(file("in.mp4"), out, {.codec = codec});
    EXPECT_EQ(probe_times(out).size(), 10U) << codec;
    EXPECT_TRUE(Heard::has(heard.info, "equal bytes")) << codec;
  }
}

/// A small file system of its own, so that it can be filled.
class FullDisk : public SinkFailures {
 protected:
  void TearDown() override {
    if (mounted_) umount2(file("disk").c_str(), MNT_DETACH);
  }
  bool mount_disk(const char* size) {
    std::filesystem::create_directory(file("disk"));
    mounted_ = mount("tmpfs", file("disk").c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }

 private:
  bool mounted_ = false;
};

TEST_F(FullDisk, EveryKindOfOutputSaysSoAndLeavesNothing) {
  ffmpeg(
      "-f lavfi -i testsrc2=s=320x240:r=25:d=2 -vf noise=alls=60:allf=t -c:v libx264 -crf 20 "
      "in.mp4");
  if (!mount_disk("size=256k")) {
    GTEST_SKIP() << "mounting a small disk needs root: " << std::strerror(errno);
  }
  for (const char* name : {"out.mp4", "out.mkv", "out.gif", "frames/"}) {
    const std::string text = failure<OutputError>(file("disk") / name, {.crf = 1});
    EXPECT_TRUE(holds(text, "No space left on device")) << name << ": " << text;
    EXPECT_TRUE(holds(text, "free some space")) << name << ": " << text;
    EXPECT_TRUE(holds(text, "disk/")) << name << ": " << text;
    EXPECT_TRUE(names_in(file("disk")).empty()) << name;
  }
  std::ofstream(file("disk") / "out.mp4") << "precious";
  failure<OutputError>(file("disk") / "out.mp4", {.crf = 1, .force = true});
  EXPECT_EQ(file_bytes(file("disk") / "out.mp4"), "precious");
}

TEST_F(FullDisk, FullAtTheVeryEnd) {
  make_clip();
  write_film(file("in.mp4"), file("sized.mp4"));
  const auto size = std::filesystem::file_size(file("sized.mp4"));
  // Sizes around the finished file's: the data fits, the index or its move to the front may not.
  for (std::uintmax_t room = size / 4096 * 4096; room > size / 2; room -= 4096) {
    if (!mount_disk(("size=" + std::to_string(room)).c_str())) {
      GTEST_SKIP() << "mounting a small disk needs root: " << std::strerror(errno);
    }
    const std::string text = failure<OutputError>(file("disk/out.mp4"));
    EXPECT_TRUE(holds(text, "No space left on device")) << room << ": " << text;
    EXPECT_TRUE(names_in(file("disk")).empty()) << room;
    umount2(file("disk").c_str(), MNT_DETACH);
  }
}

}  // namespace
}  // namespace mosaic::test
