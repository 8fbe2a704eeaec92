#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include "mosaic/error.hpp"
#include "pipeline/twin_ledger.hpp"

namespace mosaic {
namespace {

std::string failure_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const VerifyError& error) {
    return error.what();
  }
  return "no failure";
}

TEST(TwinLedger, TheSecondWaitsForTheFirst) {
  TwinLedger ledger("a", "b");
  std::thread first([&] {
    for (int frame = 0; frame < 100; ++frame) ledger.first().saw(frame, Stage::flow, 7);
    ledger.first_is_done();
  });
  for (int frame = 0; frame < 100; ++frame) ledger.second().saw(frame, Stage::flow, 7);
  ledger.second_is_done();
  first.join();
  EXPECT_EQ(ledger.compared(), 100);
}

TEST(TwinLedger, NamesWhatDiffers) {
  TwinLedger ledger("a", "b");
  ledger.first().saw(0, Stage::decoded, 1);
  ledger.first().saw(0, Stage::features, 2);
  ledger.second().saw(0, Stage::decoded, 1);
  EXPECT_EQ(failure_of([&] { ledger.second().saw(0, Stage::features, 3); }),
            "frame 0: stage features differs: 0000000000000002 on a, 0000000000000003 on b");
}

TEST(TwinLedger, NamesWhatOnlyOneHas) {
  TwinLedger skips("a", "b");
  skips.first().saw(1, Stage::flow, 1);
  EXPECT_EQ(failure_of([&] { skips.second().saw(1, Stage::candidates, 1); }),
            "frame 1: stage flow differs: only a has it");
  TwinLedger adds("a", "b");
  adds.first().saw(1, Stage::candidates, 1);
  EXPECT_EQ(failure_of([&] { adds.second().saw(1, Stage::flow, 1); }),
            "frame 1: stage flow differs: only b has it");
  TwinLedger longer("a", "b");
  longer.first_is_done();
  EXPECT_EQ(failure_of([&] { longer.second().saw(9, Stage::decoded, 1); }),
            "frame 9: stage decoded differs: only b has it");
  TwinLedger shorter("a", "b");
  shorter.first().saw(9, Stage::decoded, 1);
  EXPECT_EQ(failure_of([&] { shorter.second_is_done(); }),
            "frame 9: stage decoded differs: only a has it");
}

TEST(TwinLedger, NobodyWaitsForWhoHasFailed) {
  TwinLedger ledger("a", "b");
  std::thread failing([&] { ledger.abandon(); });
  EXPECT_THROW(ledger.second().saw(0, Stage::decoded, 1), Interrupted);
  failing.join();
}

}  // namespace
}  // namespace mosaic
