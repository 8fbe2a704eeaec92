// One reading of what an output is.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/output_name.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic::test {
namespace {

OutputKind kind_of(const std::string& name) { return parse_output_name(name).kind; }

TEST(OutputNames, AreToldByTheirEndings) {
  EXPECT_EQ(kind_of("-"), OutputKind::pipe);
  EXPECT_EQ(kind_of("a/film.MKV"), OutputKind::video);
  EXPECT_EQ(parse_output_name("a/film.MKV").ending, ".mkv");
  EXPECT_EQ(kind_of("a.gif"), OutputKind::gif);
  EXPECT_EQ(kind_of("a.jpeg"), OutputKind::still);
  for (const char* name : {"film", "a.bmp", ".png", "%d", "a%06d.txt"}) {
    EXPECT_EQ(kind_of(name), OutputKind::unknown) << name;
  }
}

TEST(OutputNames, APatternSaysHowPicturesAreCalled) {
  const OutputName name = parse_output_name("out/a_%05d.png");
  EXPECT_EQ(name.kind, OutputKind::numbered);
  const PictureNames& names = name.pictures;
  EXPECT_EQ(names.folder, "out");
  EXPECT_EQ(names.name(7), "a_00007.png");
  EXPECT_EQ(names.name(1234567), "a_1234567.png");
  EXPECT_EQ(names.number_in("a_00007.png"), 7);
  EXPECT_EQ(names.number_in("a_7.png"), -1);
  EXPECT_EQ(names.number_in("a_xxxxx.png"), -1);
  EXPECT_EQ(parse_output_name("%d.jpg").pictures.name(3), "3.jpg");
}

TEST(OutputNames, AFolderHasPicturesOfTheStandardPattern) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "f_%6d.png");
  for (const std::filesystem::path& path :
       {folder / "new/", folder.path(), folder / "f_%6d.png", folder / "film.mp4/"}) {
    const OutputName name = parse_output_name(path);
    EXPECT_EQ(name.kind, OutputKind::folder) << path;
    EXPECT_EQ(name.pictures.name(12), "000012.png");
    EXPECT_EQ(name.pictures.folder / "", path / "");
  }
}

// Of six parts of the program, three took any '%' for a pattern, and one "%6d".
TEST(OutputNames, APercentSignAloneIsNoPattern) {
  for (const char* name : {"sale 50%.mp4", "50%d.mp4", "%06d.mov"}) {
    EXPECT_EQ(kind_of(name), OutputKind::video) << name;
  }
  for (const char* name : {"100%.png", "%.png", "a_%s.png", "50%-off.jpg", "%d/a.png"}) {
    EXPECT_EQ(kind_of(name), OutputKind::still) << name;
  }
  const OutputName both = parse_output_name("50%_%04d.png");
  EXPECT_EQ(both.kind, OutputKind::numbered);
  EXPECT_EQ(both.pictures.name(7), "50%_0007.png");
}

TEST(OutputNames, WhatIsNearlyAPatternIsRefused) {
  for (const char* name :
       {"%d_%d.png", "%5d.png", "%6d.png", "%%d.png", "a%0d.png", "%010d.png", "%d%.%6d.jpg"}) {
    EXPECT_EQ(kind_of(name), OutputKind::bad_pattern) << name;
  }
  EXPECT_THROW(refuse_pattern("%6d.png"), UsageError);
}

}  // namespace
}  // namespace mosaic::test
