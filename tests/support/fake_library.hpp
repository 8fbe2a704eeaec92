// The tiles of src/parity, under the name that tests know.
#pragma once

#include "parity/fake_library.hpp"

namespace mosaic::test {

using parity::FakeLibrary;

}  // namespace mosaic::test
