// Every backend of the registry, every instruction set and thread count gives the same bits as the
// plain CPU backend on one thread. Compiled twice: over the registry of the program, where "cuda"
// is a card if there is one, and over one whose card is emulated.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "core/isa.hpp"
#include "core/parallel_for.hpp"
#include "parity/entries_to_try.hpp"
#include "registry/backends.hpp"
#include "support/parity_scene.hpp"
#ifdef MOSAIC_TEST_EMULATED
#include "support/cuda_emulator/emulator.hpp"
#endif

namespace mosaic {
namespace {

const BackendEntry& reference() {
  for (const BackendEntry& entry : backends()) {
    if (entry.name == "cpu") return entry;
  }
  throw std::logic_error("the registry has no CPU backend");
}

#ifdef MOSAIC_TEST_EMULATED
/// Threads, blocks and streams run in another order each time.
void fresh_device(unsigned seed) { emulator::reset({.seed = seed}); }
void expect_no_faults() { EXPECT_EQ(emulator::violations(), std::vector<std::string>{}); }
#else
void fresh_device(unsigned) {}
void expect_no_faults() {}
#endif

/// A card has no instruction sets of ours, nor threads.
std::vector<Isa> isas_of(const BackendEntry& entry) {
  return entry.name == "cpu" ? supported_isas() : std::vector{Isa::plain};
}

class BackendParity : public testing::TestWithParam<std::size_t> {};

TEST_P(BackendParity, SameBitsAsThePlainCpu) {
  const BackendEntry& entry = backends()[GetParam()];
  if (const std::string missing = entry.missing(); !missing.empty()) {
    GTEST_SKIP() << entry.name << ": " << missing;
  }
  unsigned seed = 91;
  for (const test::ParitySetting& setting : test::kParitySettings) {
    test::ParityScene scene(setting, ++seed);
    const test::Outcome want = scene.run(reference().make, SimdChoice::plain, 1);
    ASSERT_FALSE(want.rgb.front().r.pixels.empty());
    for (const Isa isa : isas_of(entry)) {
      for (const int threads : entry.name == "cpu" ? std::vector{1, 3} : std::vector{1}) {
        std::ostringstream what;
        what << entry.name << " " << isa_name(isa) << " threads " << threads << " seed " << seed
             << " " << setting;
        SCOPED_TRACE(what.str());
        fresh_device(seed);
        // every second setting overlaps frames
        test::expect_equal(scene.run(entry.make, parity::choice_of(isa), threads, seed % 2 == 0),
                           want);
        expect_no_faults();
        if (HasFailure()) return;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, BackendParity, testing::Range(std::size_t{0}, entries_to_try()),
                         [](const testing::TestParamInfo<std::size_t>& tested) {
                           return std::string(backends()[tested.param].name);
                         });

}  // namespace
}  // namespace mosaic
