#include <gtest/gtest.h>

#include "mosaic/error.hpp"
#include "pipeline/job_memory.hpp"

namespace mosaic {
namespace {

MemoryFacts full_hd() {
  MemoryFacts facts;
  facts.source = Size{1920, 1080};
  facts.geometry.columns = 60;
  facts.geometry.rows = 33;
  facts.geometry.tile_size_px = 32;
  facts.geometry.crop_px = Rect{0, 12, 1920, 1056};
  facts.tiles = 4000;
  facts.encoder_bytes = 600'000'000;
  return facts;
}

Settings with(int threads, std::uint64_t limit) {
  Settings settings;
  settings.threads = threads;
  settings.memory_limit = limit;
  return settings;
}

TEST(JobMemory, WithoutALimitTheUsualPlanIsKept) {
  const MemoryPlan plan = plan_memory(with(8, 0), full_hd());
  EXPECT_EQ(plan.threads, 8);
  EXPECT_EQ(plan.queue_frames, 4);
  EXPECT_GT(plan.need.total(), plan.need.encoder);
}

TEST(JobMemory, QueuesShrinkBeforeThreadsDo) {
  const std::uint64_t usual = plan_memory(with(8, 0), full_hd()).need.total();
  const MemoryPlan less = plan_memory(with(8, usual - 1'000'000), full_hd());
  EXPECT_EQ(less.threads, 8);
  EXPECT_EQ(less.queue_frames, 3);
  const std::uint64_t least_queue = memory_need(with(8, 0), full_hd(), 8, 1).total();
  const MemoryPlan few = plan_memory(with(8, least_queue - 1), full_hd());
  EXPECT_EQ(few.queue_frames, 1);
  EXPECT_EQ(few.threads, 4);
  EXPECT_LT(few.need.total(), least_queue);
}

TEST(JobMemory, WhatCannotFitNamesNeedAndLimit) {
  const std::uint64_t least = memory_need(with(8, 0), full_hd(), 1, 1).total();
  EXPECT_EQ(plan_memory(with(8, least), full_hd()).threads, 1);
  try {
    plan_memory(with(8, least - 1), full_hd());
    FAIL() << "it does not fit";
  } catch (const UsageError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("at the least"), std::string::npos) << what;
    EXPECT_NE(what.find("--memory allows"), std::string::npos) << what;
    EXPECT_NE(what.find("encoder 600 MB"), std::string::npos) << what;
  }
}

TEST(JobMemory, MoreOfAnythingNeedsMore) {
  const Settings settings = with(2, 0);
  const std::uint64_t usual = memory_need(settings, full_hd(), 2, 4).total();
  MemoryFacts facts = full_hd();
  facts.tiles *= 10;
  EXPECT_GT(memory_need(settings, facts, 2, 4).total(), usual + 36'000ULL * 4096);
  facts = full_hd();
  facts.source = Size{3840, 2160};
  EXPECT_GT(memory_need(settings, facts, 2, 4).total(), usual);
  Settings other = settings;
  other.look.sharpness = 1.0;
  EXPECT_GT(memory_need(other, full_hd(), 2, 4).total(), usual);
  other = settings;
  other.flow = FlowKind::raft;
  const std::uint64_t fp64 = memory_need(other, full_hd(), 2, 4).total();
  other.raft.precision = FlowPrecision::fp32;
  EXPECT_GT(fp64, memory_need(other, full_hd(), 2, 4).total());
  EXPECT_GT(memory_need(other, full_hd(), 2, 4).total(), usual);
}

TEST(JobMemory, PhotosAreReadBeforeTheFirstFrame) {
  MemoryFacts facts = full_hd();
  facts.index_ready = false;
  const MemoryNeed need = memory_need(with(2, 0), facts, 2, 4);
  EXPECT_GT(need.photos, 0U);
  EXPECT_EQ(need.total(), need.program + need.tiles + need.frames + need.matching + need.encoder);
  const MemoryNeed many = memory_need(with(100, 0), facts, 100, 4);
  EXPECT_EQ(many.total(), many.program + many.tiles + many.photos);
}

}  // namespace
}  // namespace mosaic
