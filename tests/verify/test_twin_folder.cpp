// The two files of --verify: compared, moved to the output's name, and never lost.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

#include "e2e/e2e.hpp"
#include "mosaic/error.hpp"
#include "pipeline/twin_folder.hpp"

namespace mosaic {
namespace {

namespace fs = std::filesystem;

class TwinFolderTest : public testing::Test {
 protected:
  static void put(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  static std::string text_of(const fs::path& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  template <class Failure>
  static std::string failure_of(const std::function<void()>& body) {
    try {
      body();
    } catch (const Failure& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
    return "no failure";
  }
  test::TemporaryFolder folder_;
};

TEST_F(TwinFolderTest, TwoMissingFilesAreNoAgreement) {
  const OutputFile output(folder_ / "film.mp4", false);
  TwinFolder twins(output);
  const auto compare = [&] { require_equal_files(twins, "cpu", "cuda"); };
  EXPECT_NE(failure_of<VerifyError>(compare).find("cpu.mp4' is not there"), std::string::npos);
  put(twins.file("cpu"), "film");
  EXPECT_NE(failure_of<VerifyError>(compare).find("cuda.mp4' is not there"), std::string::npos);
  put(twins.file("cuda"), "film");
  EXPECT_EQ(failure_of<VerifyError>(compare), "no failure");
  put(twins.file("cuda"), "other");
  EXPECT_NE(failure_of<VerifyError>(compare).find("stage file differs"), std::string::npos);
}

// A read error while the two were compared removed both, and a night's work with them.
TEST_F(TwinFolderTest, FilesThatCannotBeReadBackAreKept) {
  {
    const OutputFile output(folder_ / "film.mp4", false);
    TwinFolder twins(output);
    put(twins.file("cpu"), "film");
    fs::create_symlink("/proc/self/mem", twins.file("cuda"));  // whose first byte is an EIO
    const std::string failure =
        failure_of<VerifyError>([&] { require_equal_files(twins, "cpu", "cuda"); });
    EXPECT_NE(failure.find("cannot read"), std::string::npos) << failure;
    EXPECT_NE(failure.find("is kept in"), std::string::npos) << failure;
  }
  EXPECT_EQ(text_of(folder_ / "film.mp4.verify/cpu.mp4"), "film");
}

TEST_F(TwinFolderTest, LiesBesideWhatALinkLeadsTo) {
  fs::create_directory(folder_ / "far");
  put(folder_ / "far/film.mkv", "older");
  fs::create_symlink(folder_ / "far/film.mkv", folder_ / "link.mp4");
  OutputFile output(folder_ / "link.mp4", true);
  TwinFolder twins(output);
  EXPECT_EQ(twins.path(), fs::canonical(folder_ / "far") / "film.mkv.verify");
  EXPECT_EQ(twins.file("cpu").filename(), "cpu.mp4") << "the name that was given says what to make";
  put(twins.file("cuda"), "film");
  publish(twins, "cuda", output);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.mp4"));
  EXPECT_EQ(text_of(folder_ / "far/film.mkv"), "film");
}

TEST_F(TwinFolderTest, AFilmThatCannotGetItsNameIsKept) {
  {
    OutputFile output(folder_ / "film.mp4", false);
    TwinFolder twins(output);
    put(twins.file("cuda"), "film");
    put(folder_ / "film.mp4", "came up meanwhile");
    const std::string failure = failure_of<OutputError>([&] { publish(twins, "cuda", output); });
    EXPECT_NE(failure.find("the film is kept in"), std::string::npos) << failure;
    EXPECT_NE(failure.find("film.mp4.verify"), std::string::npos) << failure;
  }
  EXPECT_EQ(text_of(folder_ / "film.mp4"), "came up meanwhile");
  EXPECT_EQ(text_of(folder_ / "film.mp4.verify/cuda.mp4"), "film");
}

TEST_F(TwinFolderTest, AFolderThatWentAwayIsAnErrorAndNoCrash) {
  OutputFile output(folder_ / "film.mp4", false);
  TwinFolder twins(output);
  const std::string failure = failure_of<OutputError>([&] { publish(twins, "cuda", output); });
  EXPECT_NE(failure.find("the output cannot get its name"), std::string::npos) << failure;
}

}  // namespace
}  // namespace mosaic
