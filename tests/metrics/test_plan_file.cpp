// Reading plans, and what their tile numbers tell.
#include <gtest/gtest.h>

#include <fstream>

#include "metrics/plan_file.hpp"
#include "mosaic/error.hpp"
#include "support/run_command.hpp"

namespace mosaic::metrics {
namespace {

const std::string kHeader =
    R"({"type":"mosaic-plan","version":1,"grid":{"columns":3,"rows":2,"tile_size_px":8,)"
    R"("output":[24,16],"crop":[1,2,24,16]},"variants":2,)"
    R"("photo_of_tile":["a","a","b","b","c","c"]})"
    "\n";

std::string frame_line(int frame, const std::string& tiles, bool scene_cut = false) {
  return R"({"frame":)" + std::to_string(frame) + R"(,"time":0.5,"tiles":[)" + tiles +
         R"(],"cost":{"total":1},"carried":5,"switched":2,"scene_cut":)" +
         (scene_cut ? "true" : "false") + "}\n";
}

class PlanFile : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) {
    std::ofstream(folder_ / "plan.jsonl", std::ios::binary) << text;
    return folder_ / "plan.jsonl";
  }
  test::TemporaryFolder folder_;
};

TEST_F(PlanFile, IsReadAsItWasWritten) {
  PlanReader reader(write(kHeader + frame_line(7, "0,1,2,3,4,5", true)));
  EXPECT_EQ(reader.grid().columns, 3);
  EXPECT_EQ(reader.grid().rows, 2);
  EXPECT_EQ(reader.grid().tile_size_px, 8);
  EXPECT_EQ(reader.grid().crop_px, (Rect{1, 2, 24, 16}));
  EXPECT_EQ(reader.photo_of_tile(), (std::vector<std::int32_t>{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(reader.photo_names(), (std::vector<std::string>{"a", "b", "c"}));
  PlannedFrame frame;
  ASSERT_TRUE(reader.read(frame));
  EXPECT_EQ(frame.frame, 7);
  EXPECT_EQ(frame.tiles, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(frame.scene_cut);
  EXPECT_EQ(frame.carried, 5);
  EXPECT_EQ(frame.switched, 2);
  EXPECT_FALSE(reader.read(frame));
}

TEST_F(PlanFile, IsCountedExactly) {
  PlanReader reader(write(kHeader + frame_line(0, "0,1,2,3,4,5", true) +
                          frame_line(1, "0,2,2,3,4,4") + frame_line(2, "4,4,4,4,4,4", true)));
  PlanTally tally(reader.grid(), reader.photo_of_tile());
  PlannedFrame frame;
  // a a b      b: tile 3 of photo b sits below a; corners: b(1,0)... none but b-b.
  // b c c
  ASSERT_TRUE(reader.read(frame));
  PlanTally::FrameCounts counts = tally.add(frame);
  EXPECT_EQ(counts.changed, 0);
  EXPECT_EQ(counts.twins, 2);
  EXPECT_EQ(counts.twins_diagonal, 0);
  EXPECT_EQ(counts.photos, 3);
  EXPECT_DOUBLE_EQ(counts.largest_share, 2.0 / 6);
  // a b b
  // b c c
  ASSERT_TRUE(reader.read(frame));
  counts = tally.add(frame);
  EXPECT_EQ(counts.changed, 2);
  EXPECT_EQ(counts.twins, 2);
  EXPECT_EQ(counts.twins_diagonal, 1);
  // c throughout: 7 edges, 4 corners.
  ASSERT_TRUE(reader.read(frame));
  counts = tally.add(frame);
  EXPECT_EQ(counts.changed, 4);
  EXPECT_EQ(counts.twins, 7);
  EXPECT_EQ(counts.twins_diagonal, 4);
  EXPECT_DOUBLE_EQ(counts.largest_share, 1.0);

  EXPECT_EQ(tally.frames(), 3);
  EXPECT_EQ(tally.steps(), 2);
  EXPECT_EQ(tally.steps_in_shots(), 1);
  EXPECT_EQ(tally.changed(), 6);
  EXPECT_EQ(tally.changed_in_shots(), 2);
  EXPECT_EQ(tally.photos_used(), 3);
  EXPECT_EQ(tally.most_used_photo(), 2);
  EXPECT_DOUBLE_EQ(tally.largest_share(), 10.0 / 18);
  EXPECT_EQ(tally.carried(), 15);
  EXPECT_EQ(tally.switched(), 6);
}

TEST_F(PlanFile, ThatIsDamagedIsRefusedByLine) {
  EXPECT_THROW(PlanReader(folder_ / "missing.jsonl"), InputError);
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("{}"), std::string("[1,2]\n"),
        std::string("\xff\xfe"), kHeader.substr(0, 80),
        std::string(R"({"type":"mosaic-plan","version":2})")}) {
    EXPECT_THROW(PlanReader(write(text)), InputError) << text;
  }
  std::string huge = kHeader;
  huge.replace(huge.find("\"columns\":3"), 11, "\"columns\":3000000000");
  EXPECT_THROW(PlanReader(write(huge)), InputError);
  for (const std::string& line :
       {std::string("nonsense\n"), frame_line(0, "0,1,2"), frame_line(0, "0,1,2,3,4,6"),
        frame_line(0, "0,1,2,3,4,-1"), frame_line(0, "0,1,2,3,4,\"5\""),
        frame_line(0, "0,1,2,3,4,1e300"), frame_line(0, "0,1,2,3,4,2.5"), std::string("{}\n")}) {
    PlanReader reader(write(kHeader + frame_line(0, "0,1,2,3,4,5") + line));
    PlannedFrame frame;
    ASSERT_TRUE(reader.read(frame));
    try {
      reader.read(frame);
      ADD_FAILURE() << "accepted: " << line;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("line 3"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace mosaic::metrics
