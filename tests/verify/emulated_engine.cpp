// The engine with an emulated card as its "cuda" device. MOSAIC_TEST_FAULT=STAGE:FRAME makes one
// byte of that stage wrong on the card.
#include <cstdlib>
#include <iostream>
#include <string>

#include "cli/engine.hpp"
#include "support/cuda_emulator/emulator.hpp"

namespace {

mosaic::StageFault fault_of(const char* text) {
  if (text == nullptr) return {};
  const std::string fault = text;
  const std::size_t colon = fault.find(':');
  const std::string stage = fault.substr(0, colon);
  const std::int64_t frame = std::stoll(fault.substr(colon + 1));
  return [stage, frame](std::int64_t at, mosaic::Stage now, std::span<std::byte> bytes) {
    if (at != frame || mosaic::stage_name(now) != stage) return;
    bytes[bytes.size() / 2] ^= std::byte{1};
  };
}

}  // namespace

int main(int argc, char** argv) {
  emulator::reset({.seed = 5});
  const int code = mosaic::cli::run_engine(argc, argv, fault_of(std::getenv("MOSAIC_TEST_FAULT")));
  for (const std::string& violation : emulator::violations()) {
    std::cerr << "the card was used wrongly: " << violation << '\n';
    return 99;
  }
  return code;
}
