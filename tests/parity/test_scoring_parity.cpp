// Scoring alone, of problems that the whole scenes of test_backend_parity.cpp are too small for:
// more candidates than a block has warps, squares that leave shared memory, lists of many blocks.
// Compiled twice as well, over the registry of the program and over the emulated card.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "parity/entries_to_try.hpp"
#include "registry/backends.hpp"
#include "support/edge_bytes.hpp"
#include "support/fake_library.hpp"
#ifdef MOSAIC_TEST_EMULATED
#include "support/cuda_emulator/emulator.hpp"
#endif

namespace mosaic {
namespace {

struct ScoringProblem {
  int tile_size_px, candidates, columns, rows, photos;
};

std::ostream& operator<<(std::ostream& out, const ScoringProblem& p) {
  return out << p.tile_size_px << " px, " << p.candidates << " candidates, " << p.columns << "x"
             << p.rows << " cells, " << p.photos << " photos";
}

constexpr ScoringProblem kProblems[] = {
    {96, 8, 2, 2, 30},    // nine pairs of 9 KB each: more than 48 KB
    {71, 20, 3, 2, 40},   // more pairs than warps, and not in shared memory
    {130, 5, 2, 1, 12},   // six passes over the columns
    {16, 20, 3, 2, 40},   // more pairs than warps, in shared memory
    {64, 8, 2, 2, 20},    // just in shared memory
    {8, 3, 17, 6, 4500},  // seven blocks of cells, many tiles
    {7, 17, 3, 3, 90},    // one window
    {16, 1, 3, 2, 40},
};

#ifndef MOSAIC_TEST_EMULATED
/// Too much for the emulated card.
constexpr ScoringProblem kProblemsOfACard[] = {
    {16, 8, 120, 68, 20000}, {32, 8, 60, 34, 4000}, {32, 31, 60, 34, 4000}};
#endif

/// Answers of one backend: fresh candidates, then kept ones.
struct Scored {
  CellDescriptions cells;
  CellScores scores[2];
};

class ScoringScene {
 public:
  ScoringScene(const ScoringProblem& problem, unsigned seed)
      : library_(problem.photos, 1, kK, problem.tile_size_px, seed), bytes_(seed) {
    geometry_.tile_size_px = problem.tile_size_px;
    geometry_.columns = problem.columns;
    geometry_.rows = problem.rows;
    const Size size = geometry_.output_size();
    geometry_.crop_px = Rect{0, 0, size.width, size.height};
    YuvImage image(size);
    for (Plane* plane : {&image.y, &image.u, &image.v}) plane->pixels = bytes_(plane->size.area());
    picture_ = std::move(image);
    for (int i = 0; i < problem.photos; ++i) {
      prices_.push_back(-static_cast<std::int32_t>(bytes_.number(20000)));
    }
    for (int i = 0; i < geometry_.cells(); ++i) {
      carried_.push_back(
          static_cast<std::int32_t>(bytes_.number(static_cast<unsigned>(problem.photos) + 1)) - 1);
    }
    match_.features_k = kK;
    match_.ssim_weight = 50.0;
    match_.ssim_candidates = problem.candidates;
  }

  Scored run(std::unique_ptr<Backend> (*make)(const BackendContext&)) const {
    ThreadPool pool(2);
    const auto backend = make({library_, geometry_, match_, SimdChoice::plain, pool});
    Scored scored;
    backend->describe(picture_, scored.cells);
    backend->score({prices_, carried_, {}}, scored.scores[0]);
    std::vector<std::int32_t> kept = scored.scores[0].candidate_tile;
    const auto candidates = static_cast<std::size_t>(match_.ssim_candidates);
    for (std::size_t cell = 0; cell < carried_.size(); ++cell) {
      if (cell % 3 == 0) kept[cell * candidates] = kNoTile;            // fresh ones
      if (cell % 3 == 1) kept[(cell + 1) * candidates - 1] = kNoTile;  // fewer; may be the first
    }
    std::vector<std::int32_t> carried = carried_;
    for (std::size_t cell = 0; cell < carried.size(); cell += 2) {
      carried[cell] = scored.scores[0].candidate_tile[cell * candidates];
    }
    backend->score({prices_, carried, kept}, scored.scores[1]);
    return scored;
  }

  /// Lists at prices that are moved by `shifts`, one after the other: those of a cell by its last
  /// ones. `anew`: each by a backend of its own, which knows no last ones.
  std::vector<CellScores> lists(std::unique_ptr<Backend> (*make)(const BackendContext&),
                                const std::vector<std::int32_t>& shifts, bool anew) const {
    ThreadPool pool(1);
    std::unique_ptr<Backend> backend;
    std::vector<CellScores> all;
    for (const std::int32_t shift : shifts) {
      if (!backend || anew) {
        backend = make({library_, geometry_, match_, SimdChoice::plain, pool});
        CellDescriptions cells;
        backend->describe(picture_, cells);
      }
      std::vector<std::int32_t> prices = prices_;
      for (std::int32_t& price : prices) price -= shift;
      backend->score({prices, carried_, {}}, all.emplace_back());
    }
    return all;
  }

 private:
  static constexpr int kK = 5;

  test::FakeLibrary library_;
  test::EdgeBytes bytes_;
  GridGeometry geometry_;
  MatchSettings match_;
  Picture picture_;
  std::vector<std::int32_t> prices_, carried_;
};

void expect_equal(const Scored& got, const Scored& want) {
  EXPECT_EQ(got.cells.features, want.cells.features);
  for (int i = 0; i < 2; ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(got.scores[i].list_tile, want.scores[i].list_tile);
    EXPECT_EQ(got.scores[i].list_base, want.scores[i].list_base);
    EXPECT_EQ(got.scores[i].list_bound, want.scores[i].list_bound);
    EXPECT_EQ(got.scores[i].candidate_tile, want.scores[i].candidate_tile);
    EXPECT_EQ(got.scores[i].dissimilarity, want.scores[i].dissimilarity);
  }
}

class ScoringParity : public testing::TestWithParam<std::size_t> {};

TEST_P(ScoringParity, SameBitsAsThePlainCpu) {
  const BackendEntry& entry = backends()[GetParam()];
  if (const std::string missing = entry.missing(); !missing.empty()) {
    GTEST_SKIP() << entry.name << ": " << missing;
  }
  std::vector<ScoringProblem> problems(std::begin(kProblems), std::end(kProblems));
#ifndef MOSAIC_TEST_EMULATED
  if (entry.name == "cuda") {
    problems.insert(problems.end(), std::begin(kProblemsOfACard), std::end(kProblemsOfACard));
  }
#endif
  unsigned seed = 300;
  for (const ScoringProblem& problem : problems) {
    SCOPED_TRACE(testing::Message() << problem << " seed " << ++seed);
    const ScoringScene scene(problem, seed);
    const Scored want = scene.run(backends().back().make);
#ifdef MOSAIC_TEST_EMULATED
    emulator::reset({.seed = seed});
#endif
    expect_equal(scene.run(entry.make), want);
#ifdef MOSAIC_TEST_EMULATED
    EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
#endif
    if (HasFailure()) return;
  }
}

/// A list begins with a guess from the cell's last one: far too low, far too high, about right.
TEST_P(ScoringParity, AStaleGuessChangesNoList) {
  const BackendEntry& entry = backends()[GetParam()];
  if (const std::string missing = entry.missing(); !missing.empty()) {
    GTEST_SKIP() << entry.name << ": " << missing;
  }
#ifdef MOSAIC_TEST_EMULATED
  emulator::reset({.seed = 7});
#endif
  const ScoringScene scene({8, 3, 7, 5, 900}, 41);
  const std::vector<std::int32_t> shifts = {1'000'000, 1'400'000, 1'000'000, 1'000'030,
                                            1'000'000, 1'002'000, 0};
  const auto want = scene.lists(backends().back().make, shifts, true);
  const auto got = scene.lists(entry.make, shifts, false);
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(got[i].list_tile, want[i].list_tile);
    EXPECT_EQ(got[i].list_base, want[i].list_base);
    EXPECT_EQ(got[i].list_bound, want[i].list_bound);
  }
#ifdef MOSAIC_TEST_EMULATED
  EXPECT_EQ(emulator::violations(), std::vector<std::string>{});
#endif
}

INSTANTIATE_TEST_SUITE_P(Registry, ScoringParity, testing::Range(std::size_t{0}, entries_to_try()),
                         [](const testing::TestParamInfo<std::size_t>& tested) {
                           return std::string(backends()[tested.param].name);
                         });

}  // namespace
}  // namespace mosaic
