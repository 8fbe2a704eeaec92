#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "flow/hold_still.hpp"
#include "pipeline/temporal_state.hpp"

namespace mosaic {
namespace {

constexpr int kCells = 4;
constexpr int kFeatures = 3;
constexpr int kCandidates = 2;
constexpr std::int32_t kPrice = 9000;
const std::vector<std::int32_t> kAllStill(kCells, kStillWhole);

CellDescriptions cells_with(std::uint8_t value) {
  CellDescriptions cells;
  cells.features.assign(kCells * kFeatures, value);
  ColorSums grey;
  grey.pixels = 10;
  for (auto& sum : grey.sum) sum = 10 * value;
  cells.color_sums.assign(kCells, grey);
  return cells;
}

Propagation from(std::vector<std::int32_t> source) {
  Propagation propagation;
  propagation.source_cell = std::move(source);
  propagation.ride.assign(kCells, FlowVector{5, -3});
  return propagation;
}

/// Of the usual candidates; what is carried into cell i has a dissimilarity of 70 + i.
CellScores usual_scores() {
  CellScores scores;
  scores.candidate_tile = {20, 21, 22, 23, 24, 25, 26, 27};
  for (int cell = 0; cell < kCells; ++cell) {
    scores.dissimilarity.insert(scores.dissimilarity.end(), {90, 91, 70 + cell});
  }
  return scores;
}

/// State after one frame: tiles 10-13, candidates 20-27, everything at feature value 100.
TemporalState one_frame() {
  TemporalState state(kCells, kFeatures, kCandidates);
  const Propagation nowhere = from({kNoCell, kNoCell, kNoCell, kNoCell});
  const TemporalState::Carried carried = state.carry(nowhere, cells_with(100), kAllStill, kPrice);
  const CellScores scores = usual_scores();
  const std::vector<std::int32_t> tiles = {10, 11, 12, 13};
  state.store(carried, nowhere, cells_with(100), scores, tiles);
  return state;
}

/// Shows the same tiles over a picture that moves until none of them is young.
void grow_old(TemporalState& state) {
  const Propagation stay = from({0, 1, 2, 3});
  const CellScores scores = usual_scores();
  for (int frame = 0; frame < TemporalState::kYoung; ++frame) {
    const std::vector<std::int32_t> moving(kCells, kStillWhole - 1);
    const auto carried = state.carry(stay, cells_with(100), moving, kPrice);
    state.store(carried, stay, cells_with(100), scores, carried.tile);
  }
}

// A tile aged in a picture that stood still, so that its price fell there and the change came that
// had been too dear when the content changed.
TEST(TemporalState, NoPriceFallsWhereNothingMoves) {
  TemporalState state = one_frame();
  const Propagation stay = from({0, 1, 2, 3});
  const CellScores scores = usual_scores();
  const std::vector<std::int32_t> shares = {kStillWhole, kStillWhole, kStillWhole - 1, 0};
  std::vector<std::int32_t> price;
  for (int frame = 0; frame < 30; ++frame) {
    const auto carried = state.carry(stay, cells_with(100), shares, kPrice);
    if (frame > 0) {
      EXPECT_EQ(carried.switch_price[0], price[0]) << frame;
      EXPECT_LE(carried.switch_price[2], price[2]) << frame;
    }
    price = carried.switch_price;
    state.store(carried, stay, cells_with(100), scores, carried.tile);
  }
  EXPECT_EQ(price[0], TemporalState::kPriceYoung * kPrice);
  EXPECT_LE(price[2], kPrice);
}

TEST(TemporalState, CarriesNothingIntoTheFirstFrame) {
  const TemporalState state(kCells, kFeatures, kCandidates);
  EXPECT_TRUE(state.empty());
  const auto carried = state.carry(from({0, 1, 2, 3}), cells_with(0), kAllStill, kPrice);
  EXPECT_EQ(carried.tile, std::vector<std::int32_t>(kCells, kNoTile));
  EXPECT_EQ(carried.candidate, std::vector<std::int32_t>(kCells * kCandidates, kNoTile));
}

TEST(TemporalState, TilesAndCandidatesTravelTogether) {
  const TemporalState state = one_frame();
  const auto carried = state.carry(from({1, 2, 3, kNoCell}), cells_with(100), kAllStill, kPrice);
  EXPECT_EQ(carried.tile, (std::vector<std::int32_t>{11, 12, 13, kNoTile}));
  EXPECT_EQ(carried.candidate,
            (std::vector<std::int32_t>{22, 23, 24, 25, 26, 27, kNoTile, kNoTile}));
}

TEST(TemporalState, ChangedContentGetsFreshCandidatesButKeepsItsTile) {
  const TemporalState state = one_frame();
  CellDescriptions cells = cells_with(100);
  for (int d = 0; d < kFeatures; ++d) cells.features[static_cast<std::size_t>(kFeatures + d)] = 110;
  const auto carried = state.carry(from({0, 1, 2, 3}), cells, kAllStill, kPrice);
  EXPECT_EQ(carried.tile, (std::vector<std::int32_t>{10, 11, 12, 13}));
  EXPECT_EQ(carried.candidate[0], 20);
  EXPECT_EQ(carried.candidate[2], kNoTile);
  EXPECT_EQ(carried.candidate[4], 24);
}

TEST(TemporalState, SlowChangeIsMeasuredFromTheAnchorNotFromTheLastFrame) {
  TemporalState state = one_frame();
  const Propagation stay = from({0, 1, 2, 3});
  const std::vector<std::int32_t> tiles = {10, 11, 12, 13};
  const CellScores scores = usual_scores();
  // Two levels per frame: no single step is a change, the third one in sum is (6 > sqrt(20)).
  bool fresh = false;
  int steps = 0;
  for (std::uint8_t value = 102; !fresh && steps < 10; value += 2, ++steps) {
    const auto carried = state.carry(stay, cells_with(value), kAllStill, kPrice);
    fresh = carried.candidate[0] == kNoTile;
    state.store(carried, stay, cells_with(value), scores, tiles);
  }
  EXPECT_EQ(steps, 3);
}

// What a tile is worth where it stays is not computed anew in every frame.
TEST(TemporalState, TheDissimilarityOfATileThatStaysTravelsWithIt) {
  constexpr std::int32_t kNone = kUnknownDissimilarity;
  TemporalState state = one_frame();
  const Propagation stay = from({0, 1, 2, 3});
  auto carried = state.carry(stay, cells_with(100), kAllStill, kPrice);
  EXPECT_EQ(carried.dissimilarity, std::vector<std::int32_t>(kCells, kNone))
      << "nothing was carried into the first frame";
  state.store(carried, stay, cells_with(100), usual_scores(),
              std::vector<std::int32_t>{10, 99, 12, 13});
  carried = state.carry(from({1, 2, 3, kNoCell}), cells_with(100), kAllStill, kPrice);
  EXPECT_EQ(carried.dissimilarity, (std::vector<std::int32_t>{kNone, 72, 73, kNone}))
      << "that of a new tile is not known, that of others moves along";
  CellDescriptions changed = cells_with(100);
  for (int d = 0; d < kFeatures; ++d) {
    changed.features[static_cast<std::size_t>(3 * kFeatures + d)] = 110;
  }
  EXPECT_EQ(state.carry(stay, changed, kAllStill, kPrice).dissimilarity,
            (std::vector<std::int32_t>{70, kNone, 72, kNone}))
      << "what is in cell 3 is something else now";
}

TEST(TemporalState, ASwitchIsCheaperTheMoreOfTheCellMoves) {
  TemporalState state = one_frame();
  grow_old(state);
  const std::vector<std::int32_t> shares = {kStillWhole, kStillWhole / 2, 0, kStillWhole};
  CellDescriptions cells = cells_with(100);
  for (auto& sum : cells.color_sums[3].sum) sum = 10 * 200;  // other light, though it stands
  const auto carried = state.carry(from({0, 1, 2, 3}), cells, shares, kPrice);
  EXPECT_EQ(carried.switch_price[0], kPrice);
  EXPECT_EQ(carried.switch_price[1], kPrice * 3 / 4);
  EXPECT_EQ(carried.switch_price[2], kPrice / TemporalState::kPriceMoving);
  EXPECT_LT(carried.switch_price[3], kPrice);
}

TEST(TemporalState, ATileJustPlacedIsDearToReplaceAndItsAgeTravelsWithIt) {
  TemporalState state = one_frame();
  const auto price = [&state](std::size_t cell) {
    return state.carry(from({1, 0, 3, 2}), cells_with(100), kAllStill, kPrice).switch_price[cell];
  };
  EXPECT_EQ(price(0), TemporalState::kPriceYoung * kPrice);
  grow_old(state);
  EXPECT_EQ(price(0), kPrice);

  const Propagation stay = from({0, 1, 2, 3});
  const auto carried = state.carry(stay, cells_with(100), kAllStill, kPrice);
  const CellScores scores = usual_scores();
  state.store(carried, stay, cells_with(100), scores, std::vector<std::int32_t>{10, 99, 12, 13});
  EXPECT_EQ(price(1), kPrice);
  EXPECT_EQ(price(0), TemporalState::kPriceYoung * kPrice) << "what was in cell 1 is young";

  ByteWriter bytes;
  state.save(bytes);
  TemporalState other(kCells, kFeatures, kCandidates);
  ByteReader reader(bytes.bytes());
  other.restore(reader);
  EXPECT_EQ(
      other.carry(stay, cells_with(100), kAllStill, kPrice).switch_price,
      (std::vector<std::int32_t>{kPrice, TemporalState::kPriceYoung * kPrice, kPrice, kPrice}));
}

TEST(TemporalState, AYoungTilesPriceStaysWithinTheExactRange) {
  const TemporalState state = one_frame();
  const Propagation stay = from({0, 1, 2, 3});
  EXPECT_EQ(state.carry(stay, cells_with(100), kAllStill, 1 << 21).switch_price[0], 1 << 22);
  EXPECT_EQ(state.carry(stay, cells_with(100), kAllStill, 1 << 25).switch_price[0], 1 << 25);
}

TEST(TemporalState, ResetForgets) {
  TemporalState state = one_frame();
  state.reset();
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(state.carry(from({0, 1, 2, 3}), cells_with(100), kAllStill, kPrice).tile,
            std::vector<std::int32_t>(kCells, kNoTile));
  for (const FlowVector& ride : state.ride()) EXPECT_EQ(ride, FlowVector{});
}

TEST(TemporalState, RideStaysWithTheContent) {
  TemporalState state = one_frame();
  const Propagation moved = from({1, 2, 3, kNoCell});
  const auto carried = state.carry(moved, cells_with(100), kAllStill, kPrice);
  const CellScores scores = usual_scores();
  state.store(carried, moved, cells_with(100), scores, std::vector<std::int32_t>{11, 99, 13, 7});
  EXPECT_EQ(state.ride()[0], (FlowVector{5, -3}));
  EXPECT_EQ(state.ride()[1], (FlowVector{5, -3})) << "a replaced tile takes over the ride";
  EXPECT_EQ(state.ride()[3], (FlowVector{5, -3})) << "a gap is filled in step with its neighbours";
}

TEST(TemporalState, ItGoesOnWhereItWasSaved) {
  // With lists of banned photos of several lengths.
  TemporalState state = one_frame();
  const Propagation still = from({0, 1, 2, 3});
  TemporalState::Carried carried = state.carry(still, cells_with(100), kAllStill, kPrice);
  carried.banned = {{1, 2, 3}, {}, {4}, {}};
  const CellScores scores = usual_scores();
  const std::vector<std::int32_t> tiles = {10, 11, 15, 13};
  state.store(carried, still, cells_with(104), scores, tiles);
  ByteWriter out;
  state.save(out);
  TemporalState other(kCells, kFeatures, kCandidates);
  ByteReader in(out.bytes());
  other.restore(in);
  in.expect_end();
  EXPECT_FALSE(other.empty());
  EXPECT_EQ(std::vector(other.tile().begin(), other.tile().end()), tiles);
  EXPECT_EQ(std::vector(other.ride().begin(), other.ride().end()),
            std::vector(state.ride().begin(), state.ride().end()));
  const Propagation moved = from({1, 2, kNoCell, 0});
  const auto a = state.carry(moved, cells_with(130), kAllStill, kPrice);
  const auto b = other.carry(moved, cells_with(130), kAllStill, kPrice);
  EXPECT_EQ(a.tile, b.tile);
  EXPECT_EQ(a.candidate, b.candidate);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.switch_price, b.switch_price);
  EXPECT_EQ(a.banned, b.banned);
  EXPECT_EQ(state.carry(moved, cells_with(104), kAllStill, kPrice).dissimilarity,
            other.carry(moved, cells_with(104), kAllStill, kPrice).dissimilarity);
  ByteWriter again;
  other.save(again);
  EXPECT_TRUE(std::ranges::equal(again.bytes(), out.bytes()));
}

TEST(TemporalState, DamagedBytesAreRefused) {
  ByteWriter out;
  one_frame().save(out);
  const auto whole = out.bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    TemporalState other(kCells, kFeatures, kCandidates);
    ByteReader in(std::span(whole.data(), length));
    EXPECT_THROW(other.restore(in), DamagedBytes) << length;
  }
  TemporalState larger(kCells + 1, kFeatures, kCandidates);
  ByteReader in(whole);
  EXPECT_THROW(larger.restore(in), DamagedBytes);
}

}  // namespace
}  // namespace mosaic
