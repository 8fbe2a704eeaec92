#include "registry/backends.hpp"

#include <array>

#include "backend/cpu/cpu_backend.hpp"
#include "mosaic/error.hpp"

namespace mosaic {
namespace {

constexpr std::array<BackendEntry, 1> kBackends = {{
    {"cpu", [] { return std::string(); },
     [](const BackendContext& context) { return make_cpu_backend(context); }},
}};

}  // namespace

std::span<const BackendEntry> backends() { return kBackends; }

std::unique_ptr<Backend> make_backend(DeviceChoice choice, const BackendContext& context) {
  for (const BackendEntry& entry : backends()) {
    if (choice == DeviceChoice::cpu && entry.name != "cpu") continue;
    if (entry.missing().empty()) return entry.make(context);
  }
  throw DeviceError("no backend can run on this machine", "try --device cpu");
}

}  // namespace mosaic
