// A card that may fail, with the CPU behind it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backend/backend.hpp"

namespace mosaic {

/// Works on `first` until it throws a DeviceError; then warns once, repeats what failed on the CPU
/// and stays there. The bytes are the same on both, so a run that falls back half-way is whole.
std::unique_ptr<Backend> make_fallback_backend(std::unique_ptr<Backend> first,
                                               std::function<std::unique_ptr<Backend>()> make_cpu,
                                               std::function<void(const std::string&)> warn);

}  // namespace mosaic
