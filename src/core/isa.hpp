// Which instruction set the CPU kernels use. All choices give the same bits.
#pragma once

#include <string_view>
#include <vector>

#include "mosaic/settings.hpp"

namespace mosaic {

enum class Isa { plain, avx2, avx512 };

std::string_view isa_name(Isa isa);

/// Sets this machine can run, slowest first; plain is always there. avx512 means F+BW+DQ+VL+VNNI.
std::vector<Isa> supported_isas();

/// The last of supported_isas().
Isa fastest_isa();

/// Resolves the user's choice; throws DeviceError when this machine lacks it.
Isa choose_isa(SimdChoice choice);

}  // namespace mosaic
