#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "mosaic/error.hpp"
#include "pipeline/fade_in.hpp"
#include "pipeline/job_memory.hpp"
#include "pipeline/library_shelf.hpp"
#include "support/fake_library.hpp"

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
  // Nothing is followed in a single frame.
  facts = full_hd();
  facts.follows = false;
  EXPECT_EQ(memory_need(other, facts, 2, 4).matching, memory_need(settings, facts, 2, 4).matching);
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

TEST(JobMemory, ThePhotosThatTakeMostAreInHandAtOnce) {
  MemoryFacts facts = full_hd();
  facts.index_ready = false;
  const std::uint64_t small = memory_need(with(2, 0), facts, 2, 4).photos;
  facts.photo_bytes = {200'000'000, 190'000'000, 3'000'000};
  EXPECT_EQ(memory_need(with(1, 0), facts, 1, 4).photos, small / 2 + 200'000'000);
  EXPECT_EQ(memory_need(with(2, 0), facts, 2, 4).photos, small + 390'000'000);
  EXPECT_EQ(memory_need(with(8, 0), facts, 8, 4).photos, 4 * small + 393'000'000);
  // A limit takes threads, and with them photos, away.
  Settings settings = with(8, 0);
  facts.encoder_bytes = 0;
  settings.memory_limit = memory_need(settings, facts, 2, 1).total();
  EXPECT_EQ(plan_memory(settings, facts).threads, 2);
  facts.index_ready = true;
  EXPECT_EQ(memory_need(settings, facts, 2, 4).photos, 0U);
}

// From 4,096 photos on, a cold solve lists 1,280 of them for every cell.
TEST(JobMemory, ListsGrowWithThePool) {
  MemoryFacts facts = full_hd();
  const auto cells = static_cast<std::uint64_t>(facts.geometry.cells());
  const auto matching = [&facts, cells](std::int64_t photos, int variants) {
    facts.tiles = photos * variants;
    facts.variants = variants;
    // Rows that are kept whole take what they have costs, up to a limit.
    const std::uint64_t rows = cells * static_cast<std::uint64_t>(photos) * 4;
    return memory_need(with(2, 0), facts, 2, 4).matching - std::min(rows, std::uint64_t{256} << 20);
  };
  const std::uint64_t few = matching(1000, 1);
  EXPECT_EQ(few, cells * 7168);
  EXPECT_EQ(matching(2000, 1), few);
  EXPECT_EQ(matching(4096, 1), few + cells * (1280 - 640) * 33 / 4);
  EXPECT_EQ(matching(100'000, 1), matching(4096, 1));
  EXPECT_EQ(matching(2000, 15), few) << "variants of a photo share its column";
}

TEST(JobMemory, FramesCountByTheirSamplesAndNotAs420) {
  const Settings settings = with(2, 0);
  const std::uint64_t plain = memory_need(settings, full_hd(), 2, 4).frames;
  // 10 bits of 4:4:4 are 6 bytes per pixel in the decoder, and RGB afterwards.
  MemoryFacts facts = full_hd();
  facts.decoder_bytes_per_px = 6.0;
  facts.rgb_source = true;
  constexpr std::uint64_t kPixels = 1920ULL * 1080;
  const std::uint64_t deep = memory_need(settings, facts, 2, 4).frames;
  // Of frames of twice the size fewer are read ahead, of about as many bytes.
  const auto ahead = [](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(frames_read_ahead(bytes)) * bytes;
  };
  EXPECT_EQ(deep - plain, kPixels * 12 * 9 / 2 + kPixels * (4 + 3) * 3 / 2 + ahead(3 * kPixels) -
                              ahead(kPixels * 3 / 2));
  facts = full_hd();
  facts.rgb_output = true;
  const std::uint64_t drawn = 1920ULL * 1056;
  EXPECT_EQ(memory_need(settings, facts, 2, 4).frames - plain, drawn * (4 + 2) * 3 / 2);
}

TEST(JobMemory, NoMoreFramesAreReadAheadThanThereAre) {
  MemoryFacts facts = full_hd();
  facts.frames = 1;
  const std::uint64_t one = memory_need(with(2, 0), facts, 2, 4).frames;
  facts.frames = 11;
  const std::uint64_t eleven = memory_need(with(2, 0), facts, 2, 4).frames;
  EXPECT_EQ(eleven - one, 10 * (1920ULL * 1080 * 3 / 2));
}

TEST(JobMemory, TwoRunsOfVerifyShareTheTilesAndNothingElse) {
  Settings settings = with(2, 0);
  settings.look.sharpness = 1.0;
  MemoryFacts facts = full_hd();
  facts.index_ready = false;
  const MemoryNeed one = memory_need(settings, facts, 2, 4);
  facts.twins = 2;
  const MemoryNeed two = memory_need(settings, facts, 2, 4);
  EXPECT_EQ(two.frames, 2 * one.frames);
  EXPECT_EQ(two.matching, 2 * one.matching);
  EXPECT_EQ(two.encoder, 2 * one.encoder);
  EXPECT_EQ(two.photos, one.photos) << "they are read once";
  EXPECT_EQ(two.program, one.program + 3'000'000) << "the threads of the second";
  const int k = settings.match.features_k;
  const auto numbers = static_cast<std::uint64_t>(3 * k * k + 9);
  EXPECT_EQ(two.tiles - one.tiles, 4000 * (2 * numbers + 64 + 3 * 32 * 32)) << "what is packed";
  // A limit is for both.
  settings.memory_limit = two.total() - 1;
  facts.twins = 1;
  EXPECT_EQ(plan_memory(settings, facts).queue_frames, 4);
  facts.twins = 2;
  EXPECT_LT(plan_memory(settings, facts).queue_frames, 4);
}

TEST(JobMemory, TilesThatEarlierJobsLeftOpenCount) {
  const Settings settings = with(2, 0);
  MemoryFacts facts = full_hd();
  const MemoryNeed alone = memory_need(settings, facts, 2, 4);
  facts.other_tiles_bytes = 77'000'000;
  const MemoryNeed after = memory_need(settings, facts, 2, 4);
  EXPECT_EQ(after.tiles, alone.tiles + 77'000'000);
  EXPECT_EQ(after.total(), alone.total() + 77'000'000);
}

TEST(JobMemory, AVideoAsThePoolHasADecoderAndNoPhotos) {
  MemoryFacts facts = full_hd();
  facts.index_ready = false;
  facts.pool_frame_bytes = 3'000'000;
  EXPECT_EQ(memory_need(with(100, 0), facts, 100, 4).photos, 36'000'000U);
}

TEST(LibraryShelf, KnowsWhatItHoldsOpenForOtherSizes) {
  LibraryShelf shelf;
  EXPECT_EQ(shelf.bytes_besides(16, 5), 0U);
  EXPECT_EQ(shelf.find(16, 5), nullptr);
  const auto small = std::make_shared<test::FakeLibrary>(10, 1, 5, 16, 1U);
  const auto large = std::make_shared<test::FakeLibrary>(10, 2, 5, 32, 2U);
  shelf.put(16, 5, small);
  shelf.put(32, 5, large);
  EXPECT_EQ(shelf.find(16, 5), small.get());
  EXPECT_EQ(shelf.bytes_besides(16, 5), 20 * bytes_per_tile(32, 5));
  EXPECT_EQ(shelf.bytes_besides(32, 5), 10 * bytes_per_tile(16, 5));
  EXPECT_EQ(shelf.bytes_besides(64, 5), 10 * bytes_per_tile(16, 5) + 20 * bytes_per_tile(32, 5));
}

}  // namespace
}  // namespace mosaic
