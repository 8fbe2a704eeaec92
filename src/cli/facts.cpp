#include "cli/facts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/option_table.hpp"

namespace mosaic::cli {
namespace {

/// An option that is not here counts: a new one is never forgotten.
constexpr std::array<std::string_view, 27> kNeutral = {
    // what they name is known by its contents, or is a place
    "frames", "tiles", "output", "index", "report", "plan", "manifest", "manifest-check",
    "flow-model", "trust-model", "out-dir",
    // a name for the values of others
    "preset",
    // how the work is done and talked about
    "force", "dry-run", "memory", "threads", "device", "simd", "quiet", "verbose", "resume", "json",
    "status-file", "preview",
    // what ends the run; what is made before that is the same
    "strict", "verify", "certify"};

}  // namespace

std::map<std::string, std::string> output_facts(const Request& request) {
  std::map<std::string, std::string> facts;
  for (const Option& option : options()) {
    if (!applies_to(option, Command::render) || !is_setting(option)) continue;
    if (std::find(kNeutral.begin(), kNeutral.end(), option.name) != kNeutral.end()) continue;
    facts[flag_of(option)] = option.get(request);
  }
  return facts;
}

}  // namespace mosaic::cli
