#include "core/byte_io.hpp"

namespace mosaic {

// Not inline: g++ 12 sees writes beyond the end where several sizes known to it meet.
void ByteWriter::raw(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace mosaic
