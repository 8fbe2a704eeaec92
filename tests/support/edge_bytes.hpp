// The numbers of src/parity, under the name that tests know.
#pragma once

#include "parity/edge_bytes.hpp"

namespace mosaic::test {

using parity::area;
using parity::EdgeBytes;
using parity::kOddSizes;

}  // namespace mosaic::test
