// What programs read: every line of --json, whatever happens to the run.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/e2e.hpp"
#include "e2e/json_lines.hpp"

namespace mosaic::test {
namespace {

using Json = nlohmann::json;
using Strings = std::vector<std::string>;

std::string text_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), {});
}

/// Every element that is opened is closed in its turn; returns what is wrong, or nothing.
std::string broken_tag(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return "no end after " + html.substr(at, 30);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '!' || tag.back() == '/' || name == "meta" || name == "br") continue;
    if (tag[0] != '/') {
      open.push_back(name);
      continue;
    }
    if (open.empty() || "/" + open.back() != tag) return "<" + tag + "> at " + std::to_string(at);
    open.pop_back();
  }
  return open.empty() ? "" : open.back() + " is not closed";
}

class Programs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_pool(*folder_ / "pool", 40);
    write_frames(*folder_ / "frames",
                 {textured_picture(Size{96, 64}, 1), textured_picture(Size{96, 64}, 2),
                  textured_picture(Size{96, 64}, 3)});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }

  static CommandResult job(const std::string& output, Strings extra,
                           const std::string& pool = "pool",
                           std::map<std::string, std::string> environment = {}) {
    Strings arguments = {"--frames", path("frames"), "--tiles",     path(pool),
                         "--output", path(output),   "--tile-size", "16"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    environment.insert({"XDG_CACHE_HOME", path("cache")});
    return run_mosaic(arguments, {{}, environment});
  }

  static TemporaryFolder* folder_;
};

TemporaryFolder* Programs::folder_ = nullptr;

TEST_F(Programs, AGoodRunIsToldFromStartToDone) {
  const CommandResult result = job("good.mp4", {"--json", "--crf", "30"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_GE(lines.size(), 4U);
  const Json& start = lines.front();
  EXPECT_EQ(start["type"], "start");
  EXPECT_EQ(start["command"], "render");
  EXPECT_EQ(start["input"], path("frames"));
  EXPECT_EQ(start["settings"]["crf"]["value"], "30");
  EXPECT_EQ(start["settings"]["crf"]["source"], "--crf");
  EXPECT_EQ(start["settings"]["stability"]["source"], "preset vivid");
  const std::vector<Json> outlines = of_type(lines, "outline");
  ASSERT_EQ(outlines.size(), 1U);
  EXPECT_EQ(outlines[0]["cells"], 24);
  EXPECT_EQ(outlines[0]["frames"], 3);
  EXPECT_EQ(outlines[0]["photos"], 40);
  const std::vector<Json> progress = of_type(lines, "progress");
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back()["stage"], "render");
  EXPECT_EQ(progress.back()["done"], 3);
  const Json& done = lines.back();
  EXPECT_EQ(done["type"], "done");
  EXPECT_EQ(done["exit_code"], 0);
  EXPECT_EQ(done["frames_out"], 3);
  EXPECT_EQ(done["bytes"], std::filesystem::file_size(path("good.mp4")));
  EXPECT_NE(result.err.find(done["message"].get<std::string>()), std::string::npos) << result.err;
}

TEST_F(Programs, AFailureIsTheLastLineWithTheMessageOfStandardError) {
  std::filesystem::create_directories(path("nothing"));
  const CommandResult result = job("bad.mp4", {"--json"}, "nothing");
  EXPECT_EQ(result.exit_code, 4);
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_FALSE(lines.empty());
  const Json& last = lines.back();
  EXPECT_EQ(last["type"], "error");
  EXPECT_EQ(last["exit_code"], 4);
  EXPECT_NE(result.err.find("error: " + last["message"].get<std::string>()), std::string::npos);
  EXPECT_NE(result.err.find(last["hint"].get<std::string>()), std::string::npos);
}

TEST_F(Programs, AMistypedOptionIsToldToo) {
  for (const bool by_flag : {true, false}) {
    const CommandResult result =
        by_flag ? job("x.mp4", {"--json", "--crff", "3"})
                : job("x.mp4", {"--crff", "3"}, "pool", {{"MOSAIC_TEMPORAL_JSON", "true"}});
    EXPECT_EQ(result.exit_code, 2);
    const std::vector<Json> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 1U) << result.out;
    EXPECT_EQ(lines[0]["type"], "error");
    EXPECT_EQ(lines[0]["message"], "unknown option --crff");
  }
}

TEST_F(Programs, AConfigurationFileCanAskForLines) {
  std::ofstream(path("lines.toml")) << "json = true\n";
  const CommandResult result =
      job("config.mp4", {"--config", path("lines.toml"), "--range", "50-60"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(lines.back()["type"], "error");
}

TEST_F(Programs, NamesThatAreNotUtf8AreEscapedAndGivenExactly) {
  const std::string name = "b\xff\"<d>.png";
  write_pool(*folder_ / "odd", 30);
  std::ofstream(path("odd/" + name)) << "no picture";
  const CommandResult result = job("odd\xfe.mp4", {"--json"}, "odd");
  ASSERT_EQ(result.exit_code, 3) << result.err;
  const std::vector<Json> lines = lines_of(result.out);
  const std::vector<Json> skipped = of_type(lines, "skipped");
  ASSERT_EQ(skipped.size(), 1U) << result.out;
  EXPECT_EQ(skipped[0]["name"], "b\\xff\"<d>.png");
  EXPECT_EQ(skipped[0]["name_hex"], hex_bytes(name));
  EXPECT_FALSE(skipped[0]["reason"].get<std::string>().empty());
  EXPECT_EQ(lines.back()["exit_code"], 3);
  EXPECT_EQ(lines.back()["skipped"], 1);
  EXPECT_EQ(lines.back()["output_hex"], hex_bytes(path("odd\xfe.mp4")));
}

TEST_F(Programs, TheIndexCommandTellsToo) {
  const CommandResult result = run_mosaic({"index", "--tiles", path("pool"), "--tile-size", "16",
                                           "--output", path("pool.mti"), "--json", "--quiet"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const std::vector<Json> lines = lines_of(result.out);
  ASSERT_GE(lines.size(), 2U);
  EXPECT_EQ(lines.front()["command"], "index");
  EXPECT_EQ(lines.back()["type"], "done");
  EXPECT_EQ(lines.back()["photos"], 40);
}

TEST_F(Programs, TheReportPageIsWholeAndItsNamesAreHarmless) {
  write_pool(*folder_ / "html", 30);
  const std::string script = "<script>alert('x')<\xff&\".png";
  const std::string folder = path("html");
  std::filesystem::rename(folder + "/" + names_in(folder).front(), folder + "/" + script);
  std::ofstream(folder + "/<b>broken<!--.png") << "no picture";
  ASSERT_EQ(job("page.mp4", {"--report", path("page.html"), "--max-uses", "1"}, "html").exit_code,
            3);
  const std::string page = text_of(path("page.html"));
  EXPECT_TRUE(is_utf8(page));
  EXPECT_EQ(broken_tag(page), "");
  EXPECT_LT(page.size(), 2'000'000U);
  for (const char* never : {"<script", "<b>", "<!--", "http://", "https://", "src=", "href="}) {
    const std::size_t at = page.find(never);
    // The name of the SVG vocabulary is an address, but nothing is fetched from it.
    const bool name_space =
        at != std::string::npos && page.compare(at, 26, "http://www.w3.org/2000/svg") == 0;
    EXPECT_TRUE(at == std::string::npos || name_space) << never << " at " << at;
  }
  EXPECT_NE(page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;\\xff&amp;&quot;.png"),
            std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;broken&lt;!--.png"), std::string::npos) << "the skipped photo";
  EXPECT_NE(page.find("data:image/jpeg;base64,/9j/"), std::string::npos) << "the contact sheet";
  EXPECT_NE(page.find("preset vivid"), std::string::npos) << "where a setting comes from";
  EXPECT_NE(page.find("Mean cost of every cell"), std::string::npos);
}

// The terminal names ten and says that all of them are in the page.
TEST_F(Programs, TheReportPageNamesEveryInputThatWasLeftOut) {
  constexpr int kBroken = 230;
  write_pool(*folder_ / "many", 30);
  for (int i = 0; i < kBroken; ++i) {
    std::ofstream(path("many/broken-" + std::to_string(1000 + i) + ".png")) << "no picture";
  }
  const CommandResult result = job("many.mp4", {"--report", path("many.html")}, "many");
  ASSERT_EQ(result.exit_code, 3) << result.err;
  EXPECT_NE(result.err.find("all of them are in " + path("many.html")), std::string::npos);
  const std::string page = text_of(path("many.html"));
  EXPECT_EQ(broken_tag(page), "");
  for (int i = 0; i < kBroken; ++i) {
    const std::string name = "broken-" + std::to_string(1000 + i) + ".png";
    EXPECT_NE(page.find("<td>" + name + "</td>"), std::string::npos) << name;
  }
}

TEST_F(Programs, AClosedStandardOutputIsAnErrorWhereItIsNeeded) {
  const auto closed = [](Strings more) {
    Strings all = {"bash",     "-c",           "exec \"$@\" >&-", "bash",       MOSAIC_EXECUTABLE,
                   "--frames", path("frames"), "--tiles",         path("pool"), "--tile-size",
                   "16",       "--force"};
    all.insert(all.end(), more.begin(), more.end());
    return run_command(all, {{}, {{"XDG_CACHE_HOME", path("cache")}}});
  };
  for (const Strings& needed :
       {Strings{"--output", "-"}, Strings{"--output", path("c.mp4"), "--json"}}) {
    const CommandResult result = closed(needed);
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_NE(result.err.find("error: cannot write to standard output"), std::string::npos)
        << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("c.mp4")));
  }
  const CommandResult dry = closed({"--output", path("c.mp4"), "--dry-run"});
  EXPECT_EQ(dry.exit_code, 5) << dry.err;
  const CommandResult file = closed({"--output", path("c.mp4")});
  EXPECT_EQ(file.exit_code, 0) << file.err;
  EXPECT_EQ(run_command({"bash", "-c", "exec \"$0\" --help >&-", MOSAIC_EXECUTABLE}).exit_code, 5);
}

// Terminals obey U+009B like ESC [.
TEST_F(Programs, NamesOfPhotosDoNotReachATerminalAsCommands) {
  write_pool(*folder_ / "c1", 30);
  std::ofstream(
      path("c1/a\xc2\x9b"
           "31mRED\xff\xe2\x80\xae.png"))
      << "no picture";
  const CommandResult result = job("c1.mp4", {}, "c1");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.err.find("a\\xc2\\x9b31mRED\\xff\\xe2\\x80\\xae.png"), std::string::npos)
      << result.err;
  EXPECT_TRUE(is_utf8(result.err));
}

// Photos of many megabytes are read for seconds; a part of them stands for all.
TEST_F(Programs, APreviewOfALargePoolWithoutAnIndexTakesAPartOfIt) {
  constexpr int kPhotos = 90;
  write_pool(*folder_ / "large", kPhotos);
  for (const std::string& name : names_in(path("large"))) {
    // What follows a PNG's end is not read; as sparse files they take no disk.
    std::filesystem::resize_file(path("large/" + name), 2'000'000);
  }
  const Strings own = {"--index", path("large.mti"), "--preview", "--force", "--json"};
  const CommandResult sample = job("sample.png", own, "large");
  ASSERT_EQ(sample.exit_code, 0) << sample.err;
  EXPECT_NE(sample.err.find("the preview shows 48 of 90 photos"), std::string::npos) << sample.err;
  EXPECT_EQ(of_type(lines_of(sample.out), "outline").at(0)["photos"], 48);
  EXPECT_FALSE(std::filesystem::exists(path("large.mti"))) << "an index of a part";
  const std::string first = md5_of(path("sample.png"));
  ASSERT_EQ(job("sample.png", own, "large").exit_code, 0);
  EXPECT_EQ(md5_of(path("sample.png")), first) << "the same photos each time";
  ASSERT_EQ(run_mosaic({"index", "--tiles", path("large"), "--tile-size", "16", "--output",
                        path("large.mti")})
                .exit_code,
            0);
  const CommandResult whole = job("sample.png", own, "large");
  EXPECT_EQ(whole.err.find("there is no tile index"), std::string::npos) << whole.err;
  EXPECT_EQ(of_type(lines_of(whole.out), "outline").at(0)["photos"], kPhotos);
}

TEST_F(Programs, APreviewOfNumberedPicturesNeedsNoFolder) {
  ASSERT_EQ(job("unmade/%05d.png", {"--preview"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(path("unmade.preview.png")));
  EXPECT_FALSE(std::filesystem::exists(path("unmade")));
}

TEST_F(Programs, TheReportSaysWhoMadeItOfWhat) {
  ASSERT_EQ(job("r.mp4", {"--report", path("r.json"), "--crf", "33"}).exit_code, 0);
  const Json report = Json::parse(text_of(path("r.json")));
  EXPECT_EQ(report["type"], "mosaic-report");
  EXPECT_FALSE(report["program"]["version"].get<std::string>().empty());
  EXPECT_EQ(report["settings_given"]["crf"]["value"], "33");
  EXPECT_EQ(report["settings_given"]["crf"]["source"], "--crf");
  EXPECT_EQ(report["settings_given"]["color_transfer"]["source"], "preset vivid");
  EXPECT_FALSE(report["device"].get<std::string>().empty());
  std::int64_t uses = 0;
  for (const Json& photo : report["photo_uses"]) uses += photo["uses"].get<std::int64_t>();
  EXPECT_EQ(uses, 3 * 24) << "every cell of every frame shows a photo";
}

TEST_F(Programs, APreviewIsTheFrameOfARunThatBeginsThere) {
  ASSERT_EQ(job("middle/%06d.png", {"--range", "1-1"}).exit_code, 0);
  const CommandResult result = job("look.mp4", {"--preview=0.05", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("look.mp4"))) << "only a picture was asked for";
  EXPECT_EQ(md5_of(path("look.preview.png")), md5_of(path("middle/000001.png")));
  const Json done = lines_of(result.out).back();
  EXPECT_EQ(done["output"], path("look.preview.png"));
  EXPECT_NE(done["message"].get<std::string>().find("0.040 s"), std::string::npos) << done;
}

TEST_F(Programs, APreviewWithoutATimeIsEarlyInTheFilm) {
  ASSERT_EQ(job("first/%06d.png", {"--range", "0-0"}).exit_code, 0);
  ASSERT_EQ(job("still.png", {"--preview"}).exit_code, 0);
  EXPECT_EQ(md5_of(path("still.png")), md5_of(path("first/000001.png")));
  EXPECT_EQ(job("still.png", {"--preview"}).exit_code, 5) << "it is there, and --force is not";
}

TEST_F(Programs, APreviewBeyondTheEndSaysWhereTheEndIs) {
  const CommandResult result = job("late.mp4", {"--preview=7"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(result.err.find("its last frame is at 0.080 s"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("late.preview.png")));
  EXPECT_EQ(job("x.mp4", {"--preview", "--plan", path("p.jsonl")}).exit_code, 2);
}

/// Films whose only key frame that stands alone is the first, and one with a hole in its middle.
CommandResult make_films(const std::string& folder) {
  const std::string source = "ffmpeg -v error -f lavfi -i testsrc2=s=160x96:r=25:d=2 ";
  return run_command(
      {"bash", "-c",
       "cd '" + folder + "' && " + source +
           "-c:v libx264 -g 10 -x264-params open-gop=1:bframes=3:scenecut=0 open.mkv && ffmpeg -v "
           "error -i open.mkv -c copy raw.h264 && " +
           source + "-c:v mpeg2video -g 10 -bf 2 open.ts && " + source +
           "-c:v libx264 -threads 1 -g 250 -x264-params scenecut=0 -movflags +faststart hole.mp4 "
           "&& "
           "python3 -c 'b = bytearray(open(\"hole.mp4\", \"rb\").read()); data = "
           "b.index(b\"mdat\")\n"
           "m = (data + len(b)) // 2; b[m:m + 400] = bytes(i * 37 % 256 for i in range(400))\n"
           "open(\"hole.mp4\", \"wb\").write(b)'"});
}

// What the decoder complained of was dropped, and a grey frame passed for the film's.
TEST_F(Programs, APreviewOfDamageSaysSo) {
  const CommandResult made = make_films(folder_->path().string());
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto preview = [](const std::string& film, const std::string& at, Strings more) {
    more.insert(more.end(),
                {"--frames", path(film), "--tiles", path("pool"), "--output", path("seen.png"),
                 "--tile-size", "16", "--force", "--preview=" + at, "--json"});
    return run_mosaic(more, {{}, {{"XDG_CACHE_HOME", path("cache")}}});
  };
  std::filesystem::remove(path("seen.png"));
  const CommandResult strict = preview("hole.mp4", "1.9", {"--strict"});
  EXPECT_EQ(strict.exit_code, 4) << strict.err;
  EXPECT_FALSE(std::filesystem::exists(path("seen.png")));
  const CommandResult hole = preview("hole.mp4", "1.9", {});
  EXPECT_EQ(hole.exit_code, 3) << hole.err;
  EXPECT_NE(hole.err.find("the video is damaged"), std::string::npos) << hole.err;
  const Json done = lines_of(hole.out).back();
  EXPECT_EQ(done["exit_code"], 3);
  EXPECT_GT(done["decode_errors"].get<int>(), 0);
  EXPECT_TRUE(std::filesystem::exists(path("seen.png")));
  EXPECT_EQ(preview("hole.mp4", "0.2", {}).exit_code, 0) << "the hole comes later";
  // A raw stream, of which no frame was found. Pictures before a key frame that refer to what was
  // not read are no damage.
  for (const char* film : {"open.mkv", "open.ts", "raw.h264"}) {
    for (const char* at : {"0.5", "0.9", "1.3", "1.7"}) {
      const CommandResult whole = preview(film, at, {});
      EXPECT_EQ(whole.exit_code, 0) << film << " at " << at << ": " << whole.err;
    }
  }
}

// The last group of pictures had no frame at all, and the others showed their last key frame.
TEST_F(Programs, APreviewOfATransportStreamShowsTheFrameOfItsTime) {
  const CommandResult made = run_command(
      {"bash", "-c",
       "cd '" + folder_->path().string() +
           "' && ffmpeg -v error -f lavfi -i testsrc2=s=160x96:r=25:d=4 -c:v libx264 -threads 1 -g "
           "50 long.mp4 && ffmpeg -v error -i long.mp4 -c copy long.ts"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  for (const char* at : {"1.3", "3.3"}) {
    std::vector<std::string> shown;
    for (const char* film : {"long.mp4", "long.ts"}) {
      const CommandResult result =
          run_mosaic({"--frames", path(film), "--tiles", path("pool"), "--output", path("long.png"),
                      "--tile-size", "16", "--force", std::string("--preview=") + at, "--json"},
                     {{}, {{"XDG_CACHE_HOME", path("cache")}}});
      ASSERT_EQ(result.exit_code, 0) << film << " at " << at << ": " << result.err;
      EXPECT_NE(result.out.find(at), std::string::npos) << result.out;
      shown.push_back(md5_of(path("long.png")));
    }
    EXPECT_EQ(shown[0], shown[1]) << at;
  }
}

TEST_F(Programs, TheStatusFileEndsAsTheRunDid) {
  const auto state = [](const std::string& name) {
    std::ifstream stream(path(name));
    return Json::parse(stream, nullptr, false);
  };
  ASSERT_EQ(job("status.mp4", {"--status-file", path("status.json")}).exit_code, 0);
  EXPECT_EQ(state("status.json")["state"], "done");
  EXPECT_EQ(state("status.json")["progress"]["done"], 3);
  // A second run replaces it without --force: it is a status file.
  EXPECT_EQ(job("none.mp4", {"--status-file", path("status.json"), "--range", "90-"}).exit_code, 4);
  EXPECT_EQ(state("status.json")["state"], "failed");
  EXPECT_EQ(state("status.json")["exit_code"], 4);
}

}  // namespace
}  // namespace mosaic::test
