// A command line may be any words: a UsageError, or settings.
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/resolve.hpp"
#include "mosaic/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // One word per line, as arguments cannot hold a zero byte.
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < size && words.size() < 64; ++i) {
    if (data[i] == 0) continue;
    if (data[i] == '\n') {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(data[i]);
    }
  }
  try {
    const mosaic::cli::CommandLine line = mosaic::cli::parse_command_line(words);
    for (const auto& given : line.given) {
      // Opening whatever file a mutant names is not what is tried here.
      if (given.option->name == "config") return 0;
    }
    static_cast<void>(mosaic::cli::config_text(mosaic::cli::resolve(line, {})));
  } catch (const mosaic::Error&) {
  }
  return 0;
}
