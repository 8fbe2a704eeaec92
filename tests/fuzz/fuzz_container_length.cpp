// Our own walk over the outermost elements of containers must end for any bytes.
#include <cstdint>

#include "fuzz/memory_file.hpp"
#include "video/decode/container_length.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mosaic::test::MemoryFile file(data, size);
  static_cast<void>(mosaic::ends_early(file.path()));
  return 0;
}
