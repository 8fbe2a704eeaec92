#include <gtest/gtest.h>

#include "pipeline/solve_times.hpp"

namespace mosaic {
namespace {

TEST(SolveTimes, AreSummedUpByNearestRankApartForFirstFrames) {
  SolveTimes times;
  EXPECT_EQ(times.within_shots().frames, 0);
  EXPECT_EQ(times.within_shots().p99, 0.0);
  times.add(700.0, true);
  EXPECT_EQ(times.within_shots().frames, 0);
  EXPECT_EQ(times.first_of_shots().median, 700.0);
  for (int i = 200; i >= 1; --i) times.add(i, false);
  const SolveTimes::Summary within = times.within_shots();
  EXPECT_EQ(within.frames, 200);
  EXPECT_EQ(within.median, 100.0);
  EXPECT_EQ(within.p99, 198.0);
  EXPECT_EQ(within.longest, 200.0);
  times.add(201.0, false);
  EXPECT_EQ(times.within_shots().p99, 199.0);
  EXPECT_EQ(times.first_of_shots().frames, 1);
}

}  // namespace
}  // namespace mosaic
