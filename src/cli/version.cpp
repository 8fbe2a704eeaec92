#include "cli/version.hpp"

#include <string_view>

#include "build_facts.hpp"
#include "cli/revision.hpp"
#include "core/isa.hpp"
#include "registry/backends.hpp"

namespace mosaic::cli {

std::string version_text() {
  std::string text = "mosaic-temporal " + std::string(kVersion) + "\n";
  const auto row = [&text](std::string_view name, const std::string& value) {
    text += "  " + std::string(name) + std::string(12 - name.size(), ' ') + value + "\n";
  };
  row("revision", std::string(revision()));
  row("compiler", std::string(kCompiler));
  row("build", std::string(kBuildType) +
                   (kSanitizers.empty() ? "" : ", sanitizers " + std::string(kSanitizers)));
  row("FFmpeg", std::string(kFfmpeg));
  row("libvips", std::string(kVips));
  std::string names;
  for (const BackendEntry& backend : backends()) {
    const std::string missing = backend.missing();
    names += (names.empty() ? "" : ", ") + std::string(backend.name) +
             (missing.empty() ? "" : " (" + missing + ")");
  }
  row("backends", names);
  names.clear();
  for (const Isa isa : supported_isas()) {
    names += (names.empty() ? "" : ", ") + std::string(isa_name(isa));
  }
  row("SIMD here", names);
  return text;
}

}  // namespace mosaic::cli
