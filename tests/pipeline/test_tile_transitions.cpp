#include <gtest/gtest.h>

#include "flow/propagate.hpp"
#include "pipeline/tile_transitions.hpp"

namespace mosaic {
namespace {

using Cells = std::vector<std::int32_t>;

TEST(TileTransitions, ASwapFadesOverTheFramesAskedFor) {
  TileTransitions fades(1, 3);
  fades.next(Cells{kNoCell}, Cells{kNoTile}, Cells{5});  // first frame
  EXPECT_FALSE(fades.any());
  fades.next(Cells{0}, Cells{5}, Cells{8});
  std::vector<std::int32_t> shares;
  while (fades.any()) {
    EXPECT_EQ(fades.states()[0].outgoing, 5);
    shares.push_back(fades.share(fades.states()[0]));
    fades.next(Cells{0}, Cells{8}, Cells{8});
  }
  EXPECT_EQ(shares, (std::vector<std::int32_t>{192, 128, 64}));
}

TEST(TileTransitions, TravelWithTheirContent) {
  TileTransitions fades(2, 4);
  fades.next(Cells{0, 1}, Cells{5, 6}, Cells{8, 6});
  ASSERT_EQ(fades.states()[0].outgoing, 5);
  fades.next(Cells{kNoCell, 0}, Cells{kNoTile, 8}, Cells{9, 8});
  EXPECT_EQ(fades.states()[0].outgoing, kNoTile) << "what came into view was never something else";
  EXPECT_EQ(fades.states()[1].outgoing, 5);
  EXPECT_EQ(fades.states()[1].left, 3);
}

TEST(TileTransitions, ASecondSwapGoesOnFromWhatIsSeenMore) {
  TileTransitions fades(1, 4);
  fades.next(Cells{0}, Cells{5}, Cells{8});
  fades.next(Cells{0}, Cells{8}, Cells{9});  // 5 still has 4/5
  EXPECT_EQ(fades.states()[0].outgoing, 5);
  EXPECT_EQ(fades.states()[0].left, 4);
  for (int i = 0; i < 3; ++i) fades.next(Cells{0}, Cells{9}, Cells{9});
  fades.next(Cells{0}, Cells{9}, Cells{5});  // 5 had 1/5 left
  EXPECT_EQ(fades.states()[0].outgoing, 9);
}

TEST(TileTransitions, GoingBackToTheOldTileNeedsNoFade) {
  TileTransitions fades(1, 4);
  fades.next(Cells{0}, Cells{5}, Cells{8});
  fades.next(Cells{0}, Cells{8}, Cells{5});
  EXPECT_FALSE(fades.any());
}

TEST(TileTransitions, NoneWithoutFrames) {
  TileTransitions fades(1, 0);
  fades.next(Cells{0}, Cells{5}, Cells{8});
  EXPECT_FALSE(fades.any());
  EXPECT_TRUE(fades.states().empty());
}

TEST(TileTransitions, SurviveSaveAndRestore) {
  TileTransitions fades(2, 4);
  fades.next(Cells{0, 1}, Cells{5, 6}, Cells{5, 7});
  ByteWriter saved;
  fades.save(saved);
  TileTransitions other(2, 4);
  ByteReader in(saved.bytes());
  other.restore(in);
  EXPECT_TRUE(other.any());
  EXPECT_EQ(other.states()[1].outgoing, 6);
  EXPECT_EQ(other.states()[1].left, 4);
}

}  // namespace
}  // namespace mosaic
