// The engine with an emulated card as its "cuda" device. MOSAIC_TEST_FAULT=STAGE:FRAME[:ARRAY]
// makes one byte of that stage wrong on the card, in its first array or in the one named (from 0).
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "cli/engine.hpp"
#include "support/cuda_emulator/emulator.hpp"

namespace {

mosaic::StageFault fault_of(const char* text) {
  if (text == nullptr) return {};
  const std::string fault = text;
  const std::size_t colon = fault.find(':');
  const std::string stage = fault.substr(0, colon);
  std::size_t digits = 0;
  const std::int64_t frame = std::stoll(fault.substr(colon + 1), &digits);
  const std::size_t second = colon + 1 + digits;
  const std::size_t wanted = second < fault.size() ? std::stoul(fault.substr(second + 1)) : 0;
  return [stage, frame, wanted](std::int64_t at, mosaic::Stage now, std::size_t array,
                                std::span<std::byte> bytes) {
    if (at != frame || mosaic::stage_name(now) != stage || array != wanted) return;
    if (bytes.empty()) return;
    // In a picture enough for the encoder to see it; elsewhere numbers must stay in range.
    const bool picture = now == mosaic::Stage::picture || now == mosaic::Stage::file;
    bytes[bytes.size() / 2] ^= picture ? std::byte{0x80} : std::byte{1};
  };
}

bool is_on_the_cpu(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string_view(argv[i]) == "--device" && std::string_view(argv[i + 1]) == "cpu") {
      return true;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  emulator::reset({.seed = 5});
  const mosaic::StageFault fault =
      is_on_the_cpu(argc, argv) ? nullptr : fault_of(std::getenv("MOSAIC_TEST_FAULT"));
  const int code = mosaic::cli::run_engine(argc, argv, fault);
  for (const std::string& violation : emulator::violations()) {
    std::cerr << "the card was used wrongly: " << violation << '\n';
    return 99;
  }
  return code;
}
