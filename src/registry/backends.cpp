#include "registry/backends.hpp"

#include <array>

#include "backend/cpu/cpu_backend.hpp"
#ifdef MOSAIC_WITH_CUDA
#include "cuda/cuda_backend.hpp"
#endif
#include "mosaic/error.hpp"
#include "registry/fallback_backend.hpp"

namespace mosaic {
namespace {

#ifndef MOSAIC_WITH_CUDA
struct CudaState {
  std::string missing;
  bool nothing_there;
};
CudaState cuda_state() { return {"this build has no CUDA backend", true}; }
#endif

std::string cuda_versions_here() {
#ifdef MOSAIC_WITH_CUDA
  return cuda_versions();
#else
  return {};
#endif
}

std::string missing_cuda() { return cuda_state().missing; }

std::unique_ptr<Backend> make_cuda(const BackendContext& context) {
#ifdef MOSAIC_WITH_CUDA
  return make_cuda_backend(context);
#else
  static_cast<void>(context);
  throw DeviceError("no CUDA device: " + missing_cuda());
#endif
}

constexpr std::array<BackendEntry, 2> kBackends = {{
    {"cuda", missing_cuda, make_cuda, cuda_versions_here},
    {"cpu", [] { return std::string(); },
     [](const BackendContext& context) { return make_cpu_backend(context); },
     [] { return std::string(); }},
}};

}  // namespace

std::span<const BackendEntry> backends() { return kBackends; }

std::string device_versions(std::string_view name) {
  for (const BackendEntry& entry : kBackends) {
    if (entry.name == name) return entry.versions();
  }
  return {};
}

CardContext card_context() {
#ifdef MOSAIC_WITH_CUDA
  return cuda_context();
#else
  return {.missing = missing_cuda()};
#endif
}

std::unique_ptr<Backend> make_backend(DeviceChoice choice, const BackendContext& context,
                                      const std::function<void(const std::string&)>& warn) {
  if (choice == DeviceChoice::cpu) return make_cpu_backend(context);
  const auto [missing, nothing_there] = cuda_state();
  if (choice == DeviceChoice::cuda) {
    if (missing.empty()) return make_cuda(context);
    throw DeviceError("--device cuda: " + missing,
                      "use --device cpu or auto; the result is the same");
  }
  if (!missing.empty()) {
    // A machine with a card that cannot be used is not set up as its owner thinks.
    if (!nothing_there && warn) {
      warn("no CUDA device: " + missing + "; using the CPU, the result is the same");
    }
    return make_cpu_backend(context);
  }
  // What the context refers to outlives the backend.
  const auto make_cpu = [context] { return make_cpu_backend(context); };
  try {
    return make_fallback_backend(make_cuda(context), make_cpu, warn);
  } catch (const DeviceError& error) {
    if (warn) warn(std::string(error.what()) + "; using the CPU, the result is the same");
    return make_cpu();
  }
}

}  // namespace mosaic
