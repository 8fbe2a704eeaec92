// Which entries of the registry the two programs of this folder try.
#pragma once

#include <cstddef>

#include "registry/backends.hpp"

namespace mosaic {

/// The CPU, which comes last, is the same in both programs: one of them tries it.
inline std::size_t entries_to_try() {
#ifdef MOSAIC_TEST_EMULATED
  return backends().size() - 1;
#else
  return backends().size();
#endif
}

}  // namespace mosaic
