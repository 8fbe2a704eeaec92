#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "cli/paths.hpp"
#include "cli/validate.hpp"
#include "cli_fixture.hpp"

namespace mosaic::cli {
namespace {

class ValidateTest : public FolderTest {
 protected:
  ValidateTest() {
    write("in.mp4", "not looked into here");
    make_folder("pool");
    make_folder("pictures");
  }

  /// A run that is in order, and these words after it (the last one counts).
  Words words(const Words& more = {}) const {
    Words all = {"-i", path("in.mp4"), "-t", path("pool"), "-o", path("out.mp4")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Failure refused(const Words& all) const {
    const auto before = listing();
    const Failure failure = failure_of([&] { validate(resolve_words(all)); });
    EXPECT_EQ(listing(), before) << "a check left something behind";
    EXPECT_FALSE(failure.what.empty());
    return failure;
  }

  void expect_accepted(const Words& all) const {
    const auto before = listing();
    EXPECT_NO_THROW(validate(resolve_words(all)));
    EXPECT_EQ(listing(), before);
  }

  std::set<std::string> listing() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      names.insert(entry.path().string());
    }
    return names;
  }
};

TEST_F(ValidateTest, AModelThatIsMissingIsAskedAbout) {
  write("raft_m.pt", "");
  const Words raft = {"--flow", "raft", "--flow-model", path("raft_n.pt")};
  const Failure failure = refused(words(raft));
  EXPECT_EQ(failure.code, 4);
  EXPECT_EQ(failure.hint, "did you mean " + path("raft_m.pt") + "?");
  expect_accepted(words({"--flow", "raft", "--flow-model", path("raft_m.pt")}));
}

TEST_F(ValidateTest, APreviewLiesWhereItCanBeWrittenAndWhatIsNumberedIsAPicture) {
  const auto name_of = [&](const std::string& output) {
    return preview_path(path(output)).string();
  };
  EXPECT_EQ(name_of("film.mp4"), path("film.preview.png"));
  EXPECT_EQ(name_of("50%d.mp4"), path("50%d.preview.png")) << "a video: only pictures are numbered";
  EXPECT_EQ(name_of("a.jpg"), path("a.preview.png"));
  EXPECT_EQ(name_of("a.png"), path("a.png"));
  EXPECT_EQ(name_of("a%d.png"), path("preview.png"));
  EXPECT_EQ(name_of("pictures"), path("pictures/preview.png"));
  EXPECT_EQ(name_of("pictures/"), path("pictures/preview.png"));
  EXPECT_EQ(name_of("pictures/%05d.JPG"), path("pictures/preview.png"));
  EXPECT_EQ(name_of("new/%05d.png"), path("new.preview.png")) << "the job makes the folder";
  EXPECT_EQ(name_of("new/"), path("new.preview.png"));
  EXPECT_EQ(preview_path("%d.png"), "preview.png");
  EXPECT_EQ(preview_path("new/%d.png"), "new.preview.png");
  for (const char* output : {"new/%05d.png", "new/", "50%d.mp4"}) {
    expect_accepted(words({"-o", path(output), "--preview"}));
  }
}

TEST_F(ValidateTest, AcceptsWhatIsInOrder) {
  expect_accepted(words());
  for (const char* name : {"o.mkv", "o.mov", "o.webm", "o.gif", "o.MP4", "o.png", "o.jpg", "o.jpeg",
                           "new/", "pictures", "%06d.png", "f%d.jpg"}) {
    expect_accepted(words({"-o", path(name)}));
  }
  expect_accepted(words({"--report", path("r.json"), "--plan", path("p.jsonl")}));
  expect_accepted(words({"-i", path("pictures"), "--fps", "30"}));
  expect_accepted(words({"-t", path("in.mp4"), "--tile-step", "5"}));
}

TEST_F(ValidateTest, NamesAllThatIsMissing) {
  const Failure all = refused({"-q"});
  EXPECT_EQ(all.code, 2);
  EXPECT_EQ(all.what, "--frames, --tiles, --output are missing");
  EXPECT_EQ(refused({"-i", path("in.mp4"), "-t", path("pool")}).what, "--output is missing");
  EXPECT_EQ(refused({"index", "-t", path("pool"), "-o", "x.mti"}).what, "--tile-size is missing");
  EXPECT_EQ(refused({"check", "ssim", path("in.mp4")}).what, "B is missing");
  EXPECT_EQ(refused({"check", "assign"}).what, "--costs, --rows, --cols are missing");
  EXPECT_EQ(refused({"demo"}).what, "DIR is missing");
}

TEST_F(ValidateTest, InputsMustBeThere) {
  const Failure frames = refused(words({"-i", path("none.mp4")}));
  EXPECT_EQ(frames.code, 4);
  EXPECT_NE(frames.what.find("--frames " + path("none.mp4")), std::string::npos);
  EXPECT_EQ(refused(words({"-t", path("none")})).code, 4);
  EXPECT_EQ(refused({"check", "ssim", path("in.mp4"), path("pool")}).code, 4);
  EXPECT_EQ(refused({"check", "assign", "--costs", path("c"), "--rows=1", "--cols=1"}).code, 4);
}

// It asked whether the link itself was meant.
TEST_F(ValidateTest, ALinkToNowhereSaysWhereItLeads) {
  std::filesystem::create_symlink("gone.mp4", folder_ / "link.mp4");
  const Failure failure = refused(words({"-i", path("link.mp4")}));
  EXPECT_EQ(failure.code, 4);
  EXPECT_NE(failure.what.find("this is a link to gone.mp4, which is not there"), std::string::npos)
      << failure.what;
}

TEST_F(ValidateTest, PipesAndDevicesAreNotInputs) {
  ASSERT_EQ(mkfifo(path("fifo.mp4").c_str(), 0600), 0);
  EXPECT_EQ(refused(words({"-i", path("fifo.mp4")})).code, 4);
  EXPECT_EQ(refused(words({"-t", "/dev/null"})).code, 4);
  std::filesystem::create_symlink(path("in.mp4"), folder_ / "link.mp4");
  expect_accepted(words({"-i", path("link.mp4")}));
}

TEST_F(ValidateTest, UnknownEndingsListTheKnown) {
  for (const char* name : {"out.mpx", "out", "out.avi", "out.mp4.txt"}) {
    const Failure failure = refused(words({"-o", path(name)}));
    EXPECT_EQ(failure.code, 2) << name;
    EXPECT_NE(failure.hint.find(".mp4 .mkv .mov .webm .gif"), std::string::npos) << failure.hint;
  }
  EXPECT_NE(refused(words({"-o", path("out.pm4")})).hint.find("did you mean .mp4?"),
            std::string::npos);
}

// "%6d" was accepted here and refused when the photos had been read; "100%.png" too.
TEST_F(ValidateTest, PatternsAreReadAsWhereTheyAreWritten) {
  EXPECT_EQ(refused(words({"-o", path("%6d.png")})).code, 2);
  EXPECT_EQ(refused(words({"-o", path("%d_%d.png")})).code, 2);
  for (const char* name : {"100%.png", "sale 50%.mp4", "50%_%03d.png"}) {
    expect_accepted(words({"-o", path(name)}));
  }
}

TEST_F(ValidateTest, CertifyIsRefusedWhereNothingIsProved) {
  const Failure failure = refused(words({"--certify", "--placement", "diffusion"}));
  EXPECT_EQ(failure.code, 2);
  EXPECT_NE(failure.what.find("--placement diffusion"), std::string::npos) << failure.what;
  EXPECT_EQ(refused(words({"--certify", "--preset", "fast"})).code, 2);
  expect_accepted(words({"--certify", "--preset", "fast", "--placement", "exact"}));
}

TEST_F(ValidateTest, ExistingOutputsNeedForce) {
  for (const char* name : {"out.mp4", "out.png", "out.gif"}) {
    write(name, "precious");
    const Failure failure = refused(words({"-o", path(name)}));
    EXPECT_EQ(failure.code, 5) << name;
    EXPECT_NE(failure.hint.find("--force"), std::string::npos);
    expect_accepted(words({"-f", "-o", path(name)}));
  }
  write("r.json", "precious");
  EXPECT_EQ(refused(words({"-o", path("o.mp4"), "--report", path("r.json")})).code, 5);
  EXPECT_EQ(refused(words({"-o", path("o.mp4"), "--plan", path("r.json")})).code, 5);
  EXPECT_EQ(refused({"index", "-t", path("pool"), "--tile-size=8", "-o", path("r.json")}).code, 5);
}

// Run as root, --status-file /dev/null took the device away from the whole system.
TEST_F(ValidateTest, WhatIsNoRegularFileIsNeverReplaced) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  for (const char* option : {"--status-file", "--report", "--plan"}) {
    for (const std::string& name : {std::string("/dev/null"), path("pipe")}) {
      const Failure failure = refused(words({"--force", option, name}));
      EXPECT_EQ(failure.code, 5) << option << ' ' << name;
      EXPECT_NE(failure.what.find("not a regular file"), std::string::npos) << failure.what;
    }
  }
}

TEST_F(ValidateTest, OutputsNeedAFolder) {
  const Failure failure = refused(words({"-o", path("no/such/out.mp4")}));
  EXPECT_EQ(failure.code, 5);
  EXPECT_NE(failure.hint.find("mkdir -p"), std::string::npos);
  make_folder("dir.json");
  EXPECT_EQ(refused(words({"--report", path("dir.json")})).code, 5);
  EXPECT_EQ(refused({"demo", path("in.mp4")}).code, 5);
}

TEST_F(ValidateTest, UnwritableFolders) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  make_folder("locked");
  std::filesystem::permissions(folder_ / "locked", std::filesystem::perms::owner_read);
  EXPECT_EQ(refused(words({"-o", path("locked/out.mp4")})).code, 5);
  std::filesystem::permissions(folder_ / "locked", std::filesystem::perms::owner_all);
}

TEST_F(ValidateTest, NothingIsWrittenOverWhatIsRead) {
  write("still.png", "x");
  std::filesystem::create_hard_link(folder_ / "in.mp4", folder_ / "hard.mp4");
  std::filesystem::create_symlink("in.mp4", folder_ / "soft.mp4");
  for (const Words& more :
       {Words{"-o", path("in.mp4")}, Words{"-o", path("./pool/../in.mp4")},
        Words{"-o", path("hard.mp4")}, Words{"-o", path("soft.mp4")}, Words{"-o", path("pool")},
        Words{"-o", path("pool/")}, Words{"-i", path("pictures"), "-o", path("pictures")},
        Words{"--report", path("in.mp4")}, Words{"--index", path("in.mp4")},
        Words{"--plan", path("in.mp4")}}) {
    Words all = words(more);
    all.push_back("--force");
    EXPECT_EQ(refused(all).code, 2) << more[1];
  }
  EXPECT_EQ(refused(words({"--report", path("x.json"), "--plan", path("./x.json")})).code, 2);
  EXPECT_EQ(refused(words({"--report", path("out.mp4")})).code, 2);
}

TEST_F(ValidateTest, NothingIsWrittenIntoAFolderThatIsRead) {
  write("pictures/1.png", "frame");
  write("pool/1.png", "photo");
  make_folder("pool/sub");
  std::filesystem::create_directory_symlink("pictures", folder_ / "to_pictures");
  std::filesystem::create_directory_symlink("pool/sub", folder_ / "to_sub");
  std::filesystem::create_symlink("pool/1.png", folder_ / "to_photo.mti");
  const Words folder = {"-i", path("pictures")};
  for (const Words& more : {
           Words{"-o", path("pictures/%06d.png")},
           Words{"-o", path("pictures/1.png")},
           Words{"-o", path("pictures/new.mp4")},
           Words{"-o", path("pictures/new/")},
           Words{"-o", path("pool/../pictures/%d.jpg")},
           Words{"-o", path("to_pictures/%06d.png")},
           Words{"--report", path("pictures/1.png")},
           Words{"--plan", path("pictures/p.jsonl")},
           Words{"--index", path("pictures/1.png")},
           Words{"-o", path("pool/1.png")},
           Words{"-o", path("pool/sub/%06d.png")},
           Words{"-o", path("pool/new/")},
           Words{"-o", path("pool/sub/")},
           Words{"-o", path("to_sub/out.mp4")},
           Words{"--report", path("pool/sub/r.json")},
           Words{"--plan", path("pool/1.png")},
           Words{"--index", path("pool/1.png")},
           Words{"--index", path("to_photo.mti")},
       }) {
    Words all = words(folder);
    all.insert(all.end(), more.begin(), more.end());
    all.push_back("--force");
    const Failure failure = refused(all);
    EXPECT_EQ(failure.code, 2) << more[1];
    EXPECT_NE(failure.what.find("is inside"), std::string::npos) << failure.what;
    EXPECT_NE(failure.hint.find("never overwritten"), std::string::npos) << failure.hint;
  }
  EXPECT_EQ(
      refused({"index", "-t", path("pool"), "--tile-size=8", "-o", path("pool/1.png"), "-f"}).code,
      2);
}

TEST_F(ValidateTest, FoldersThatAreReadMayHaveNeighbours) {
  make_folder("pool/sub");
  make_folder("pictures/deep");
  expect_accepted(words({"-o", path("beside.mp4")}));
  expect_accepted(words({"-o", path("%06d.png")}));
  expect_accepted(words({"-i", path("pictures"), "-o", path("%06d.png")}));
  expect_accepted(words({"-i", path("pictures"), "-o", path("pictures_out/")}));
  // Frames are taken from the folder itself only.
  expect_accepted(words({"-i", path("pictures"), "-o", path("pictures/deep/%06d.png")}));
  // The search of the pool passes over prepared tiles.
  expect_accepted(words({"--index", path("pool/tiles.mti")}));
  expect_accepted({"index", "-t", path("pool"), "--tile-size=8", "-o", path("pool/sub/t.mti")});
}

TEST_F(ValidateTest, FramesThatAreLinksAreNotWrittenOver) {
  make_folder("store");
  write("store/000001.png", "the only copy");
  std::filesystem::create_symlink(folder_ / "store/000001.png", folder_ / "pictures/1.png");
  for (const char* name : {"store/000001.png", "store/%06d.png", "store/", "store"}) {
    const Failure failure = refused(words({"-i", path("pictures"), "-o", path(name), "-f"}));
    EXPECT_EQ(failure.code, 2) << name;
    EXPECT_NE(failure.what.find("a link in --frames"), std::string::npos) << failure.what;
  }
  expect_accepted(words({"-i", path("pictures"), "-o", path("store/new.mp4")}));
}

TEST_F(ValidateTest, RelativeNamesAreComparedFromTheWorkingFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_ / "pictures");
  const Failure pattern = refused(words({"-i", ".", "-o", "%06d.png"}));
  const Failure file = refused(words({"-i", path("pictures"), "-o", "new.mp4"}));
  const Failure twice = refused(words({"--report", "r", "--plan", path("pictures/r")}));
  std::filesystem::current_path(before);
  EXPECT_EQ(pattern.code, 2);
  EXPECT_EQ(file.code, 2);
  EXPECT_NE(twice.what.find("are the same"), std::string::npos) << twice.what;
}

TEST_F(ValidateTest, ConfigurationAndModelAreNotWrittenOver) {
  const std::string config = write("c.toml", "crf = 20\n");
  const std::string model = write("model.pt", "weights");
  std::filesystem::create_symlink("c.toml", folder_ / "link.json");
  for (const char* flag : {"--report", "--plan", "--index"}) {
    EXPECT_EQ(refused(words({"--config", config, flag, config, "-f"})).code, 2) << flag;
    EXPECT_EQ(refused(words({"--flow-model", model, flag, model, "-f"})).code, 2) << flag;
  }
  EXPECT_NE(refused(words({"--config", config, "--report", path("link.json"), "-f"}))
                .what.find("--report and --config are the same"),
            std::string::npos);
  EXPECT_EQ(refused({"index", "-t", path("pool"), "--tile-size=8", "--config", config, "-o", config,
                     "-f"})
                .code,
            2);
  expect_accepted(words({"--config", config, "--flow-model", model, "--report", path("r.json")}));
}

TEST_F(ValidateTest, ChecksDoNotWriteOverTheirInputs) {
  const std::string a = write("a.png", "x");
  const std::string b = write("b.png", "y");
  const std::string model = write("model.pt", "weights");
  for (const std::string& input : {a, b}) {
    EXPECT_EQ(refused({"check", "ssim", a, b, "--map", input, "-f"}).code, 2);
    EXPECT_EQ(refused({"check", "flow", a, b, "-o", input, "-f"}).code, 2);
    EXPECT_EQ(refused({"check", "flow", a, b, "--picture", input, "-f"}).code, 2);
  }
  EXPECT_EQ(refused({"check", "flow", a, b, "--flow-model", model, "-o", model, "-f"}).code, 2);
  EXPECT_EQ(
      refused({"check", "flow", a, b, "-o", path("v.png"), "--picture", path("./v.png")}).code, 2);
  const Words assign = {"check", "assign", "--costs", a, "--rows=1", "--cols=1", "--assignment"};
  const auto assign_to = [&assign](const std::string& file, bool force) {
    Words all = assign;
    all.push_back(file);
    if (force) all.emplace_back("-f");
    return all;
  };
  EXPECT_EQ(refused(assign_to(a, true)).code, 2);
  // Other files need --force.
  EXPECT_EQ(refused(assign_to(b, false)).code, 5);
  expect_accepted(assign_to(b, true));
  expect_accepted(assign_to(path("new.txt"), false));
  EXPECT_EQ(refused({"check", "ssim", a, b, "--map", model}).code, 5);
  EXPECT_EQ(refused({"check", "flow", a, b, "-o", model}).code, 5);
  expect_accepted({"check", "ssim", a, b, "--map", model, "-f"});
  expect_accepted({"check", "flow", a, b, "-o", path("v.flo"), "--picture", path("v.png")});
}

TEST_F(ValidateTest, ContradictionsAreRefused) {
  EXPECT_EQ(refused(words({"-q", "-v"})).code, 2);
  EXPECT_EQ(refused(words({"--grid", "4x4", "--cells", "16"})).code, 2);
  EXPECT_EQ(refused(words({"--grid=4x4", "--tile-size=8", "--scale=2"})).code, 2);
  EXPECT_EQ(refused(words({"--base-blend-min=0.5", "--base-blend-max=0.4"})).code, 2);
  EXPECT_EQ(refused(words({"--tile-size", "5"})).code, 2);
  expect_accepted(words({"--tile-size", "5", "--ssim-weight", "0"}));
}

TEST_F(ValidateTest, OptionsWithoutEffectAreRefused) {
  EXPECT_EQ(refused(words({"--fps", "30"})).code, 2);
  EXPECT_EQ(refused(words({"-i", path("pictures"), "--deinterlace", "on"})).code, 2);
  EXPECT_EQ(refused(words({"-i", path("pictures"), "--decode", "nvdec"})).code, 2);
  EXPECT_EQ(refused(words({"--tile-step", "5"})).code, 2);
  EXPECT_EQ(refused(words({"-o", path("o.png"), "--crf", "20"})).code, 2);
  EXPECT_EQ(refused(words({"-o", path("o.gif"), "--codec", "gif"})).code, 2);
  EXPECT_EQ(refused(words({"-o", path("new/"), "--encoder-preset", "slow"})).code, 2);
  // A configuration file shared by several runs is no contradiction.
  expect_accepted(words({"-o", path("o.png"), "--config", write("c.toml", "crf = 20\n")}));
}

TEST_F(ValidateTest, MetricsNeverWriteOverWhatTheyRead) {
  write("plan.jsonl", "not looked into here");
  const auto metrics = [this](const Words& more) {
    Words all = {"metrics", "--source", path("in.mp4"), "--mosaic", path("pictures")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  expect_accepted(metrics({}));
  expect_accepted(metrics({"--plan", path("plan.jsonl"), "--json", path("m.json")}));
  refused({"metrics", "--source", path("in.mp4")});
  refused(metrics({"--source", path("missing.mp4")}));
  refused(metrics({"--plan", path("missing.jsonl")}));
  refused(metrics({"--plan", path("plan.jsonl"), "--json", path("plan.jsonl"), "--force"}));
  refused(metrics({"--json", path("in.mp4"), "--force"}));
  refused(metrics({"--json", path("missing/m.json")}));
  EXPECT_EQ(refused(metrics({"--json", path("pictures/1.png"), "--force"})).code, 2);
  refused(metrics({"--plan", path("plan.jsonl"), "--json", path("./plan.jsonl"), "--force"}));
}

}  // namespace
}  // namespace mosaic::cli
