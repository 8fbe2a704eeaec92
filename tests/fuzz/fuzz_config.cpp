// A configuration file may be any bytes: a UsageError, or settings that can be printed and read
// back.
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/config_file.hpp"
#include "cli/resolve.hpp"
#include "fuzz/memory_file.hpp"
#include "mosaic/error.hpp"

using namespace mosaic;

namespace {

cli::Resolved resolve_with(const std::filesystem::path& config) {
  const std::vector<std::string> words = {"-i", "a",     "-t",       "b",
                                          "-o", "c.mp4", "--config", config.string()};
  return cli::resolve(cli::parse_command_line(words), {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const test::MemoryFile file(data, size);
  std::string printed;
  try {
    printed = cli::config_text(resolve_with(file.path()));
  } catch (const Error&) {
    return 0;
  }
  const test::MemoryFile again(reinterpret_cast<const std::uint8_t*>(printed.data()),
                               printed.size());
  try {
    const std::string second = cli::config_text(resolve_with(again.path()));
    static_cast<void>(second);
  } catch (const Error&) {
    std::abort();  // what we print we must take
  }
  return 0;
}
