// The readable reference backend.
#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace mosaic {

/// Throws UsageError when library, geometry and settings do not fit together, DeviceError when the
/// machine lacks the instruction set asked for.
std::unique_ptr<Backend> make_cpu_backend(const BackendContext& context);

}  // namespace mosaic
